// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - map, unmap and clear, each all or nothing.
 *
 * The shadow says what the hypervisor's TCEs hold, so nothing is ever read
 * back. A MAP's batch is one hypercall and the shadow's change under one lock.
 * Pins follow the shadow with a safe lag: a region is held before a TCE may
 * name it, and let go only after the TCE is known to be gone and the page is
 * marked dirty.
 *
 * MAP overwrites the shadow as it goes; a journal of the leaves that were not
 * empty, made before the first hypercall, holds what was replaced, so that it
 * can be put back. UNMAP leaves the shadow's entries in place until the last
 * hypercall has succeeded: there the shadow is its own journal.
 *
 * When a batch fails, its TCEs hold the old or the new content. If putting the
 * old one back fails as well they are marked unknown: the entry names the
 * newer region, the older one becomes suspect, and both stay pinned until a
 * later call on these TCEs succeeds.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "memory.h"
#include "table.h"

int table_init(struct table *t, u64 tces, struct memory *memory)
{
	memset(t, 0, sizeof(*t));
	spin_lock_init(&t->lock);
	t->memory = memory;
	/* An allocation of a power of two is aligned to its own size. */
	t->list = kzalloc(HV_BATCH * sizeof(*t->list), GFP_KERNEL_ACCOUNT);
	t->region = kcalloc(HV_BATCH, sizeof(*t->region), GFP_KERNEL_ACCOUNT);
	if (t->list && t->region && !shadow_init(&t->shadow, tces, memory->mm))
		return 0;
	kfree(t->region);
	kfree(t->list);
	return -ENOMEM;
}

void table_free(struct table *t)
{
	shadow_free(&t->shadow);
	kfree(t->region);
	kfree(t->list);
}

/* Change an entry; the memory layer is told when unknown ones come or go. */
static void table_set(struct table *t, struct shadow_leaf *leaf, u32 slot, u64 tce, u32 region)
{
	u64 unknown = t->shadow.unknown;

	shadow_set(&t->shadow, leaf, slot, tce, region);
	if (t->shadow.unknown != unknown)
		memory_unknown(t->memory, t->shadow.unknown - unknown);
}

/**
 * struct giving - regions to be let go, collected into runs
 * @memory: whose
 * @region: the run's region
 * @n:      its length
 * @dirty:  the kernel's page that was marked dirty last
 */
struct giving {
	struct memory *memory;
	u32 region;
	u64 n;
	u64 dirty;
};

static void giving_flush(struct giving *g)
{
	if (g->n)
		memory_drop(g->memory, g->region, g->n);
	g->n = 0;
}

/* @n TCEs that name one region are gone. */
static void giving_count(struct giving *g, u32 region, u32 n)
{
	if (g->region != region) {
		giving_flush(g);
		g->region = region;
	}
	g->n += n;
}

static void giving_loose(const u64 *tce, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		memory_drop_loose(tce[i]);
}

/*
 * The first of @n TCEs are gone: as many as are valid, known and name one
 * region. Returns how many; this loop is most of what an UNMAP costs here.
 */
static u32 giving_run(struct giving *g, const u64 *tce, const u32 *region, u32 n, u32 page_shift)
{
	u64 dirty = g->dirty;
	u32 i;

	for (i = 0; i < n && region[i] == region[0]; i++) {
		if (!tce[i] || tce[i] & SHADOW_UNKNOWN)
			break;
		/* Small IOMMU pages often share a page of the kernel's. */
		if ((tce[i] & PAPR_TCE_WRITE) && tce[i] >> PAGE_SHIFT != dirty) {
			dirty = tce[i] >> PAGE_SHIFT;
			memory_dirty(tce[i] & PAGE_MASK, page_shift);
		}
	}
	g->dirty = dirty;
	if (i && region[0] == MEMORY_LOOSE)
		giving_loose(tce, i);
	else if (i)
		giving_count(g, region[0], i);
	return i;
}

/* A TCE with this content, known or not, is gone. */
static void giving_add(struct giving *g, u64 tce, u32 region, u32 page_shift)
{
	tce &= ~SHADOW_UNKNOWN;
	giving_run(g, &tce, &region, 1, page_shift);
}

