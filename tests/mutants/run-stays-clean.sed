# SPDX-License-Identifier: GPL-2.0-only
# The pages of a run are let go without their mark.
#
# file: driver/tce/gather.c
s/	if (run->pages.n \&\& run->pages.perm \& PAPR_TCE_WRITE)/	if (!run->pages.n)/
