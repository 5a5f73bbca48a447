// SPDX-License-Identifier: GPL-2.0-only
/*
 * group_tables.c - the host's tables, which KVM is kept away from.
 *
 * While a table has operations that ignore KVM, its PE notes it and holds a reference.
 */
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include "group/group.h"
#include "group/group_list.h"
#include "kvm/kvm_iommu.h"

/* With the PE's lock held. Return: the table that was inert here before, if it has left. */
static struct iommu_table *group_table_inert(struct group_pe *gp, size_t i)
{
	struct iommu_table *tbl = gp->group->tables[i];
	struct iommu_table *had = gp->inert[i];

	lockdep_assert_held(&gp->pe.lock);
	if (tbl == had)
		return NULL;
	gp->inert[i] = kvm_iommu_make_inert(tbl);
	return had;
}

void group_tables_inert(struct group_pe *gp)
{
	struct iommu_table *left[IOMMU_TABLE_GROUP_MAX_TABLES] = { };
	size_t i;

	/* A take frees tables with this lock held. */
	mutex_lock(&gp->pe.lock);
	for (i = 0; i < ARRAY_SIZE(left) && !gp->pe.owned; i++)
		left[i] = group_table_inert(gp, i);
	mutex_unlock(&gp->pe.lock);
	for (i = 0; i < ARRAY_SIZE(left); i++)
		if (left[i])
			kvm_iommu_abandon(left[i]);
}

static int group_tables_normal(struct group_pe *gp, void *data)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gp->inert); i++)
		if (gp->inert[i])
			kvm_iommu_make_normal(gp->inert[i]);
	return 0;
}

static int group_tables_put(struct group_pe *gp, void *data)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gp->inert); i++) {
		if (gp->inert[i])
			iommu_tce_table_put(gp->inert[i]);
		gp->inert[i] = NULL;
	}
	return 0;
}

/* KVM takes no lock, so it is waited for. */
void group_tables_end(void)
{
	group_each(group_tables_normal, NULL);
	kvm_iommu_wait();
	group_each(group_tables_put, NULL);
}
