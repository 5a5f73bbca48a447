// SPDX-License-Identifier: GPL-2.0-only
/*
 * batch.c - a batch's critical section: the hypercall and the shadow's change.
 *
 * Both happen under the locks of the batch's leaves. A leaf can hold the entries of one MAP as a
 * run (shadow_leaf.h). A leaf that has to become flat gets its cells from a stock, which is
 * filled while no lock is held.
 *
 * When a batch fails, its TCEs hold the old or the new content. The entries that it would have
 * written are then marked unknown, until a later call on these TCEs succeeds.
 */
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "tce/batch.h"
#include "tce/shadow_leaf.h"

struct leaves batch_lock(const struct table *t, u64 idx, u32 n) __acquires(leaves)
{
	struct leaves l = { shadow_leaf(&t->shadow, idx), NULL };

	l.last = (idx & SHADOW_LEAF_MASK) + n <= SHADOW_LEAF_TCES
		 ? l.first : shadow_leaf(&t->shadow, idx + n - 1);
	spin_lock(&l.first->lock);
	if (l.last == l.first)
		return l;
	spin_lock_nested(&l.last->lock, SINGLE_DEPTH_NESTING);
	__release(leaves); /* for sparse, both are one */
	return l;
}

void batch_unlock(struct leaves l) __releases(leaves)
{
	if (l.last != l.first) {
		__acquire(leaves);
		spin_unlock(&l.last->lock);
	}
	spin_unlock(&l.first->lock);
}

/* The batch's hypercall for every member; without @put the TCEs are invalidated. */
static int batch_call(struct range_lock *c, u64 idx, u32 n, bool put)
{
	struct table *t = c->t;
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	u32 i;

	lockdep_assert(lockdep_is_held(&shadow_leaf(&t->shadow, idx)->lock));
	lockdep_assert(lockdep_is_held(&shadow_leaf(&t->shadow, idx + n - 1)->lock));
	/* Bounded: TABLE_MAX_PES. */
	for (i = 0; i < t->pes; i++) {
		int rc = put ? hcall_put(t->liobn[i], ioba, t->w.page_shift, c->list, n)
			     : hcall_stuff(t->liobn[i], ioba, t->w.page_shift, n);

		counters_batch(&t->counters, n, put, rc);
		if (rc)
			return rc;
	}
	return 0;
}

/*
 * One try. A busy hypervisor may have done a part of the batch, so on the last try it is not
 * asked again, and the batch has failed.
 */
static int batch_try(struct range_lock *c, u64 idx, u32 n, const struct batch *b, bool last)
{
	struct leaves l;
	int rc;

	range_lock_must_stock(c);
	l = batch_lock(c->t, idx, n);
	if (b->fill)
		b->fill(c, idx, n, b->ctx);
	rc = last ? -EIO : batch_call(c, idx, n, b->put);
	if (rc <= 0)
		b->store(c, idx, n, !rc, b->ctx);
	batch_unlock(l);
	return rc;
}

int batch_submit(struct range_lock *c, u64 idx, u32 n, const struct batch *b)
{
	int rc = batch_patiently(c, batch_try(c, idx, n, b, false));

	return rc > 0 ? batch_try(c, idx, n, b, true) : rc;
}

/* Fill the list's entries [i, i + n) from a leaf's entries, from @slot on, without marks. */
static void fill_run(struct range_lock *c, const struct shadow_leaf *leaf, u32 slot, u32 i, u32 n)
{
	struct shadow_run part = shadow_leaf_part(leaf, slot, slot + n);

	memset(c->list + i, 0, n * sizeof(*c->list));
	memset(c->region + i, 0, n * sizeof(*c->region));
	if (!part.pages.n)
		return;
	i += part.from - slot;
	regions_list(c->t->regions, part.region, &part.pages, c->list + i);
	batch_name(c, i, part.pages.n, part.region);
}

static void fill_flat(struct range_lock *c, const struct shadow_leaf *leaf, u32 slot, u32 i, u32 n)
{
	for (; n; n--, slot++, i++) {
		c->list[i] = leaf ? cpu_to_be64(leaf->cells->tce[slot] & ~SHADOW_MARKS) : 0;
		c->region[i] = leaf ? leaf->cells->region[slot] : 0;
	}
}

void batch_from_shadow(struct range_lock *c, u64 idx, u32 n, void *ctx)
{
	u32 i, part;

	for (i = 0; i < n; i += part) {
		const struct shadow_leaf *leaf = shadow_leaf(&c->t->shadow, idx + i);
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;

		part = min(n - i, SHADOW_LEAF_TCES - slot);
		if (leaf && !leaf->flat)
			fill_run(c, leaf, slot, i, part);
		else
			fill_flat(c, leaf, slot, i, part);
	}
}

/* @ctx: whether the hypercall succeeded. */
static void entry_from_list(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 i,
			    void *ctx)
{
	const bool *ok = ctx;
	u64 tce = be64_to_cpu(c->list[i]);

	/* An invalid TCE written over an invalid one is known, also when the hypercall failed. */
	if (tce && !*ok)
		tce |= SHADOW_UNKNOWN;
	batch_set(c->t, leaf, slot, tce, c->region[i]);
}

void batch_to_shadow(struct range_lock *c, u64 idx, u32 n, bool ok, void *ctx)
{
	batch_each(c, idx, n, entry_from_list, &ok);
}
