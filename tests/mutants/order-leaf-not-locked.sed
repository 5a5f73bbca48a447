# SPDX-License-Identifier: GPL-2.0-only
# A MAP takes a leaf for empty without a look under its lock.
#
# file: driver/table.c
# interleave: over_page_empty
/^static int journal_make(/,/^}/s/end, true)) < end/end, false)) < end/
