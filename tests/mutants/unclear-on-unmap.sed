# SPDX-License-Identifier: GPL-2.0-only
# TCEs that an UNMAP could not clear count as known.
#
# file: driver/tce/unmap_many.c
/^static void entry_erased(/,/^}/s/^\t\ttce |= SHADOW_UNKNOWN;/\t\ttce |= 0;/
