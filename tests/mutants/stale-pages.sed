# SPDX-License-Identifier: GPL-2.0-only
# A region of another container's is joined by its address alone.
#
# file: driver/memory.c
/^static bool region_current_step(/,/^}/s/same &= .*/same \&= !!hpa;/
