# SPDX-License-Identifier: GPL-2.0-only
# The module goes without waiting for KVM, which is in the operations of a table.
#
# file: driver/group/group_tables.c
# interleave: host_kvm_unload
/^void group_tables_end(/,/^}/s/^	kvm_iommu_wait();$//