/* The batch's hypercall for every member; @put is false for invalid TCEs. */
static int table_call(struct table *t, u64 idx, u32 n, bool put)
{
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	u32 i;

	lockdep_assert_held(&t->lock);
	for (i = 0; i < t->pes; i++) {
		int rc = put ? hv_put(t->liobn[i], ioba, t->w.page_shift, t->list, n)
			     : hv_stuff(t->liobn[i], ioba, t->w.page_shift, n);

		if (rc)
			return rc;
	}
	return 0;
}

/* Something to be done to entry @slot of @leaf, the @i-th of a range. */
typedef void (*entry_fn)(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx);

static void table_each(struct table *t, u64 idx, u32 n, entry_fn fn, void *ctx)
{
	u32 i = 0;

	while (i < n) {
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;
		u32 end = min_t(u32, n, i + SHADOW_LEAF_TCES - slot);
		struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx + i);

		for (; leaf && i < end; i++, slot++)
			fn(t, leaf, slot, i, ctx);
		i = end;
	}
}

/* What becomes of the shadow's [idx, idx + n) when a batch succeeded, or not. */
typedef void (*store_fn)(struct table *t, u64 idx, u32 n, bool ok, void *ctx);

/*
 * One batch: the hypercall and the shadow's change together. While the
 * hypervisor is busy, wait without the lock and ask again.
 */
static int table_batch(struct table *t, u64 idx, u32 n, bool put, store_fn store, void *ctx)
{
	int waited = 0;
	int rc;

	do {
		spin_lock(&t->lock);
		rc = table_call(t, idx, n, put);
		if (rc <= 0)
			store(t, idx, n, !rc, ctx);
		spin_unlock(&t->lock);
	} while (rc > 0 && hv_wait(rc, &waited));
	if (rc <= 0)
		return rc;
	/* No answer is no refusal: some of it may have been done. */
	spin_lock(&t->lock);
	store(t, idx, n, false, ctx);
	spin_unlock(&t->lock);
	return -EIO;
}

/* --- MAP --- */

/**
 * struct journal - what one leaf held before a MAP
 * @next: an earlier leaf's
 * @base: index of the leaf's first entry
 * @was:  its content
 */
struct journal {
	struct journal *next;
	u64 base;
	struct shadow_leaf was;
};

static void journal_free(struct journal *j)
{
	while (j) {
		struct journal *next = j->next;

		kvfree(j);
		j = next;
	}
}

/* Copy those leaves of a range that have live entries in it, last one first. */
static int journal_make(struct table *t, u64 first, u64 n, struct journal **head)
{
	u64 end = first + n;
	u64 idx = first;

	*head = NULL;
	while ((idx = shadow_next_live(&t->shadow, idx, end)) < end) {
		struct journal *j = kvzalloc(sizeof(*j), GFP_KERNEL_ACCOUNT);

		if (!j) {
			journal_free(*head);
			return -ENOMEM;
		}
		j->next = *head;
		j->base = idx & ~(u64)SHADOW_LEAF_MASK;
		j->was = *shadow_leaf(&t->shadow, idx);
		*head = j;
		idx = j->base + SHADOW_LEAF_TCES;
		cond_resched();
	}
	return 0;
}

static void journal_settle_leaf(struct table *t, const struct shadow_leaf *was, u32 slot, u32 end,
				struct giving *g)
{
	while (slot < end) {
		u32 n = giving_run(g, was->tce + slot, was->region + slot, end - slot,
				   t->w.page_shift);

		/* Not a run: an entry that was empty or unknown. */
		if (!n)
			giving_add(g, was->tce[slot], was->region[slot], t->w.page_shift);
		slot += max(n, 1U);
	}
}

/* The MAP stands: what it replaced is gone. */
static void journal_settle(struct table *t, const struct journal *j, u64 first, u64 n)
{
	struct giving g = { .memory = t->memory };

	for (; j; j = j->next) {
		u32 slot = first > j->base ? first - j->base : 0;
		u32 end = min_t(u64, SHADOW_LEAF_TCES, first + n - j->base);

		journal_settle_leaf(t, &j->was, slot, end, &g);
		cond_resched();
	}
	giving_flush(&g);
}

