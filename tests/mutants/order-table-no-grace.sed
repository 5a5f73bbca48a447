# SPDX-License-Identifier: GPL-2.0-only
# The module goes without waiting for KVM, which is in the operations of a table.
#
# file: driver/group/group.c
# interleave: host_kvm_unload
/^void group_exit(/,/^}/s/^	kvm_iommu_wait();$//
