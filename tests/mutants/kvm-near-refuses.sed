# SPDX-License-Identifier: GPL-2.0-only
# A MAP fails when there is no memory for slots that nobody has asked for.
#
# file: driver/tce/map_many.c
/^static int table_grow(/,/^}/s/^\t\tshadow_populate_near(.*/\t\trc = shadow_populate(\&t->shadow, \&t->ranges.lock, first \& ~(SHADOW_NEAR_TCES - 1), SHADOW_NEAR_TCES, true);/
