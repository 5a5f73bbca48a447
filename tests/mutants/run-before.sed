# SPDX-License-Identifier: GPL-2.0-only
# A page is looked for in the run before the one that has it.
#
# file: driver/memory/page_runs.c
/^static u32 block_find(/,/^}/s/return low;/return low ? low - 1 : low;/
