// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_iommu.c - the kernel's objects around what KVM is lent, with references as on the kernel's.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "internal.h"
#include "kvm/kvm_table.h"
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
	u32 refs = shim_fetch_add(&lk->refs, -1);

	BUG_ON(!refs);
	if (refs == 1)
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
	return READ_ONCE(lookup_of(l)->refs) > 1;
}

bool lookup_wanted(struct lend *l)
{
	return lookup_held(l);
}

void lookup_wait(void)
{
	synchronize_rcu();
}

void lookup_put(struct lend *l)
{
	if (l)
		lookup_wait();
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
	u32 n = READ_ONCE(lookup_of(l)->refs);

	while (n)
		if (try_cmpxchg(&lookup_of(l)->refs, &n, n + 1))
			return true;
	return false;
}

void shim_lookup_drop(struct lend *l)
{
	drop(lookup_of(l));
}
