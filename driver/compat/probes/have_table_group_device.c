// SPDX-License-Identifier: GPL-2.0-only
/*
 * HAVE_TABLE_GROUP_DEVICE: ownership ops get the table group and the device as arguments (6.11,
 * "powerpc/pseries/iommu: Bring back userspace view for single level TCE tables" and its series).
 * With it the kernel itself has iommu_ops and complete table-group operations for pSeries.
 */
#include <linux/module.h>
#include <asm/iommu.h>

static long take(struct iommu_table_group *group, struct device *dev)
{
	return 0;
}

struct iommu_table_group_ops probe_ops = {
	.take_ownership = take,
};
