/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * batch.h - up to HCALL_BATCH consecutive TCEs of a table, written with one hypercall.
 *
 * The hypercalls for all members and the shadow's change are one critical section, under the
 * locks of the leaves that the batch lies in.
 */
#ifndef VFIO_PSERIES_BATCH_H
#define VFIO_PSERIES_BATCH_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include "hv/hcall.h"
#include "memory/regions.h"
#include "tce/range_lock.h"
#include "tce/shadow.h"
#include "tce/table.h"

/**
 * struct leaves - the leaves of a batch: one, or two of which the lower one's lock is taken first
 * @first: the leaf of the batch's first entry
 * @last:  the leaf of its last entry
 */
struct leaves {
	struct shadow_leaf *first;
	struct shadow_leaf *last;
};

/**
 * batch_lock() - lock the leaves of [idx, idx + n), at most HCALL_BATCH entries
 *
 * The leaves exist: a MAP has made them, and every other batch begins and ends with a live entry.
 *
 * Context: does not sleep until batch_unlock().
 */
struct leaves batch_lock(const struct table *t, u64 idx, u32 n) __acquires(leaves);
void batch_unlock(struct leaves l) __releases(leaves);

/* Change an entry, with its leaf's lock held; count entries that become unknown or known. */
static inline void batch_set(struct table *t, struct shadow_leaf *leaf, u32 slot, u64 tce,
			     u32 region)
{
	int unknown = shadow_set(&t->shadow, leaf, slot, tce, region);

	if (unknown)
		regions_unknown(t->regions, unknown);
}

/* The leaf of an entry, made flat; NULL as for shadow_leaf(). */
static inline struct shadow_leaf *batch_flat_leaf(struct range_lock *c, u64 idx)
{
	struct shadow_leaf *leaf = shadow_leaf(&c->t->shadow, idx);

	if (leaf)
		range_lock_flatten(c, leaf);
	return leaf;
}

/* A function for entry @slot of @leaf, the @i-th of a range. */
typedef void (*entry_fn)(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 i,
			 void *ctx);

/**
 * batch_each() - call a function for each entry of a range
 * @c:   a call, with a stock that was filled before the leaves were locked
 * @idx: the first entry
 * @n:   how many
 * @fn:  the function
 * @ctx: its last argument
 *
 * Inline, so that @fn is inlined, too. Context: the leaves' locks are held.
 */
static inline void batch_each(struct range_lock *c, u64 idx, u32 n, entry_fn fn, void *ctx)
{
	u32 i = 0;

	while (i < n) {
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;
		u32 end = min_t(u32, n, i + SHADOW_LEAF_TCES - slot);
		struct shadow_leaf *leaf = batch_flat_leaf(c, idx + i);

		for (; leaf && i < end; i++, slot++)
			fn(c, leaf, slot, i, ctx);
		i = end;
	}
}

/**
 * struct batch - what one hypercall does; all functions run under the leaves' locks
 * @fill:  fills the list for entries [idx, idx + n); NULL when it is filled already
 * @store: changes the shadow's entries, according to whether the call succeeded
 * @ctx:   for both
 * @put:   the list is written; else the TCEs are invalidated
 */
struct batch {
	void (*fill)(struct range_lock *c, u64 idx, u32 n, void *ctx);
	void (*store)(struct range_lock *c, u64 idx, u32 n, bool ok, void *ctx);
	void *ctx;
	bool put;
};

/*
 * While the hypervisor is busy, wait without the lock and ask again. Once it was busy for too
 * long, the later batches of the same call ask only once each, until it answers.
 */
#define batch_patiently(c, ask) ({					\
	int answer_ = (c)->tired ? (ask) : hcall_patiently(ask);	\
									\
	(c)->tired = answer_ > 0;					\
	answer_;							\
})

/**
 * batch_submit() - one batch: the hypercall and the shadow's change together
 * @c:   the call that has the range
 * @idx: the first entry
 * @n:   how many, 1 to HCALL_BATCH
 * @b:   what is written, and how the shadow changes
 *
 * A busy hypervisor is waited for; if it stays busy, the batch has failed.
 *
 * Context: may sleep. Return: 0; -EIO, -ENOMEM: the TCEs hold the old or the new content, and
 * @b->store() was called.
 */
int batch_submit(struct range_lock *c, u64 idx, u32 n, const struct batch *b);

/* The next batch that needs a hypercall: from the first live entry at or after @idx. */
static inline u32 batch_next(struct table *t, u64 *idx, u64 end)
{
	return shadow_next_batch(&t->shadow, idx, end, false);
}

/* Note that the list's entries [@i, @i + @n) are pages of @region. */
static inline void batch_name(struct range_lock *c, u32 i, u32 n, u32 region)
{
	for (; n; n--)
		c->region[i++] = region;
}

/**
 * batch_from_shadow() - put the shadow's entries [idx, idx + n) into the list, without marks
 * @c:   the call
 * @idx: the first entry
 * @n:   how many
 * @ctx: not used: it can be a batch's fill()
 *
 * Context: the leaves' locks are held.
 */
void batch_from_shadow(struct range_lock *c, u64 idx, u32 n, void *ctx);

/**
 * batch_to_shadow() - store the list in the shadow's entries, as unknown ones if the call failed
 * @c:   the call
 * @idx: the first entry
 * @n:   how many
 * @ok:  the hypercall succeeded; else the entries are unknown
 * @ctx: not used: it can be a batch's store()
 *
 * Context: the leaves' locks are held.
 */
void batch_to_shadow(struct range_lock *c, u64 idx, u32 n, bool ok, void *ctx);

#endif
