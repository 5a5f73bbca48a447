# SPDX-License-Identifier: GPL-2.0-only
# One page's TCE was refused, and its entry is not unknown.
#
# file: driver/tce/one_page.c
/^static noinline void table_page_unknown/,/^}/s/tce | SHADOW_UNKNOWN/tce/
