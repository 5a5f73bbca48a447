# SPDX-License-Identifier: GPL-2.0-only
# What mm_iommu charges for is charged by us, too.
#
# file: driver/memory/pin_kvm.c
/mm_iommu_table_group_mem_t \*pin_register(/,/^}/s/pin_uncharge(p, p->pages);/cond_resched();/
