# SPDX-License-Identifier: GPL-2.0-only
# A leaf that was flat once leaves its cells behind.
#
# file: driver/tce/shadow.c
/^static void shadow_free_leaf(/,/^}/s/kvfree(leaf->cells);//
