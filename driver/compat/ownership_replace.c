// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_replace.c - the replacement of the kernel's table-group operations by ours.
 *
 * A kernel that has table-group operations for pSeries calls them when a group's
 * domain changes. The operations of each PE are replaced when the PE is first seen, and
 * put back when the module is unloaded.
 *
 * Creating and setting windows is refused: while this module is loaded, only our own
 * containers use a PE that a user owns. A PE whose user had it before is left to the
 * kernel's own driver until that user releases it.
 */
#include "ownership.h"
#ifndef OWNERSHIP_NONE

#include <linux/iommu.h>
#include <linux/mutex.h>
#include "group/group.h"

/*
 * The kernel's own operations, the same for all groups, and a copy for PEs whose user had them
 * before this module was loaded. Both are set before a group gets ours.
 */
struct iommu_table_group_ops *ownership_kernel_ops;
static struct iommu_table_group_ops passing;
static DEFINE_MUTEX(ops_lock);

static unsigned long refuse_size(__u32 page_shift, __u64 window_size, __u32 levels)
{
	return 0;
}

static long refuse_create(struct iommu_table_group *group, int num, __u32 page_shift,
			  __u64 window_size, __u32 levels, struct iommu_table **ptbl)
{
	return -EBUSY;
}

static long refuse_set(struct iommu_table_group *group, int num, struct iommu_table *tbl)
{
	return -EBUSY;
}

static long refuse_unset(struct iommu_table_group *group, int num)
{
	return -EBUSY;
}

static struct iommu_table_group_ops replaced = {
	.get_table_size		= refuse_size,
	.create_table		= refuse_create,
	.set_window		= refuse_set,
	.unset_window		= refuse_unset,
	.take_ownership		= ownership_take,
	.release_ownership	= ownership_release,
};

/* With the group's mutex held. From now on the PE is like all others. */
static void passing_release(OWNERSHIP_ARGS)
{
	struct pe *pe = group_pe_of_group(group->group);

	ownership_kernel_ops->release_ownership(OWNERSHIP_PASS);
	WRITE_ONCE(group->ops, &replaced);
	if (pe)
		group_tables_inert(to_group_pe(pe));
}

static bool ops_are_kernels(struct iommu_table_group_ops *ops)
{
	bool same;

	mutex_lock(&ops_lock);
	if (!ownership_kernel_ops) {
		passing = *ops;
		passing.release_ownership = passing_release;
		ownership_kernel_ops = ops;
	}
	same = ownership_kernel_ops == ops;
	mutex_unlock(&ops_lock);
	return same;
}

/* With the group's mutex held: the group does not change hands meanwhile. */
static int replace(struct device *dev, void *data)
{
	struct iommu_table_group *group = data;
	const struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	bool user = domain && domain->type == IOMMU_DOMAIN_BLOCKED;

	if (group->ops == ownership_kernel_ops)
		smp_store_release(&group->ops, user ? &passing : &replaced);
	return 1;
}

bool ownership_meet(struct group_pe *gp)
{
	struct iommu_table_group_ops *ops = READ_ONCE(gp->group->ops);

	if (ops && ops != &replaced && ops != &passing && ops_are_kernels(ops))
		iommu_group_for_each_dev(gp->group->group, gp->group, replace);
	return READ_ONCE(gp->group->ops) != &passing;
}

static void restore(struct iommu_table_group *group)
{
	if (group->ops == &replaced || group->ops == &passing)
		WRITE_ONCE(group->ops, ownership_kernel_ops);
}

/* With the group's mutex held, as in passing_release(), which would put ours back. */
static int restore_of_device(struct device *dev, void *data)
{
	restore(data);
	return 1;
}

/* After the walk no call is inside ours; in a group without devices there was none. */
void ownership_forget(struct group_pe *gp)
{
	iommu_group_for_each_dev(gp->group->group, gp->group, restore_of_device);
	restore(gp->group);
}

/* PEs get their operations when they are first seen. */
int ownership_init(void)
{
	return 0;
}

#endif
