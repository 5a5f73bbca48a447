# SPDX-License-Identifier: GPL-2.0-only
# Two calls have the same range at the same time.
#
# file: driver/tce/range_lock.c
# interleave: over_over
/^static bool range_lock_try(/,/^}/s/can = !range_locks_overlap(cs, first, end) \&\& /can = /
