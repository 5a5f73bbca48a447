# SPDX-License-Identifier: GPL-2.0-only
# REMOVE keeps no MAP out.
#
# file: driver/ioas/ioas.c
# interleave: leaves_remove
/^int ioas_remove(/,/^}/{s/ioas_enter(s, NEED_MM | NEED_PE)/ioas_enter_shared(s, NEED_PE)/;s/ioas_leave(s)/up_read(\&s->lock)/
}
