# SPDX-License-Identifier: GPL-2.0-only
# A loop over batches keeps its processor.
#
# file: driver/hv/hcall.h
s/^\t\tcond_resched();/\t\t       /
