# SPDX-License-Identifier: GPL-2.0-only
# REGISTER keeps the space's lock while it pins.
#
# file: driver/ioas/ioas.c
/^static int space_registered(/,/^}/s/^\tmutex_lock(&s->lock);$/;/
/^int space_register(/,/^}/{s/^\tspace_leave(s);/\tif (rc)\n\t\tspace_leave(s);/
}
