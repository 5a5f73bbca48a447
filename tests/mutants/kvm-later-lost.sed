# SPDX-License-Identifier: GPL-2.0-only
# A failed MAP puts the old content over what KVM wrote since.
#
# file: driver/tce/journal.c
/^static bool entry_later(/,/^}/s/return .*/return slot > SHADOW_LEAF_TCES;/
