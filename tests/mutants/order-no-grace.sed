# SPDX-License-Identifier: GPL-2.0-only
# Nobody waits until KVM is done with a slot.
#
# file: driver/kvm/kvm_table.c
# interleave: kvm_remove
s/^\t\tkvm_iommu_wait();/\t\tcond_resched();/
