# SPDX-License-Identifier: GPL-2.0-only
# Two calls have the same range at the same time.
#
# file: driver/tce/range_lock.c
# interleave: over_over
/^static bool call_try(/,/^}/s/can = !calls_overlap(cs, first, end) \&\& /can = /
