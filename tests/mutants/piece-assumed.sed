# SPDX-License-Identifier: GPL-2.0-only
# A run of a region's pages passes for one piece after a look at its first and last page.
#
# file: driver/memory.c
/^static u64 region_chunk/,/^}/s/for (at = PAGE_SIZE;/for (at = MEMORY_CHUNK - PAGE_SIZE;/
