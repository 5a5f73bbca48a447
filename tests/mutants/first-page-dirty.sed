# SPDX-License-Identifier: GPL-2.0-only
# Of the pages below a large IOMMU page only the first is marked dirty.
#
# file: driver/memory/region_hold.c
/^u64 regions_dirty(/,/^}/s/} while (hpa < end);/} while (!end);/
