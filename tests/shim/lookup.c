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
 * @refs: the driver's own, and others'
 * @w:    where the window is, as those who look are told
 */
struct lookup {
	struct lend lend;
	u32 refs;
	struct hv_window w;
};

static struct lookup *lookup_of(struct lend *l)
{
	return container_of(l, struct lookup, lend);
}

static void drop(struct lookup *lk)
{
	u32 left = __atomic_sub_fetch(&lk->refs, 1, __ATOMIC_SEQ_CST);

	BUG_ON(left == ~0U);
	if (!left)
		kfree(lk);
}

struct lend *lookup_alloc(void)
{
	struct lookup *lk = kzalloc(sizeof(*lk), GFP_KERNEL_ACCOUNT);

	if (!lk)
		return NULL;
	lend_init(&lk->lend);
	lk->refs = 1;
	return &lk->lend;
}

void lookup_place(struct lend *l, const struct hv_window *w)
{
	lookup_of(l)->w = *w;
}

bool lookup_held(struct lend *l)
{
	return __atomic_load_n(&lookup_of(l)->refs, __ATOMIC_SEQ_CST) > 1;
}

void lookup_put(struct lend *l)
{
	if (l)
		synchronize_rcu();
	while (l) {
		struct lend *next = l->next;

		drop(lookup_of(l));
		l = next;
	}
}

const struct hv_window *shim_lookup_window(struct lend *l)
{
	return &lookup_of(l)->w;
}

bool shim_lookup_hold(struct lend *l)
{
	u32 n = __atomic_load_n(&lookup_of(l)->refs, __ATOMIC_SEQ_CST);

	while (n)
		if (__atomic_compare_exchange_n(&lookup_of(l)->refs, &n, n + 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	return false;
}

void shim_lookup_drop(struct lend *l)
{
	drop(lookup_of(l));
}
