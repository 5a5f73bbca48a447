// SPDX-License-Identifier: GPL-2.0-only
/*
 * mm_pins.c - the list of address spaces, each found or made once.
 */
#include <linux/lockdep.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "memory/mm_pins.h"

static DEFINE_SPINLOCK(ledgers_lock);
static LIST_HEAD(ledgers);

static struct ledger *ledger_alloc(struct mm_struct *mm)
{
	struct ledger *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	l->mm = mm;
	mutex_init(&l->lock);
	l->pins = RB_ROOT;
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
