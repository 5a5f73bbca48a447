// SPDX-License-Identifier: GPL-2.0-only
/*
 * journal.c - the copies of what a MAP replaces, and the roll-back of a MAP that fails.
 *
 * The leaves that were not empty are copied whole, in either form, before the first hypercall.
 * KVM may write an entry after that. So once KVM has written to the table at all, each batch also
 * notes the entries that it replaces. In a roll-back, an entry without a region where the MAP has
 * just written was written later by KVM, and stays.
 *
 * If putting back the old content fails, too, the entry names the newer region, and the older one
 * becomes suspect. Both stay pinned until a later call on these TCEs succeeds.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <asm/byteorder.h>
#include "memory/regions.h"
#include "tce/batch.h"
#include "tce/gather.h"
#include "tce/journal.h"
#include "tce/kvm_slots.h"
#include "tce/shadow_leaf.h"

/**
 * struct record - what one leaf held before a MAP
 * @next: the record of a later leaf
 * @prev: the record of an earlier one
 * @base: index of the leaf's first entry
 * @was:  the leaf's content
 */
struct record {
	struct record *next;
	struct record *prev;
	u64 base;
	struct shadow_leaf was;
};

void journal_free(struct journal *j)
{
	while (j->first) {
		struct record *next = j->first->next;

		kvfree(j->first->was.cells);
		kfree(j->first);
		j->first = next;
		cond_resched();
	}
}

static void journal_add(struct journal *j, struct record *r)
{
	r->next = NULL;
	r->prev = j->last;
	if (j->last)
		j->last->next = r;
	else
		j->first = r;
	j->last = r;
}

/* Copy a leaf into @r. False: @r needs cells for that. */
static bool journal_copy(struct shadow_leaf *leaf, struct record *r)
{
	bool copied;

	spin_lock(&leaf->lock);
	copied = shadow_leaf_copy(&r->was, leaf);
	spin_unlock(&leaf->lock);
	return copied;
}

/* A copy of the leaf; NULL without memory. Cells are added if it is flat; KVM may make it flat. */
static struct record *journal_record(struct shadow_leaf *leaf)
{
	struct record *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (!r || journal_copy(leaf, r))
		return r;
	r->was.cells = shadow_cells(GFP_KERNEL_ACCOUNT);
	if (r->was.cells && journal_copy(leaf, r))
		return r;
	kvfree(r->was.cells);
	kfree(r);
	return NULL;
}

/* Has the leaf live entries in [@first, @end)? The lock waits for writes that have begun. */
static bool journal_needs(struct shadow_leaf *leaf, u64 base, u64 first, u64 end)
{
	u32 stop = min_t(u64, SHADOW_LEAF_TCES, end - base);
	u32 slot = first > base ? first - base : 0;
	bool live;

	spin_lock(&leaf->lock);
	live = shadow_leaf_next(leaf, slot, stop) < stop;
	spin_unlock(&leaf->lock);
	return live;
}

static int journal_keep(struct journal *j, struct shadow_leaf *leaf, u64 base)
{
	struct record *r = journal_record(leaf);

	if (!r)
		return -ENOMEM;
	r->base = base;
	journal_add(j, r);
	return 0;
}

int journal_make(struct table *t, u64 first, u64 n, struct journal *j)
{
	u64 base = first & ~(u64)SHADOW_LEAF_MASK;

	*j = (struct journal){ 0 };
	for (; base < first + n; base += SHADOW_LEAF_TCES) {
		struct shadow_leaf *leaf = shadow_leaf(&t->shadow, base);

		if (journal_needs(leaf, base, first, first + n) && journal_keep(j, leaf, base)) {
			journal_free(j);
			return -ENOMEM;
		}
		cond_resched();
	}
	j->at = j->first;
	return 0;
}

/* The record of an entry's leaf. Calls have to be in ascending order of @idx. */
static struct record *journal_at(struct journal *j, u64 idx)
{
	u64 base = idx & ~(u64)SHADOW_LEAF_MASK;

	while (j->at && j->at->base < base)
		j->at = j->at->next;
	return j->at && j->at->base == base ? j->at : NULL;
}

void journal_note(struct range_lock *c, struct journal *j, u64 idx, u32 n)
{
	for (; n; n--, idx++) {
		struct shadow_leaf *leaf = batch_flat_leaf(c, idx);
		struct record *r = journal_at(j, idx);
		u32 slot = idx & SHADOW_LEAF_MASK;

		if (r) {
			range_lock_flatten(c, &r->was);
			r->was.cells->tce[slot] = leaf->cells->tce[slot];
			r->was.cells->region[slot] = leaf->cells->region[slot];
		}
		if (!leaf->cells->region[slot] && leaf->cells->tce[slot] & PAPR_TCE_WRITE)
			regions_dirty(leaf->cells->tce[slot] & PAGE_MASK, c->t->w.page_shift);
	}
}

