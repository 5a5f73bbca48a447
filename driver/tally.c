// SPDX-License-Identifier: GPL-2.0-only
/*
 * tally.c - counting down for KVM.
 *
 * KVM finds registered memory by address space, whoever registered it: a page
 * of one container's may be in the table of another one's. So the tables that
 * KVM has slots of are in one list. While there is one of an address space,
 * every count in that space may stand for a TCE and stays; when the last one
 * is settled, what is still counted stands for none.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <asm/byteorder.h>
#include <asm/mmu_context.h>
#include "tally.h"

/* Counts dropped between two tries to put a region. */
#define TALLY_STEPS	1024

/**
 * struct orphan - a use of registered memory without an owner
 * @link: among all
 * @mm:   its address space, referenced
 * @mem:  the memory
 */
struct orphan {
	struct list_head link;
	struct mm_struct *mm;
	struct mm_iommu_table_group_mem_t *mem;
};

/* Guards both lists; taken inside a space's lock. */
static DEFINE_MUTEX(tally_lock);
static LIST_HEAD(tallies);
static LIST_HEAD(orphans);

static bool tally_any(const struct mm_struct *mm)
{
	const struct tally *y;

	list_for_each_entry(y, &tallies, link)
		if (y->mm == mm)
			return true;
	return false;
}

/* Nobody can own what is counted: drop it. */
static long tally_drain(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem)
{
	long rc;
	u32 i;

	while ((rc = mm_iommu_put(mm, mem)) == -EBUSY) {
		for (i = 0; i < TALLY_STEPS; i++)
			mm_iommu_mapped_dec(mem);
		cond_resched();
	}
	return rc;
}

static long tally_put_locked(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem)
{
	return tally_any(mm) ? mm_iommu_put(mm, mem) : tally_drain(mm, mem);
}

long tally_put(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem)
{
	long rc;

	mutex_lock(&tally_lock);
	rc = tally_put_locked(mm, mem);
	mutex_unlock(&tally_lock);
	return rc;
}

void tally_orphan(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem)
{
	struct orphan *o = kzalloc(sizeof(*o), GFP_KERNEL | __GFP_NOFAIL);

	mmgrab(mm);
	o->mm = mm;
	o->mem = mem;
	mutex_lock(&tally_lock);
	list_add_tail(&o->link, &orphans);
	mutex_unlock(&tally_lock);
}

static void tally_retry_orphans(void)
{
	struct orphan *o, *next;

	list_for_each_entry_safe(o, next, &orphans, link) {
		if (tally_put_locked(o->mm, o->mem))
			continue;
		list_del(&o->link);
		mmdrop(o->mm);
		kfree(o);
	}
}

void tally_open(struct tally *y, struct mm_struct *mm)
{
	mutex_lock(&tally_lock);
	y->mm = mm;
	list_add_tail(&y->link, &tallies);
	mutex_unlock(&tally_lock);
}

void tally_close(struct tally *y)
{
	mutex_lock(&tally_lock);
	list_del(&y->link);
	y->mm = NULL;
	tally_retry_orphans();
	mutex_unlock(&tally_lock);
}

/* KVM writes slots without a lock, so what one says is taken out in one go. */
void tally_take(const struct tally *y, __be64 *slot)
{
	unsigned long ua = be64_to_cpu((__force __be64)xchg((__force u64 *)slot, 0));
	struct mm_iommu_table_group_mem_t *mem;

	if (!ua)
		return;
	/* It is there as long as it is counted. */
	rcu_read_lock();
	mem = mm_iommu_lookup(y->mm, ua, 1);
	if (mem)
		mm_iommu_mapped_dec(mem);
	rcu_read_unlock();
}
