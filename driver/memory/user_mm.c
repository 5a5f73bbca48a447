// SPDX-License-Identifier: GPL-2.0-only
/*
 * user_mm.c - the list of address spaces, with one mm_pins for each.
 */
#include <linux/lockdep.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "memory/user_mm.h"

static DEFINE_SPINLOCK(mm_pins_lock);
static LIST_HEAD(all_mm_pins);

static struct mm_pins *mm_pins_alloc(struct mm_struct *mm)
{
	struct mm_pins *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	l->mm = mm;
	mutex_init(&l->lock);
	l->pins = RB_ROOT;
	INIT_LIST_HEAD(&l->orphans);
	return l;
}

static struct mm_pins *mm_pins_find(const struct mm_struct *mm)
{
	struct mm_pins *l;

	lockdep_assert_held(&mm_pins_lock);
	list_for_each_entry(l, &all_mm_pins, link)
		if (l->mm == mm)
			return l;
	return NULL;
}

struct mm_pins *mm_pins_get(struct mm_struct *mm)
{
	struct mm_pins *new = mm_pins_alloc(mm);
	struct mm_pins *l;

	spin_lock(&mm_pins_lock);
	l = mm_pins_find(mm);
	if (!l && new) {
		mmgrab(mm);
		list_add_tail(&new->link, &all_mm_pins);
		swap(l, new);
	}
	if (l)
		l->refs++;
	spin_unlock(&mm_pins_lock);
	kfree(new);
	return l;
}

void mm_pins_hold(struct mm_pins *l)
{
	spin_lock(&mm_pins_lock);
	l->refs++;
	spin_unlock(&mm_pins_lock);
}

void mm_pins_put(struct mm_pins *l)
{
	bool last;

	spin_lock(&mm_pins_lock);
	last = !--l->refs;
	if (last)
		list_del(&l->link);
	spin_unlock(&mm_pins_lock);
	if (!last)
		return;
	mmdrop(l->mm);
	mutex_destroy(&l->lock);
	kfree(l);
}
