# SPDX-License-Identifier: GPL-2.0-only
# What KVM writes during an UNMAP is taken for erased.
#
# file: driver/tce/unmap_many.c
# interleave: kvm_unmap
/^static bool entry_gone(/,/^}/s/return .*/return leaf->cells->tce[slot];/
