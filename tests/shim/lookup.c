// SPDX-License-Identifier: GPL-2.0-only
/*
 * lookup.c - the kernel's objects around what KVM is lent, with references as on the kernel's.
 */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "internal.h"
#include "lend.h"
#include "shim.h"

/**
 * struct lookup - one of them
 * @held: by others than the driver
 * @ours: the driver has not put it yet
 * @w:    where the window is, as those who look are told
 */
struct lookup {
	struct lend lend;
	u32 held;
	bool ours;
	struct hv_window w;
};

static struct lookup *lookup_of(struct lend *l)
{
	return container_of(l, struct lookup, lend);
}

static void drop(struct lookup *lk)
{
	if (!lk->ours && !lk->held)
		kfree(lk);
}

struct lend *lookup_alloc(void)
{
	struct lookup *lk = kzalloc(sizeof(*lk), GFP_KERNEL_ACCOUNT);

	if (!lk)
		return NULL;
	lend_init(&lk->lend);
	lk->ours = true;
	return &lk->lend;
}

void lookup_place(struct lend *l, const struct hv_window *w)
{
	BUG_ON(lookup_of(l)->held);
	lookup_of(l)->w = *w;
}

bool lookup_held(struct lend *l)
{
	return lookup_of(l)->held;
}

void lookup_put(struct lend *l)
{
	if (l)
		synchronize_rcu();
	while (l) {
		struct lend *next = l->next;

		BUG_ON(!lookup_of(l)->ours);
		lookup_of(l)->ours = false;
		drop(lookup_of(l));
		l = next;
	}
}

const struct hv_window *shim_lookup_window(struct lend *l)
{
	return &lookup_of(l)->w;
}

void shim_lookup_hold(struct lend *l)
{
	lookup_of(l)->held++;
}

void shim_lookup_drop(struct lend *l)
{
	BUG_ON(!lookup_of(l)->held);
	lookup_of(l)->held--;
	drop(lookup_of(l));
}