static void journal_settle_leaf(struct table *t, const struct shadow_leaf *was, u32 slot, u32 end,
				struct gather *g)
{
	if (!was->flat) {
		struct shadow_run part = shadow_leaf_part(was, slot, end);

		gather_pages(g, &part);
		return;
	}
	while (slot < end) {
		u32 n = 0;

		/* KVM's entries were marked dirty when they were noted. */
		if (was->cells->region[slot])
			n = gather_run(g, was->cells->tce + slot, was->cells->region + slot,
				       end - slot, t->w.page_shift);
		/* No run begins here: the entry was empty or unknown. */
		if (!n && was->cells->region[slot])
			gather_add(g, was->cells->tce[slot], was->cells->region[slot],
				   t->w.page_shift);
		slot += max(n, 1U);
	}
}

void journal_settle(struct table *t, const struct journal *j, u64 first, u64 n)
{
	struct gather g = { .regions = t->regions };
	const struct record *r;

	for (r = j->first; r; r = r->next) {
		u32 slot = first > r->base ? first - r->base : 0;
		u32 end = min_t(u64, SHADOW_LEAF_TCES, first + n - r->base);

		journal_settle_leaf(t, &r->was, slot, end, &g);
		cond_resched();
	}
	gather_flush(&g);
	slots_settle(t, first, first + n);
}

/**
 * struct restoring - the roll-back of a failed MAP, one leaf at a time
 * @was: what the leaf held, NULL when it was empty
 * @g:   the pages to be released
 * @ok:  the hypercall succeeded
 */
struct restoring {
	const struct shadow_leaf *was;
	struct gather g;
	bool ok;
};

/* An entry that was unknown before is restored as an invalid one. */
static u64 restored_tce(const struct restoring *r, u32 slot)
{
	u64 tce = r->was ? r->was->cells->tce[slot] : 0;

	return tce & SHADOW_UNKNOWN ? 0 : tce;
}

/* The MAP's entries have regions: an entry without one was written later, by KVM. */
static bool entry_later(const struct shadow_leaf *leaf, u32 slot)
{
	return !leaf->cells->region[slot];
}

static void entry_to_list(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 i,
			  void *ctx)
{
	u64 tce = entry_later(leaf, slot) ? leaf->cells->tce[slot] : restored_tce(ctx, slot);

	c->list[i] = cpu_to_be64(tce & ~SHADOW_MARKS);
}

static void fill_restored(struct range_lock *c, u64 idx, u32 n, void *ctx)
{
	batch_each(c, idx, n, entry_to_list, ctx);
}

static void entry_restored(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 i,
			   void *ctx)
{
	struct restoring *r = ctx;
	struct table *t = c->t;
	u64 was = r->was ? r->was->cells->tce[slot] : 0;
	u32 was_region = r->was ? r->was->cells->region[slot] : 0;
	u64 tce = restored_tce(r, slot);

	if (entry_later(leaf, slot)) {
		if (was_region)
			gather_add(&r->g, was, was_region, t->w.page_shift);
		return;
	}
	if (r->ok) {
		gather_add(&r->g, leaf->cells->tce[slot], leaf->cells->region[slot],
			   t->w.page_shift);
		if (!tce)
			gather_add(&r->g, was, was_region, t->w.page_shift);
		batch_set(t, leaf, slot, tce, was_region);
		return;
	}
	batch_set(t, leaf, slot, leaf->cells->tce[slot] | SHADOW_UNKNOWN,
		  leaf->cells->region[slot]);
	if (was && was_region == REGIONS_V1) {
		regions_suspect_v1(t->regions, was);
	} else if (was && was_region) {
		regions_suspect(t->regions, was_region);
		gather_add(&r->g, was, was_region, t->w.page_shift);
	}
}

static void store_restored(struct range_lock *c, u64 idx, u32 n, bool ok, void *ctx)
{
	struct restoring *r = ctx;

	r->ok = ok;
	batch_each(c, idx, n, entry_restored, r);
}

/* Put back what a leaf's entries [idx, idx + n) held before the MAP. */
static void journal_restore(struct range_lock *c, u64 idx, u32 n, struct record *was)
{
	struct restoring r = {
		.was = was ? &was->was : NULL,
		.g.regions = c->t->regions,
	};
	/* Where KVM has slots, it may have written entries that have to be kept. */
	const struct batch restore = {
		.fill = fill_restored,
		.store = store_restored,
		.ctx = &r,
		.put = r.was || kvm_mapped_is_open(&c->t->kvm_mapped),
	};

	range_lock_must_stock(c);
	if (was)
		range_lock_flatten(c, &was->was);
	batch_submit(c, idx, n, &restore);
	gather_flush(&r.g);
}

void journal_roll_back(struct range_lock *c, u64 first, u64 n, const struct journal *j)
{
	struct record *r = j->last;
	u64 end = first + n;

	while (end > first) {
		u64 base = (end - 1) & ~(u64)SHADOW_LEAF_MASK;
		u64 idx = max(base, first);

		while (r && r->base > base)
			r = r->prev;
		journal_restore(c, idx, end - idx, r && r->base == base ? r : NULL);
		end = idx;
		cond_resched();
	}
	slots_settle(c->t, first, first + n);
}
