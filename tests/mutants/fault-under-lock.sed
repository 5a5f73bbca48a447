# SPDX-License-Identifier: GPL-2.0-only
# REGISTER keeps the IOAS's lock while it pins.
#
# file: driver/ioas/ioas.c
/^static int ioas_registered(/,/^}/s/^\tmutex_lock(&s->lock);$/;/
/^int ioas_register(/,/^}/{s/^\tioas_leave(s);/\tif (rc)\n\t\tioas_leave(s);/
}
