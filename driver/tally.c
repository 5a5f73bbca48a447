// SPDX-License-Identifier: GPL-2.0-only
/*
 * tally.c - counting down for KVM.
 *
 * KVM finds registered memory by address space, whoever registered it: a page
 * of one container's may be in the table of another one's. So each address space
 * has a ledger: how many tables KVM has slots of there, and what waits for their
 * end. While there is such a table, every count in that space may stand for a TCE
 * and stays; when the last one is settled, what is still counted stands for none.
 *
 * To put registered memory takes the mmap_lock of its address space, which its
 * user can hold for ever. So nothing is held meanwhile that another address space's
 * user may want: each ledger has a lock of its own.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <asm/byteorder.h>
#include <asm/mmu_context.h>
#include "tally.h"

/* Counts dropped between two tries to put a region. */
#define TALLY_STEPS	1024

/**
 * struct orphan - a use of registered memory without an owner
 * @link: among those of its address space
 * @mem:  the memory
 */
struct orphan {
	struct list_head link;
	struct mm_iommu_table_group_mem_t *mem;
};

/**
 * struct ledger - what KVM counts in one address space
 * @link:    among all; this and @refs are guarded by ledgers_lock
 * @refs:    one for each memory, open tally and orphan of the address space
 * @mm:      the address space, referenced
 * @lock:    guards the rest; taken inside a space's lock
 * @open:    tables that KVM has slots of
 * @lost:    counts that closed tables have left behind
 * @orphans: memory that waits for @open to be 0
 */
struct ledger {
	struct list_head link;
	u32 refs;
	struct mm_struct *mm;
	struct mutex lock;
	u32 open;
	u64 lost;
	struct list_head orphans;
};

static DEFINE_SPINLOCK(ledgers_lock);
static LIST_HEAD(ledgers);

static struct ledger *ledger_alloc(struct mm_struct *mm)
{
	struct ledger *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	l->mm = mm;
	mutex_init(&l->lock);
	INIT_LIST_HEAD(&l->orphans);
	return l;
}

static struct ledger *ledger_find(const struct mm_struct *mm)
{
	struct ledger *l;

	lockdep_assert_held(&ledgers_lock);
	list_for_each_entry(l, &ledgers, link)
		if (l->mm == mm)
			return l;
	return NULL;
}

struct ledger *ledger_get(struct mm_struct *mm)
{
	struct ledger *new = ledger_alloc(mm);
	struct ledger *l;

	spin_lock(&ledgers_lock);
	l = ledger_find(mm);
	if (!l && new) {
		mmgrab(mm);
		list_add_tail(&new->link, &ledgers);
		swap(l, new);
	}
	if (l)
		l->refs++;
	spin_unlock(&ledgers_lock);
	kfree(new);
	return l;
}

void ledger_hold(struct ledger *l)
{
	spin_lock(&ledgers_lock);
	l->refs++;
	spin_unlock(&ledgers_lock);
}

void ledger_put(struct ledger *l)
{
	bool last;

	spin_lock(&ledgers_lock);
	last = !--l->refs;
	if (last)
		list_del(&l->link);
	spin_unlock(&ledgers_lock);
	if (!last)
		return;
	mmdrop(l->mm);
	mutex_destroy(&l->lock);
	kfree(l);
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

static long tally_put_locked(struct ledger *l, struct mm_iommu_table_group_mem_t *mem)
{
	lockdep_assert_held(&l->lock);
	return l->open ? mm_iommu_put(l->mm, mem) : tally_drain(l->mm, mem);
}

long tally_put(struct ledger *l, struct mm_iommu_table_group_mem_t *mem)
{
	long rc;

	mutex_lock(&l->lock);
	rc = tally_put_locked(l, mem);
	mutex_unlock(&l->lock);
	return rc;
}

void tally_orphan(struct ledger *l, struct mm_iommu_table_group_mem_t *mem)
{
	struct orphan *o = kzalloc(sizeof(*o), GFP_KERNEL | __GFP_NOFAIL);
	u32 open;

	o->mem = mem;
	ledger_hold(l);
	mutex_lock(&l->lock);
	list_add_tail(&o->link, &l->orphans);
	open = l->open;
	mutex_unlock(&l->lock);
	/* The last of those that it waits for may have closed since its owner tried. */
	if (!open)
		ledger_retry(l);
}

/* Return: how many there were that are none any more; the caller drops their references. */
static u32 ledger_put_orphans(struct ledger *l)
{
	struct orphan *o, *next;
	u32 gone = 0;

	list_for_each_entry_safe(o, next, &l->orphans, link) {
		if (tally_put_locked(l, o->mem))
			continue;
		list_del(&o->link);
		kfree(o);
		gone++;
		cond_resched();
	}
	return gone;
}

void ledger_retry(struct ledger *l)
{
	u32 gone;

	mutex_lock(&l->lock);
	gone = ledger_put_orphans(l);
	mutex_unlock(&l->lock);
	while (gone--)
		ledger_put(l);
}

void tally_open(struct tally *y, struct ledger *l)
{
	ledger_hold(l);
	mutex_lock(&l->lock);
	l->open++;
	mutex_unlock(&l->lock);
	y->ledger = l;
	y->mm = l->mm;
	y->counted = 0;
}

void tally_close(struct tally *y)
{
	struct ledger *l = y->ledger;

	mutex_lock(&l->lock);
	l->open--;
	WRITE_ONCE(l->lost, l->lost + y->counted);
	mutex_unlock(&l->lock);
	y->mm = NULL;
	ledger_retry(l);
	ledger_put(l);
}

bool tally_lends(const struct tally *y, u64 live)
{
	return y->counted <= live + TALLY_MOST_LOST &&
	       READ_ONCE(y->ledger->lost) <= TALLY_MOST_LOST;
}

/* KVM writes slots without a lock, so what one says is taken out in one go. */
unsigned long tally_pull(struct tally *y, __be64 *slot)
{
	unsigned long ua = be64_to_cpu((__force __be64)xchg((__force u64 *)slot, 0));

	y->counted -= !!ua;
	return ua;
}

void tally_down(const struct tally *y, unsigned long ua)
{
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
