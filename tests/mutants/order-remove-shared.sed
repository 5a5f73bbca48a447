# SPDX-License-Identifier: GPL-2.0-only
# REMOVE keeps no MAP out.
#
# file: driver/ioas/ioas.c
# interleave: leaves_remove
/^int space_remove(/,/^}/{s/space_enter(s, NEED_MM | NEED_PE)/space_enter_shared(s, NEED_PE)/;s/space_leave(s)/up_read(\&s->lock)/
}
