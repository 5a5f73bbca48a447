# SPDX-License-Identifier: GPL-2.0-only
# One page is unmapped, and not marked dirty though the device may have written to it.
#
# file: driver/tce/one_page.c
/^static int table_unmap_page/,/^}/s/tce & PAPR_TCE_WRITE/false/
