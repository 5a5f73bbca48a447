// SPDX-License-Identifier: GPL-2.0-only
/*
 * group_tables.c - the host's tables, which KVM is kept away from, and what is in them.
 *
 * While a table has operations that ignore KVM, its PE notes it and holds a reference. The core
 * frees a table's map together with the table, so with that reference the map can be read, whoever
 * takes the table out of the group meanwhile: a take, a driver for which the kernel replaces
 * the default window, or the removal of the node. A table that nobody has noted is not read.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
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

/* Bits that are looked at before others may run */
#define GROUP_STRETCH	(1UL << 18)

static u64 group_bits(const unsigned long *map, unsigned long n)
{
	unsigned long done;
	u64 set = 0;

	for (done = 0; done < n; done += GROUP_STRETCH) {
		set += bitmap_weight(map + BIT_WORD(done), min(n - done, GROUP_STRETCH));
		cond_resched();
	}
	return set;
}

/*
 * Entries that the kernel has set in the map although nobody maps them: bus address 0, and those
 * at which devices of the PE have their own memory.
 */
static u64 group_reserved(const struct iommu_table *tbl)
{
	unsigned long end = min(tbl->it_reserved_end, tbl->it_offset + tbl->it_size);
	unsigned long entry = max3(tbl->it_reserved_start, tbl->it_offset, 1UL);
	u64 set = !tbl->it_offset && test_bit(0, tbl->it_map);

	for (; entry < end; entry++)
		set += test_bit(entry - tbl->it_offset, tbl->it_map);
	return set;
}

bool group_table_read(struct group_pe *gp, size_t i, struct host_table *t)
{
	const struct iommu_table *tbl = gp->inert[i];
	u64 set;

	lockdep_assert_held(&gp->pe.lock);
	/* It may be noted still when the host has lost it to a user, or has another one. */
	if (!tbl || !tbl->it_map || !group_list_is_table(gp, i, tbl))
		return false;
	t->w = (struct dma_window){
		.liobn = tbl->it_index,
		.start = (u64)tbl->it_offset << tbl->it_page_shift,
		.size = (u64)tbl->it_size << tbl->it_page_shift,
		.page_shift = tbl->it_page_shift,
	};
	set = group_bits(tbl->it_map, tbl->it_size);
	/* The host's drivers go on meanwhile. */
	t->used = set - min(set, group_reserved(tbl));
	return true;
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
