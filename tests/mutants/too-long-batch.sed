# SPDX-License-Identifier: GPL-2.0-only
# A call has one TCE more than PAPR allows.
#
# file: driver/hv/hcall.h
s/^#define HCALL_BATCH\tPAPR_MAX_TCES/#define HCALL_BATCH\t(PAPR_MAX_TCES + 1)/
