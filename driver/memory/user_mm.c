// SPDX-License-Identifier: GPL-2.0-only
/*
 * user_mm.c - the list of address spaces, with one user_mm for each.
 */
#include <linux/lockdep.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "memory/user_mm.h"

static DEFINE_SPINLOCK(user_mm_lock);
static LIST_HEAD(user_mms);

static struct user_mm *user_mm_alloc(struct mm_struct *mm)
{
	struct user_mm *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	l->mm = mm;
	mutex_init(&l->lock);
	l->pins = RB_ROOT;
	INIT_LIST_HEAD(&l->orphans);
	return l;
}

static struct user_mm *user_mm_find(const struct mm_struct *mm)
{
	struct user_mm *l;

	lockdep_assert_held(&user_mm_lock);
	list_for_each_entry(l, &user_mms, link)
		if (l->mm == mm)
			return l;
	return NULL;
}

struct user_mm *user_mm_get(struct mm_struct *mm)
{
	struct user_mm *new = user_mm_alloc(mm);
	struct user_mm *l;

	spin_lock(&user_mm_lock);
	l = user_mm_find(mm);
	if (!l && new) {
		mmgrab(mm);
		list_add_tail(&new->link, &user_mms);
		swap(l, new);
	}
	if (l)
		l->refs++;
	spin_unlock(&user_mm_lock);
	kfree(new);
	return l;
}

void user_mm_hold(struct user_mm *l)
{
	spin_lock(&user_mm_lock);
	l->refs++;
	spin_unlock(&user_mm_lock);
}

void user_mm_put(struct user_mm *l)
{
	bool last;

	spin_lock(&user_mm_lock);
	last = !--l->refs;
	if (last)
		list_del(&l->link);
	spin_unlock(&user_mm_lock);
	if (!last)
		return;
	mmdrop(l->mm);
	mutex_destroy(&l->lock);
	kfree(l);
}
