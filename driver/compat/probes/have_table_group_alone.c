// SPDX-License-Identifier: GPL-2.0-only
/*
 * HAVE_TABLE_GROUP_ALONE: ownership ops get the table group as their only argument, and may fail
 * (6.4, "powerpc/iommu: Add "borrowing" iommu_table_group_ops"; SLES 15 SP6 and RHEL 9.5 have it
 * under other numbers). Such a kernel has iommu_ops and puts operations into every table group.
 * Before that, take could not fail.
 */
#include <linux/module.h>
#include <asm/iommu.h>

static long take(struct iommu_table_group *group)
{
	return 0;
}

struct iommu_table_group_ops probe_ops = {
	.take_ownership = take,
};
