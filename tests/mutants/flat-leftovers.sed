# SPDX-License-Identifier: GPL-2.0-only
# A leaf that is made flat keeps what its arrays held behind the run.
#
# file: driver/tce/shadow_leaf.c
s/memset(tce + end, 0, (/memset(tce + end, 0, 0 * (/
