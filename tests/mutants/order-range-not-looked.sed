# SPDX-License-Identifier: GPL-2.0-only
# One page is written in the range of a call that has not ended.
#
# file: driver/tce/range_lock.h
# interleave: over_page
/^static inline bool range_lock_vacant(/,/^}/s/return .*/return true;/
