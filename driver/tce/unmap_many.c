// SPDX-License-Identifier: GPL-2.0-only
/*
 * unmap_many.c - UNMAP of many pages, all or nothing, and the clearing of a whole table.
 *
 * UNMAP leaves the shadow's entries in place until the last hypercall has succeeded: the shadow
 * is its own journal. Then the entries are settled: the pages of TCEs that are known to be
 * invalid are released. An entry that KVM wrote is marked when it is erased; one without the mark
 * at the end was written later.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "memory/regions.h"
#include "tce/batch.h"
#include "tce/gather.h"
#include "tce/kvm_slots.h"
#include "tce/range_lock.h"
#include "tce/shadow_leaf.h"
#include "tce/table.h"
#include "tce/unmap_many.h"

/* @ctx: whether the hypercall succeeded. */
static void entry_erased(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	u64 tce = leaf->cells->tce[slot] & ~SHADOW_MARKS;
	const bool *ok = ctx;

	if (!leaf->cells->tce[slot])
		return;
	if (!*ok)
		tce |= SHADOW_UNKNOWN;
	else if (!leaf->cells->region[slot])
		tce |= SHADOW_ERASED;
	batch_set(c->t, leaf, slot, tce, leaf->cells->region[slot]);
}

/* Entries stay until the whole UNMAP has succeeded: see table_settle(). */
static void store_erased(struct range_lock *c, u64 idx, u32 n, bool ok, void *ctx)
{
	struct table *t = c->t;

	if (!ok || atomic64_read(&t->shadow.unknown) || READ_ONCE(t->lent))
		batch_each(c, idx, n, entry_erased, &ok);
}

static const struct batch erase = { .store = store_erased };

/* Has the UNMAP erased this known entry of its range? */
static bool entry_gone(const struct shadow_leaf *leaf, u32 slot)
{
	return leaf->cells->region[slot] || leaf->cells->tce[slot] & SHADOW_ERASED;
}

/* Settle the part [slot, end) of the leaf's run; false when the leaf cannot stay a run. */
static bool settle_run(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 end,
		       struct gather *g)
{
	struct shadow_run part = shadow_leaf_part(leaf, slot, end);

	if (!shadow_leaf_cut(leaf, &part))
		return false;
	gather_pages(g, &part);
	atomic64_sub(part.pages.n, &t->shadow.live);
	return true;
}

/* Settle the known entries of a leaf's [slot, end): their TCEs are invalid for good. */
static void settle_entries(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 end,
			   struct gather *g)
{
	struct table *t = c->t;
	u32 gone = 0;

	range_lock_flatten(c, leaf);
	while (slot < end) {
		u32 n = 0;

		if (entry_gone(leaf, slot))
			n = gather_run(g, leaf->cells->tce + slot, leaf->cells->region + slot,
				       leaf->cells->region[slot] ? end - slot : 1, t->w.page_shift);
		memset(leaf->cells->tce + slot, 0, n * sizeof(*leaf->cells->tce));
		gone += n;
		slot += max(n, 1U);
	}
	shadow_taken(&t->shadow, leaf, gone);
}

/* Most entries that are settled under one lock: each of the kernel's pages in them is marked. */
static u32 table_stride(const struct table *t)
{
	u32 over = t->w.page_shift > PAGE_SHIFT ? t->w.page_shift - PAGE_SHIFT : 0;

	return over < SHADOW_LEAF_SHIFT ? SHADOW_LEAF_TCES >> over : 1;
}

/* Settle from the first live entry of a leaf's [slot, end) on. Return: where to continue. */
static u32 table_settle_leaf(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 end,
			     struct gather *g)
{
	range_lock_must_stock(c);
	spin_lock(&leaf->lock);
	slot = shadow_leaf_next(leaf, slot, end);
	end = min(end, slot + table_stride(c->t));
	if (slot < end && (leaf->flat || !settle_run(c->t, leaf, slot, end, g)))
		settle_entries(c, leaf, slot, end, g);
	spin_unlock(&leaf->lock);
	return end;
}

/* Settle [first, end): its TCEs are invalid, those of unknown entries excepted. */
static void table_settle(struct range_lock *c, u64 first, u64 end)
{
	struct table *t = c->t;
	struct gather g = { .regions = t->regions };
	u64 idx = first;

	while ((idx = shadow_next_used(&t->shadow, idx, end)) < end) {
		struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
		u64 base = idx & ~(u64)SHADOW_LEAF_MASK;
		u32 stop = min_t(u64, SHADOW_LEAF_TCES, end - base);

		idx = base + table_settle_leaf(c, leaf, idx - base, stop, &g);
		cond_resched();
	}
	gather_flush(&g);
	slots_settle(t, first, end);
}

