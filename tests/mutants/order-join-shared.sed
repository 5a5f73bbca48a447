# SPDX-License-Identifier: GPL-2.0-only
# A PE joins while MAPs run.
#
# file: driver/ioas/ioas.c
# interleave: leaves_join
/^int ioas_attach(/,/^}/{s/down_write(/down_read(/;s/up_write(/up_read(/
}
