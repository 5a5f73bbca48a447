# SPDX-License-Identifier: GPL-2.0-only
# Pages with other permissions go on in a leaf's run.
#
# file: driver/tce/shadow_leaf.c
s/ \&\& a->pages.perm == b->pages.perm \&\&/ \&\&/