/* Write a failed UNMAP's entries back from the shadow, which still has them. */
static void table_reinstate(struct range_lock *c, u64 first, u64 end)
{
	const struct batch write = {
		.fill = batch_from_shadow,
		.store = batch_to_shadow,
		.put = true,
	};
	u64 idx = first;
	u32 n;

	for (; (n = batch_next(c->t, &idx, end)); idx += n) {
		batch_submit(c, idx, n, &write);
		cond_resched();
	}
}

/*
 * Mark pages of files dirty after the TCEs of [first, end) were invalidated. That may wait for
 * others, so it is done here, while the entries still hold the pages. KVM's entries may lead to
 * memory of another container: it is marked when that container unpins it.
 */
static void table_mark_files(struct table *t, u64 first, u64 end)
{
	u64 idx = first;

	for (; t->regions->files && (idx = shadow_next_live(&t->shadow, idx, end)) < end; idx++) {
		struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
		u32 slot = idx & SHADOW_LEAF_MASK;
		u64 tce;

		spin_lock(&leaf->lock);
		tce = leaf->flat && !leaf->cells->region[slot]
		      ? 0 : shadow_leaf_tce(leaf, slot, t->regions);
		spin_unlock(&leaf->lock);
		if (tce & PAPR_TCE_WRITE)
			regions_mark_files(tce & PAGE_MASK, t->w.page_shift);
		cond_resched();
	}
}

/*
 * The next batch of an UNMAP. Locking a leaf once makes the earlier writes of single entries
 * visible. Nothing is settled that was not erased.
 */
static u32 table_seek(const struct range_lock *c, u64 *idx, u64 end)
{
	return shadow_next_batch(&c->t->shadow, idx, end, !c->alone);
}

/* In a call that has the range. */
static int table_unmap_range(struct range_lock *c, u64 first, u64 end)
{
	struct table *t = c->t;
	u64 idx = first;
	u32 batch;

	while ((batch = table_seek(c, &idx, end))) {
		int rc = batch_submit(c, idx, batch, &erase);

		idx += batch;
		if (rc) {
			table_reinstate(c, first, idx);
			return rc;
		}
		/* The caller is dying: settle what is done, nobody will look at the rest. */
		if (fatal_signal_pending(current)) {
			table_settle(c, first, idx);
			return -EINTR;
		}
		cond_resched();
	}
	table_mark_files(t, first, end);
	table_settle(c, first, end);
	return 0;
}

int table_unmap_many(struct table *t, u64 first, u64 n)
{
	struct range_lock *c = range_lock_begin(&t->ranges, first, n, true);
	int rc;

	if (!c)
		return -EINTR;
	rc = table_unmap_range(c, first, first + n);
	range_lock_end(&t->ranges, c);
	return rc;
}

int table_unmap_again(struct table *t, u64 idx, int rc)
{
	struct range_lock *c = range_lock_begin(&t->ranges, idx, 1, false);

	if (rc > 0)
		rc = table_unmap_range(c, idx, idx + 1);
	else
		table_reinstate(c, idx, idx + 1);
	range_lock_end(&t->ranges, c);
	return rc;
}

/* Where a walk of the whole table ends: at once when nothing is live. */
static u64 table_end(const struct table *t)
{
	return atomic64_read(&t->shadow.live) ? t->shadow.tces : 0;
}

int table_unmap_all(struct table *t)
{
	struct range_lock *c = range_lock_only(&t->ranges);
	int rc;

	table_begin(t);
	c->alone = true;
	rc = table_unmap_range(c, 0, table_end(t));
	c->alone = false;
	return rc;
}

u64 table_clear(struct table *t)
{
	struct range_lock *c = range_lock_only(&t->ranges);
	u64 end = table_end(t);
	u64 idx = 0;
	u32 batch;

	table_begin(t);
	for (; (batch = batch_next(t, &idx, end)); idx += batch) {
		batch_submit(c, idx, batch, &erase);
		cond_resched();
	}
	table_settle(c, 0, end);
	return table_live(t);
}

static void entry_forgotten(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 i,
			    void *ctx)
{
	gather_add(ctx, leaf->cells->tce[slot], leaf->cells->region[slot], c->t->w.page_shift);
	batch_set(c->t, leaf, slot, 0, 0);
}

void table_forget(struct table *t)
{
	struct range_lock *c = range_lock_only(&t->ranges);
	struct gather g = { .regions = t->regions };
	u64 end = table_end(t);
	u64 idx = 0;
	u32 n;

	for (; (n = batch_next(t, &idx, end)); idx += n) {
		struct leaves l;

		range_lock_must_stock(c);
		l = batch_lock(t, idx, n);
		batch_each(c, idx, n, entry_forgotten, &g);
		batch_unlock(l);
		cond_resched();
	}
	gather_flush(&g);
	WRITE_ONCE(t->lost, false);
	slots_settle(t, 0, t->shadow.tces);
}
