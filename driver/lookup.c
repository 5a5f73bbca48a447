// SPDX-License-Identifier: GPL-2.0-only
/*
 * lookup.c - inert iommu_tables.
 *
 * KVM takes a reference on what it finds and drops it from an RCU callback,
 * long after the window, the container and the group's attachment are gone.
 * Such a table therefore refers to nothing of ours but this module, whose code
 * its operations are.
 */
#include <linux/dma-direction.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "lookup.h"

/* NULL makes KVM hand the guest's request to user space. */
static __be64 *lookup_useraddr(struct iommu_table *tbl, long index, bool alloc)
{
	return NULL;
}

/* "Nothing was mapped there": no reference to drop, no page to mark dirty. */
static int lookup_xchg(struct iommu_table *tbl, long index, unsigned long *hpa,
		       enum dma_data_direction *direction)
{
	*hpa = 0;
	*direction = DMA_NONE;
	return 0;
}

static int lookup_set(struct iommu_table *tbl, long index, long npages, unsigned long uaddr,
		      enum dma_data_direction direction, unsigned long attrs)
{
	return -EBUSY;
}

static void lookup_clear(struct iommu_table *tbl, long index, long npages)
{
}

static unsigned long lookup_read(struct iommu_table *tbl, long index)
{
	return 0;
}

/* Called in softirq too; the core frees the table itself. */
static void lookup_free(struct iommu_table *tbl)
{
	module_put(THIS_MODULE);
}

static struct iommu_table_ops lookup_ops = {
	.set		= lookup_set,
	.xchg_no_kill	= lookup_xchg,
	.useraddrptr	= lookup_useraddr,
	.clear		= lookup_clear,
	.get		= lookup_read,
	.free		= lookup_free,
};

/* A retired table that only we hold; its list head is unused otherwise. */
static struct iommu_table *lookup_reuse(struct list_head *retired)
{
	struct iommu_table *tbl;

	list_for_each_entry(tbl, retired, it_group_list) {
		if (kref_read(&tbl->it_kref) == 1) {
			list_del_init(&tbl->it_group_list);
			return tbl;
		}
	}
	return NULL;
}

static struct iommu_table *lookup_alloc(void)
{
	struct iommu_table *tbl = kzalloc(sizeof(*tbl), GFP_KERNEL_ACCOUNT);

	if (!tbl)
		return NULL;
	__module_get(THIS_MODULE);
	kref_init(&tbl->it_kref);
	INIT_LIST_HEAD(&tbl->it_group_list);
	tbl->it_ops = &lookup_ops;
	return tbl;
}

struct iommu_table *lookup_table_get(struct list_head *retired, const struct hv_window *w)
{
	struct iommu_table *tbl = lookup_reuse(retired);

	if (!tbl)
		tbl = lookup_alloc();
	if (!tbl)
		return NULL;
	tbl->it_index = w->liobn;
	tbl->it_offset = w->start >> w->page_shift;
	tbl->it_size = hv_window_tces(w);
	tbl->it_page_shift = w->page_shift;
	return tbl;
}

void lookup_table_retire(struct list_head *retired, struct iommu_table *tbl)
{
	list_add(&tbl->it_group_list, retired);
}

void lookup_tables_put(struct list_head *retired)
{
	struct iommu_table *tbl, *next;

	if (list_empty(retired))
		return;
	synchronize_rcu();
	list_for_each_entry_safe(tbl, next, retired, it_group_list) {
		list_del_init(&tbl->it_group_list);
		iommu_tce_table_put(tbl);
	}
}

/* The kernel's own operations for its tables, and a copy that ignores KVM. */
static struct iommu_table_ops *host_table_ops;
static struct iommu_table_ops inert_ops;

void lookup_make_inert(struct iommu_table *tbl)
{
	if (!tbl || tbl->it_ops == &lookup_ops || tbl->it_ops == &inert_ops)
		return;
	if (!host_table_ops) {
		inert_ops = *tbl->it_ops;
		inert_ops.xchg_no_kill = lookup_xchg;
		inert_ops.useraddrptr = lookup_useraddr;
		host_table_ops = tbl->it_ops;
	}
	/* All tables of PCI devices have the same operations; leave others alone. */
	if (tbl->it_ops == host_table_ops)
		WRITE_ONCE(tbl->it_ops, &inert_ops);
}

void lookup_make_normal(struct iommu_table *tbl)
{
	if (tbl && tbl->it_ops == &inert_ops)
		WRITE_ONCE(tbl->it_ops, host_table_ops);
}
