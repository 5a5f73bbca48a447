// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_iommu.c - struct iommu_table wrappers around kvm_tables.
 *
 * KVM takes a reference to each table that it finds, and drops it from an RCU callback, long
 * after the window, the container and the group's attachment are gone. So such a table refers to
 * nothing of ours but this module, whose code its operations are. KVM reads the group's pointers
 * without a lock and takes its reference after that. So a table that is no longer published is
 * kept until the container's end, and until no task can be between these two steps.
 *
 * The same holds for tables of the host that KVM must not use. While such a table has operations
 * of ours, we hold a reference to it.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/dma-direction.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <asm/firmware.h>
#include "compat/kvm_loaded.h"
#include "compat/table_ops.h"
#include "kvm/kvm_iommu.h"

/**
 * struct kvm_iommu - the object that KVM finds
 * @tbl: the table as the core knows it; the core frees it
 * @kvm: the kvm_table behind it
 */
struct kvm_iommu {
	struct iommu_table tbl;
	struct kvm_table kvm;
};

static struct kvm_iommu *kvm_iommu_of(struct kvm_table *l)
{
	return container_of(l, struct kvm_iommu, kvm);
}

static struct kvm_table *kvm_iommu_stands_for(struct iommu_table *tbl)
{
	return &container_of(tbl, struct kvm_iommu, tbl)->kvm;
}

static bool kvm_iommu_lends(void)
{
	/* Where KVM can be preempted, nothing tells when KVM has finished with a slot. */
	if (IS_ENABLED(CONFIG_PREEMPTION))
		return false;
	/* With shared memory (CMO) the hypervisor can answer "wait" or "no memory". */
	return !firmware_has_feature(FW_FEATURE_CMO);
}

/* NULL makes KVM hand the guest's request to user space. */
static __be64 *kvm_iommu_useraddr(struct iommu_table *tbl, long index, bool alloc)
{
	return kvm_iommu_lends() ? kvm_table_slot(kvm_iommu_stands_for(tbl), index) : NULL;
}

static int kvm_iommu_xchg(struct iommu_table *tbl, long index, unsigned long *hpa,
			  enum dma_data_direction *direction TABLE_OPS_REALMODE)
{
	int rc = kvm_table_exchange(kvm_iommu_stands_for(tbl), index, *hpa,
				    iommu_direction_to_tce_perm(*direction));

	/* For KVM nothing was mapped there: no count to take down, no page to mark dirty. */
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

static int kvm_iommu_set(struct iommu_table *tbl, long index, long npages, unsigned long uaddr,
			 enum dma_data_direction direction, unsigned long attrs)
{
	return -EBUSY;
}

static void kvm_iommu_clear(struct iommu_table *tbl, long index, long npages)
{
}

static unsigned long kvm_iommu_read(struct iommu_table *tbl, long index)
{
	return 0;
}

/* Called in softirq too; the core frees the table itself. */
static void kvm_iommu_free(struct iommu_table *tbl)
{
	module_put(THIS_MODULE);
}

static struct iommu_table_ops kvm_iommu_ops = {
	.set		= kvm_iommu_set,
	.xchg_no_kill	= kvm_iommu_xchg,
	.useraddrptr	= kvm_iommu_useraddr,
	.clear		= kvm_iommu_clear,
	.get		= kvm_iommu_read,
	.free		= kvm_iommu_free,
};

struct iommu_table *kvm_iommu_table(struct kvm_table *l)
{
	return l ? &kvm_iommu_of(l)->tbl : NULL;
}

struct kvm_table *kvm_iommu_alloc(void)
{
	struct kvm_iommu *lk = kzalloc(sizeof(*lk), GFP_KERNEL_ACCOUNT);

