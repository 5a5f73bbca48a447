# SPDX-License-Identifier: GPL-2.0-only
# Pages that a device could write to are not marked dirty.
#
# file: driver/tce/gather.c
s/^\t\t\tdirty = regions_dirty(from, page_shift) - from;/\t\t\tdirty = page_shift;/
