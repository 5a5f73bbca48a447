# SPDX-License-Identifier: GPL-2.0-only
# A MAP takes a leaf for empty without a look under its lock.
#
# file: driver/tce/journal.c
# interleave: over_page_empty
/^static bool journal_needs(/,/^}/{
	/spin_lock\|spin_unlock/d
}