	/* The core frees a table by its own address. */
	BUILD_BUG_ON(offsetof(struct kvm_iommu, tbl));
	if (!lk)
		return NULL;
	__module_get(THIS_MODULE);
	kref_init(&lk->tbl.it_kref);
	INIT_LIST_HEAD(&lk->tbl.it_group_list);
	lk->tbl.it_ops = &kvm_iommu_ops;
	kvm_table_init(&lk->kvm);
	return &lk->kvm;
}

void kvm_iommu_place(struct kvm_table *l, const struct dma_window *w)
{
	struct iommu_table *tbl = kvm_iommu_table(l);

	tbl->it_index = w->liobn;
	tbl->it_offset = w->start >> w->page_shift;
	tbl->it_size = dma_window_tces(w);
	tbl->it_page_shift = w->page_shift;
}

bool kvm_iommu_held(struct kvm_table *l)
{
	return kref_read(&kvm_iommu_of(l)->tbl.it_kref) > 1;
}

bool kvm_iommu_wanted(struct kvm_table *l)
{
	return kvm_iommu_lends() && kvm_iommu_held(l);
}

/* When this runs on a processor, that processor has switched away from its former task. */
static long kvm_iommu_pass(void *arg)
{
	return 0;
}

static void kvm_iommu_wait_for_processors(void)
{
	unsigned int cpu;

	/* A processor that has gone offline has switched away from its task, too. */
	cpus_read_lock();
	for_each_online_cpu(cpu)
		work_on_cpu(cpu, kvm_iommu_pass, NULL);
	cpus_read_unlock();
}

/*
 * KVM holds no lock there, no RCU read lock, and does not sleep. Without PREEMPT_COUNT, an RCU
 * grace period ends when each processor has run something else. With it, RCU accepts a timer tick
 * within KVM's code, so work is run on each processor instead. With PREEMPTION, KVM's task may be
 * off its processor: it has left that code when it has slept or has been in user space. That takes
 * a third of a second, and most machines do not have KVM. If it is loaded after this was called, it
 * finds no table that is no longer published.
 */
void kvm_iommu_wait(void)
{
	if (!kvm_is_loaded())
		return;
	if (IS_ENABLED(CONFIG_PREEMPTION))
		synchronize_rcu_tasks();
	else if (IS_ENABLED(CONFIG_PREEMPT_COUNT))
		kvm_iommu_wait_for_processors();
	else
		synchronize_rcu_expedited();
}

void kvm_iommu_put(struct kvm_table *l)
{
	if (l)
		kvm_iommu_wait();
	while (l) {
		struct kvm_table *next = l->next;

		iommu_tce_table_put(kvm_iommu_table(l));
		l = next;
	}
}

/*
 * The kernel's own operations for its tables, and two copies that ignore KVM: inert_ops for a
 * table that the host has, left_ops for a table that perhaps only KVM still has.
 */
static struct iommu_table_ops *host_table_ops;
static struct iommu_table_ops inert_ops;
static struct iommu_table_ops left_ops;

/* Guards all three until they are set. A table gets one of them only after that. */
static DEFINE_MUTEX(kvm_iommu_ops_lock);

static void left_free(struct iommu_table *tbl)
{
	if (host_table_ops->free)
		host_table_ops->free(tbl);
	module_put(THIS_MODULE);
}

static void kvm_iommu_copy_ops(struct iommu_table_ops *ops)
{
	inert_ops = *ops;
	inert_ops.xchg_no_kill = inert_xchg;
	inert_ops.useraddrptr = inert_useraddr;
	left_ops = inert_ops;
	left_ops.free = left_free;
	host_table_ops = ops;
}

/* All tables of PCI devices have the same operations; other tables are left alone. */
static bool kvm_iommu_is_the_hosts(const struct iommu_table *tbl)
{
	bool same;

	mutex_lock(&kvm_iommu_ops_lock);
	if (!host_table_ops)
		kvm_iommu_copy_ops(tbl->it_ops);
	same = tbl->it_ops == host_table_ops;
	mutex_unlock(&kvm_iommu_ops_lock);
	return same;
}

struct iommu_table *kvm_iommu_make_inert(struct iommu_table *tbl)
{
	if (!tbl || tbl->it_ops == &kvm_iommu_ops || !kvm_iommu_is_the_hosts(tbl))
		return NULL;
	if (!iommu_tce_table_get(tbl))
		return NULL;
	WRITE_ONCE(tbl->it_ops, &inert_ops);
	return tbl;
}

void kvm_iommu_make_normal(struct iommu_table *tbl)
{
	WRITE_ONCE(tbl->it_ops, host_table_ops);
}

void kvm_iommu_abandon(struct iommu_table *tbl)
{
	if (try_module_get(THIS_MODULE))
		WRITE_ONCE(tbl->it_ops, &left_ops);
	else
		kvm_iommu_make_normal(tbl);
	kvm_iommu_wait();
	iommu_tce_table_put(tbl);
}
