# SPDX-License-Identifier: GPL-2.0-only
# A run takes the place of one that goes beyond it.
#
# file: driver/tce/shadow_leaf.c
s/ \&\& run_end(\&leaf->run) <= run_end(run);/;/
