# SPDX-License-Identifier: GPL-2.0-only
# A busy hypervisor is taken for one that has done it.
#
# file: driver/hv/hcall.c
/^\tif (rc == PAPR_H_BUSY)/{n;s/return 1/return 0/
}
