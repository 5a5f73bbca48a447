// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_iommu.c - iommu_tables around what KVM is lent.
 *
 * KVM takes a reference on what it finds and drops it from an RCU callback,
 * long after the window, the container and the group's attachment are gone.
 * Such a table therefore refers to nothing of ours but this module, whose code
 * its operations are. It reads the group's pointers without a lock and only
 * then takes its reference: a table that is published no more is kept until the
 * container's end, and until no task can be in between.
 *
 * The same goes for tables of the host's, which KVM is kept from. While such a
 * table has operations of ours, we have a reference to it.
 */
#include <linux/cpumask.h>
#include <linux/dma-direction.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <asm/firmware.h>
#include "compat/table_ops.h"
#include "kvm/kvm_iommu.h"

/**
 * struct lookup - what KVM finds
 * @tbl:  as the core knows it, which frees it
 * @lend: what it stands for
 */
struct lookup {
	struct iommu_table tbl;
	struct lend lend;
};

static struct lookup *lookup_of(struct lend *l)
{
	return container_of(l, struct lookup, lend);
}

static struct lend *lookup_lend(struct iommu_table *tbl)
{
	return &container_of(tbl, struct lookup, tbl)->lend;
}

static bool lookup_lends(void)
{
	/* Where KVM can be preempted nothing tells when it is done with a slot. */
	if (IS_ENABLED(CONFIG_PREEMPTION))
		return false;
	/* A partition that shares its memory is told to wait, or that there is none. */
	return !firmware_has_feature(FW_FEATURE_CMO);
}

/* NULL makes KVM hand the guest's request to user space. */
static __be64 *lookup_useraddr(struct iommu_table *tbl, long index, bool alloc)
{
	return lookup_lends() ? lend_slot(lookup_lend(tbl), index) : NULL;
}

static int lookup_xchg(struct iommu_table *tbl, long index, unsigned long *hpa,
		       enum dma_data_direction *direction TABLE_OPS_REALMODE)
{
	int rc = lend_exchange(lookup_lend(tbl), index, *hpa,
			       iommu_direction_to_tce_perm(*direction));

	/* "Nothing was mapped there": no count to take down, no page to mark dirty. */
	if (!rc) {
		*hpa = 0;
		*direction = DMA_NONE;
	}
	return rc;
}

static __be64 *inert_useraddr(struct iommu_table *tbl, long index, bool alloc)
{
	return NULL;
}

static int inert_xchg(struct iommu_table *tbl, long index, unsigned long *hpa,
		      enum dma_data_direction *direction TABLE_OPS_REALMODE)
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

struct iommu_table *lookup_table(struct lend *l)
{
	return l ? &lookup_of(l)->tbl : NULL;
}

struct lend *lookup_alloc(void)
{
	struct lookup *lk = kzalloc(sizeof(*lk), GFP_KERNEL_ACCOUNT);

	/* The core frees a table by its own address. */
	BUILD_BUG_ON(offsetof(struct lookup, tbl));
	if (!lk)
		return NULL;
	__module_get(THIS_MODULE);
	kref_init(&lk->tbl.it_kref);
	INIT_LIST_HEAD(&lk->tbl.it_group_list);
	lk->tbl.it_ops = &lookup_ops;
	lend_init(&lk->lend);
	return &lk->lend;
}

void lookup_place(struct lend *l, const struct hv_window *w)
{
	struct iommu_table *tbl = lookup_table(l);

	tbl->it_index = w->liobn;
	tbl->it_offset = w->start >> w->page_shift;
	tbl->it_size = hv_window_tces(w);
	tbl->it_page_shift = w->page_shift;
}

bool lookup_held(struct lend *l)
{
	return kref_read(&lookup_of(l)->tbl.it_kref) > 1;
}

bool lookup_wanted(struct lend *l)
{
	return lookup_lends() && lookup_held(l);
}

/* A processor that gets here has let go of the task that it had. */
static long lookup_pass(void *arg)
{
	return 0;
}

static void lookup_wait_for_processors(void)
{
	unsigned int cpu;

	/* What goes offline meanwhile lets go of its task, too. */
	for_each_online_cpu(cpu)
		work_on_cpu_safe(cpu, lookup_pass, NULL);
}

/*
 * KVM has no lock and no section of RCU's there, and does not sleep. Where preemption is neither
 * done nor counted, a grace period of RCU ends when each processor has been elsewhere. Where it is
 * counted, RCU takes a tick within KVM's code for that. Where it is done, KVM's task may be off its
 * processor: it is known to be elsewhere when it has slept, or been in user space.
 */
void lookup_wait(void)
{
	if (IS_ENABLED(CONFIG_PREEMPTION))
		synchronize_rcu_tasks();
	else if (IS_ENABLED(CONFIG_PREEMPT_COUNT))
		lookup_wait_for_processors();
	else
		synchronize_rcu_expedited();
}

void lookup_put(struct lend *l)
{
	if (l)
		lookup_wait();
	while (l) {
		struct lend *next = l->next;

		iommu_tce_table_put(lookup_table(l));
		l = next;
	}
}

/*
 * The kernel's own operations for its tables, and copies that ignore KVM: for a
 * table that the host has, and for one that KVM alone may still have.
 */
static struct iommu_table_ops *host_table_ops;
static struct iommu_table_ops inert_ops;
static struct iommu_table_ops left_ops;

/* Guards all three until they are set, which is before a table has them. */
static DEFINE_MUTEX(lookup_ops_lock);

static void left_free(struct iommu_table *tbl)
{
	if (host_table_ops->free)
		host_table_ops->free(tbl);
	module_put(THIS_MODULE);
}

static void lookup_copy_ops(struct iommu_table_ops *ops)
{
	inert_ops = *ops;
	inert_ops.xchg_no_kill = inert_xchg;
	inert_ops.useraddrptr = inert_useraddr;
	left_ops = inert_ops;
	left_ops.free = left_free;
	host_table_ops = ops;
}

/* All tables of PCI devices have the same operations; leave others alone. */
static bool lookup_is_the_hosts(const struct iommu_table *tbl)
{
	bool same;

	mutex_lock(&lookup_ops_lock);
	if (!host_table_ops)
		lookup_copy_ops(tbl->it_ops);
	same = tbl->it_ops == host_table_ops;
	mutex_unlock(&lookup_ops_lock);
	return same;
}

struct iommu_table *lookup_make_inert(struct iommu_table *tbl)
{
	if (!tbl || tbl->it_ops == &lookup_ops || !lookup_is_the_hosts(tbl))
		return NULL;
	if (!iommu_tce_table_get(tbl))
		return NULL;
	WRITE_ONCE(tbl->it_ops, &inert_ops);
	return tbl;
}

void lookup_make_normal(struct iommu_table *tbl)
{
	WRITE_ONCE(tbl->it_ops, host_table_ops);
}

void lookup_abandon(struct iommu_table *tbl)
{
	if (try_module_get(THIS_MODULE))
		WRITE_ONCE(tbl->it_ops, &left_ops);
	else
		lookup_make_normal(tbl);
	lookup_wait();
	iommu_tce_table_put(tbl);
}
