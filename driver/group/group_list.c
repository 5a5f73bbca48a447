// SPDX-License-Identifier: GPL-2.0-only
/*
 * group_list.c - the list of PEs, in the order in which they were found.
 *
 * A PE stays in the list until its node is removed or the module is unloaded. Code that uses a PE
 * meanwhile holds a reference.
 */
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/of.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "group/group_list.h"
#include "kvm/kvm_iommu.h"

/* Guards the list; taken inside everything else and never held over a sleep. */
static DEFINE_SPINLOCK(group_lock);

static LIST_HEAD(group_pes);

/* How many PEs were found so far; guarded by group_lock. */
static u64 group_found;

struct group_pe *group_list_find(const struct iommu_table_group *group)
{
	struct group_pe *gp, *found = NULL;

	spin_lock(&group_lock);
	list_for_each_entry(gp, &group_pes, link)
		if (gp->group == group)
			found = gp;
	spin_unlock(&group_lock);
	return found;
}

void group_list_add(struct group_pe *gp)
{
	spin_lock(&group_lock);
	gp->number = ++group_found;
	list_add_tail(&gp->link, &group_pes);
	spin_unlock(&group_lock);
}

static void group_pe_free(struct kref *ref)
{
	struct group_pe *gp = container_of(ref, struct group_pe, ref);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gp->inert); i++)
		if (gp->inert[i])
			kvm_iommu_abandon(gp->inert[i]);
	of_node_put(gp->node);
	kfree(gp->list);
	kfree(gp);
}

void group_pe_put(struct group_pe *gp)
{
	kref_put(&gp->ref, group_pe_free);
}

/* The first PE that was found after the @number-th, with a reference; NULL when there is none. */
static struct group_pe *group_after(u64 number)
{
	struct group_pe *gp, *found = NULL;

	spin_lock(&group_lock);
	list_for_each_entry(gp, &group_pes, link) {
		if (gp->number <= number)
			continue;
		kref_get(&gp->ref);
		found = gp;
		break;
	}
	spin_unlock(&group_lock);
	return found;
}

/* Others may leave the list meanwhile: go on by number, since a place may become another PE's. */
int group_each(int (*fn)(struct group_pe *gp, void *data), void *data)
{
	struct group_pe *gp;
	u64 number = 0;
	int rc = 0;

	while (!rc && (gp = group_after(number))) {
		number = gp->number;
		rc = fn(gp, data);
		group_pe_put(gp);
	}
	return rc;
}

struct group_pe *group_list_remove(const struct device_node *dn)
{
	struct group_pe *gp, *gone = NULL;

	spin_lock(&group_lock);
	list_for_each_entry(gp, &group_pes, link)
		if (gp->node == dn)
			gone = gp;
	if (gone)
		list_del_init(&gone->link);
	spin_unlock(&group_lock);
	return gone;
}

bool group_list_hold(struct group_pe *gp, bool hold)
{
	bool listed;

	spin_lock(&group_lock);
	listed = !list_empty(&gp->link);
	WRITE_ONCE(gp->held, hold && listed);
	spin_unlock(&group_lock);
	return listed;
}

/* A listed PE's table group exists: the list is told first that the node goes. */
bool group_list_is_table(const struct group_pe *gp, size_t i, const struct iommu_table *tbl)
{
	bool is;

	spin_lock(&group_lock);
	is = !list_empty(&gp->link) && READ_ONCE(gp->group->tables[i]) == tbl;
	spin_unlock(&group_lock);
	return is;
}

void group_list_forget_device(const struct device *dev)
{
	struct group_pe *gp;

	spin_lock(&group_lock);
	list_for_each_entry(gp, &group_pes, link)
		if (gp->wide == dev)
			WRITE_ONCE(gp->wide, NULL);
	spin_unlock(&group_lock);
}

void group_list_end(void)
{
	struct group_pe *gp, *next;

	list_for_each_entry_safe(gp, next, &group_pes, link) {
		list_del(&gp->link);
		group_pe_put(gp);
	}
}