/* @ctx: whether the hypercall succeeded. */
static void entry_from_list(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	const bool *ok = ctx;
	u64 tce = be64_to_cpu(t->list[i]);

	/* An invalid TCE that is written over an invalid one is known anyway. */
	if (tce && !*ok)
		tce |= SHADOW_UNKNOWN;
	table_set(t, leaf, slot, tce, t->region[i]);
}

static void store_list(struct table *t, u64 idx, u32 n, bool ok, void *ctx)
{
	table_each(t, idx, n, entry_from_list, &ok);
}

/* For a list without invalid TCEs: a MAP's. */
static void store_mapped(struct table *t, u64 idx, u32 n, bool ok, void *ctx)
{
	if (ok && !t->shadow.unknown)
		shadow_store(&t->shadow, idx, n, t->list, t->region);
	else
		store_list(t, idx, n, ok, ctx);
}

/* Let go of the list's first @n pages, which no TCE has named. */
static void table_unfill(struct table *t, u32 n)
{
	struct giving g = { .memory = t->memory };
	u32 i;

	for (i = 0; i < n; i++)
		giving_add(&g, be64_to_cpu(t->list[i]), t->region[i], t->w.page_shift);
	giving_flush(&g);
}

/* Fill the list with the TCEs of a run of pages, held for that. */
static int table_fill(struct table *t, struct memory_run run)
{
	/* Addresses become TCEs in place. */
	u64 *hpa = (__force u64 *)t->list;
	u32 i = 0;

	while (run.n) {
		u32 region;
		int n = memory_hold(t->memory, &run, hpa + i, &region);

		if (n < 0) {
			table_unfill(t, i);
			return n;
		}
		run.ua += (unsigned long)n << run.page_shift;
		run.n -= n;
		for (; n; n--, i++) {
			t->list[i] = cpu_to_be64(hpa[i] | run.perm);
			t->region[i] = region;
		}
	}
	return 0;
}

