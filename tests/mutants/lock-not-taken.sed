# SPDX-License-Identifier: GPL-2.0-only
# GET_INFO looks without the lock.
#
# file: driver/ioas/ioas.c
/^int ioas_info(/,/^}/{s/int rc = ioas_enter(s, NEED_PE);/int rc = ioas_check(s, NEED_PE);/;/ioas_leave(s);/d
}