/* Write @n TCEs; @done tells how many were written or tried. */
static int table_write(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm, u64 *done)
{
	for (*done = 0; *done < n;) {
		struct memory_run run = {
			.ua = ua + (*done << t->w.page_shift),
			.page_shift = t->w.page_shift,
			.perm = perm,
			.n = min_t(u64, n - *done, HV_BATCH),
		};
		int rc;

		rc = table_fill(t, run);
		if (rc)
			return rc;
		rc = table_batch(t, first + *done, run.n, true, store_mapped, NULL);
		*done += run.n;
		if (rc)
			return rc;
		if (*done < n && fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/**
 * struct restoring - a failed MAP on its way back, one leaf at a time
 * @was: what the leaf held, NULL when it was empty
 * @g:   what goes
 * @ok:  the hypercall succeeded
 */
struct restoring {
	const struct shadow_leaf *was;
	struct giving g;
	bool ok;
};

/* An entry that was unknown before comes back as an invalid one. */
static u64 restored_tce(const struct restoring *r, u32 slot)
{
	u64 tce = r->was ? r->was->tce[slot] : 0;

	return tce & SHADOW_UNKNOWN ? 0 : tce;
}

static void entry_restored(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	struct restoring *r = ctx;
	u64 was = r->was ? r->was->tce[slot] : 0;
	u32 was_region = r->was ? r->was->region[slot] : 0;
	u64 tce = restored_tce(r, slot);

	if (r->ok) {
		giving_add(&r->g, leaf->tce[slot], leaf->region[slot], t->w.page_shift);
		if (!tce)
			giving_add(&r->g, was, was_region, t->w.page_shift);
		table_set(t, leaf, slot, tce, was_region);
		return;
	}
	table_set(t, leaf, slot, leaf->tce[slot] | SHADOW_UNKNOWN, leaf->region[slot]);
	if (was && was_region != MEMORY_LOOSE) {
		memory_suspect(t->memory, was_region);
		giving_add(&r->g, was, was_region, t->w.page_shift);
	}
}

static void store_restored(struct table *t, u64 idx, u32 n, bool ok, void *ctx)
{
	struct restoring *r = ctx;

	r->ok = ok;
	table_each(t, idx, n, entry_restored, r);
}

/* Put back what a leaf's entries [idx, idx + n) held before the MAP. */
static void table_restore(struct table *t, u64 idx, u32 n, const struct journal *j)
{
	struct restoring r = {
		.was = j ? &j->was : NULL,
		.g.memory = t->memory,
	};
	u32 i;

	for (i = 0; i < n; i++)
		t->list[i] = cpu_to_be64(restored_tce(&r, (idx + i) & SHADOW_LEAF_MASK));
	table_batch(t, idx, n, r.was, store_restored, &r);
	giving_flush(&r.g);
}

/* Undo the first @n entries of a MAP, last leaf first as the journal has them. */
static void table_roll_back(struct table *t, u64 first, u64 n, const struct journal *j)
{
	u64 end = first + n;

	while (end > first) {
		u64 base = (end - 1) & ~(u64)SHADOW_LEAF_MASK;
		u64 idx = max(base, first);

		while (j && j->base > base)
			j = j->next;
		table_restore(t, idx, end - idx, j && j->base == base ? j : NULL);
		end = idx;
		cond_resched();
	}
}

int table_map(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm)
{
	struct journal *journal;
	u64 done;
	int rc;

	rc = memory_covers(t->memory, ua, n << t->w.page_shift, t->w.page_shift);
	if (rc)
		return rc;
	/* The default window is there before its user is known. */
	t->shadow.mm = t->memory->mm;
	rc = shadow_populate(&t->shadow, first, n);
	if (rc)
		return rc;
	rc = journal_make(t, first, n, &journal);
	if (rc)
		return rc;
	rc = table_write(t, first, n, ua, perm, &done);
	if (rc)
		table_roll_back(t, first, done, journal);
	else
		journal_settle(t, journal, first, n);
	journal_free(journal);
	return rc;
}

/* --- UNMAP and clear --- */

/* @ctx: the mark that a live entry has from now on, or 0. */
static void entry_mark(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	const u64 *mark = ctx;

	if (leaf->tce[slot])
		table_set(t, leaf, slot, (leaf->tce[slot] & ~SHADOW_UNKNOWN) | *mark,
			  leaf->region[slot]);
}

/* Entries stay until the whole UNMAP has succeeded: see table_settle(). */
static void store_erased(struct table *t, u64 idx, u32 n, bool ok, void *ctx)
{
	u64 mark = ok ? 0 : SHADOW_UNKNOWN;

	if (mark || t->shadow.unknown)
		table_each(t, idx, n, entry_mark, &mark);
}

/*
 * The next batch of a range that is worth a hypercall: from the first live
 * entry at or after @idx to the last one within reach of the same call.
 */
static u32 table_live_batch(struct table *t, u64 *idx, u64 end)
{
	u64 last;

	*idx = shadow_next_live(&t->shadow, *idx, end);
	if (*idx >= end)
		return 0;
	last = min(end - 1, *idx + HV_BATCH - 1);
	while (!shadow_tce(&t->shadow, last))
		last--;
	return last - *idx + 1;
}

/* The known entries of a leaf's [slot, end) are gone for good. */
static void table_settle_leaf(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 end,
			      struct giving *g)
{
	u32 gone = 0;

	spin_lock(&t->lock);
	while (slot < end) {
		u32 n = giving_run(g, leaf->tce + slot, leaf->region + slot, end - slot,
				   t->w.page_shift);

		memset(leaf->tce + slot, 0, n * sizeof(*leaf->tce));
		gone += n;
		slot += max(n, 1U);
	}
	shadow_taken(&t->shadow, leaf, gone);
	spin_unlock(&t->lock);
}

/* The TCEs of [first, end) are invalid, those of unknown entries excepted. */
static void table_settle(struct table *t, u64 first, u64 end)
{
	struct giving g = { .memory = t->memory };
	u64 idx = first;

	while ((idx = shadow_next_live(&t->shadow, idx, end)) < end) {
		u32 slot = idx & SHADOW_LEAF_MASK;
		u32 stop = min_t(u64, SHADOW_LEAF_TCES, end - idx + slot);

		table_settle_leaf(t, shadow_leaf(&t->shadow, idx), slot, stop, &g);
		idx += stop - slot;
		cond_resched();
	}
	giving_flush(&g);
}

/* Put the shadow's entries [idx, idx + n) into the list, without the mark. */
static void table_list_shadow(struct table *t, u64 idx, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx + i);
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;

		t->list[i] = leaf ? cpu_to_be64(leaf->tce[slot] & ~SHADOW_UNKNOWN) : 0;
		t->region[i] = leaf ? leaf->region[slot] : 0;
	}
}

/* Write a failed UNMAP's entries back from the shadow, which still has them. */
static void table_reinstate(struct table *t, u64 first, u64 end)
{
	u64 idx = first;
	u32 n;

	for (; (n = table_live_batch(t, &idx, end)); idx += n) {
		table_list_shadow(t, idx, n);
		table_batch(t, idx, n, true, store_list, NULL);
		cond_resched();
	}
}

int table_unmap(struct table *t, u64 first, u64 n)
{
	u64 end = first + n;
	u64 idx = first;
	u32 batch;

	while ((batch = table_live_batch(t, &idx, end))) {
		int rc = table_batch(t, idx, batch, false, store_erased, NULL);

		idx += batch;
		if (rc) {
			table_reinstate(t, first, idx);
			return rc;
		}
		/* Nobody will look at what is left: the caller is dying. */
		if (fatal_signal_pending(current)) {
			table_settle(t, first, idx);
			return -EINTR;
		}
		cond_resched();
	}
	table_settle(t, first, end);
	return 0;
}

u64 table_clear(struct table *t)
{
	u64 end = t->shadow.tces;
	u64 idx = 0;
	u32 batch;

	for (; (batch = table_live_batch(t, &idx, end)); idx += batch) {
		table_batch(t, idx, batch, false, store_erased, NULL);
		cond_resched();
	}
	table_settle(t, 0, end);
	return t->shadow.live;
}

/* --- members --- */

/* One batch for one member alone; the shadow stays as it is. */
static int table_call_one(struct table *t, u32 liobn, u64 idx, u32 n, bool put)
{
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	int waited = 0;
	int rc;

	do {
		rc = put ? hv_put(liobn, ioba, t->w.page_shift, t->list, n)
			 : hv_stuff(liobn, ioba, t->w.page_shift, n);
	} while (rc > 0 && hv_wait(rc, &waited));
	return rc > 0 ? -EIO : rc;
}

static int table_replay(struct table *t, u32 liobn)
{
	u64 idx = 0;
	u32 n;

	for (; (n = table_live_batch(t, &idx, t->shadow.tces)); idx += n) {
		int rc;

		table_list_shadow(t, idx, n);
		rc = table_call_one(t, liobn, idx, n, true);
		if (rc)
			return rc;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int table_join(struct table *t, const struct hv_window *w)
{
	int rc;

	if (t->pes == TABLE_MAX_PES)
		return -ENOSPC;
	if (t->shadow.unknown)
		return -EBUSY;
	if (!t->pes)
		t->w = *w;
	rc = table_replay(t, w->liobn);
	if (!rc)
		t->liobn[t->pes++] = w->liobn;
	return rc;
}

bool table_part(struct table *t, u32 liobn)
{
	bool clean = true;
	u64 idx = 0;
	u32 i, n;

	for (i = 0; i < t->pes; i++)
		if (t->liobn[i] == liobn)
			t->liobn[i--] = t->liobn[--t->pes];
	for (; (n = table_live_batch(t, &idx, t->shadow.tces)); idx += n) {
		clean &= !table_call_one(t, liobn, idx, n, false);
		cond_resched();
	}
	return clean;
}

static void entry_forgotten(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	giving_add(ctx, leaf->tce[slot] & ~SHADOW_UNKNOWN, leaf->region[slot], t->w.page_shift);
	table_set(t, leaf, slot, 0, 0);
}

void table_forget(struct table *t)
{
	struct giving g = { .memory = t->memory };
	u64 idx = 0;
	u32 n;

	for (; (n = table_live_batch(t, &idx, t->shadow.tces)); idx += n) {
		spin_lock(&t->lock);
		table_each(t, idx, n, entry_forgotten, &g);
		spin_unlock(&t->lock);
	}
	giving_flush(&g);
}
