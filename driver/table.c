// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - map, unmap and clear, each all or nothing.
 *
 * The shadow says what the hypervisor's TCEs hold, so nothing is ever read
 * back. A batch is one hypercall and the change of the shadow under one lock.
 * Pins follow the shadow with a safe lag: a region is held before a TCE may
 * name it, and let go only after the TCE is known to be gone and the page is
 * marked dirty.
 *
 * MAP overwrites the shadow as it goes; a journal of the leaves that were not
 * empty, made before the first hypercall, holds what was replaced, so that it
 * can be put back. UNMAP and the final clear leave the shadow's entries in
 * place, marked as pending, until the last hypercall has succeeded: there the
 * shadow is its own journal.
 *
 * When a batch fails, its TCEs hold the old or the new content. If putting the
 * old one back fails as well they are marked unknown: the entry names the
 * newer region, the older one becomes suspect, and both stay pinned until a
 * later call on these TCEs succeeds.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
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
 */
struct giving {
	struct memory *memory;
	u32 region;
	u64 n;
};

static void giving_flush(struct giving *g)
{
	if (g->n)
		memory_drop(g->memory, g->region, g->n);
	g->n = 0;
}

/* A TCE with this content is gone. */
static void giving_add(struct giving *g, u64 tce, u32 region, u32 page_shift)
{
	if (!tce)
		return;
	if (tce & PAPR_TCE_WRITE)
		memory_dirty(tce & ~(PAPR_TCE_PERM | SHADOW_MARKS), page_shift);
	if (region == MEMORY_LOOSE) {
		memory_drop_loose(tce);
		return;
	}
	if (g->region != region)
		giving_flush(g);
	g->region = region;
	g->n++;
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

/*
 * What a batch does to the shadow's entry @slot of @leaf. @i is the entry's
 * place in the batch, @ok whether the hypercall succeeded.
 */
typedef void (*store_fn)(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, bool ok,
			 void *ctx);

static void table_store(struct table *t, u64 idx, u32 n, bool ok, store_fn store, void *ctx)
{
	u32 i = 0;

	while (i < n) {
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;
		u32 end = min_t(u32, n, i + SHADOW_LEAF_TCES - slot);
		struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx + i);

		for (; leaf && i < end; i++, slot++)
			store(t, leaf, slot, i, ok, ctx);
		i = end;
	}
}

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
			table_store(t, idx, n, !rc, store, ctx);
		spin_unlock(&t->lock);
	} while (rc > 0 && hv_wait(rc, &waited));
	if (rc <= 0)
		return rc;
	/* No answer is no refusal: some of it may have been done. */
	spin_lock(&t->lock);
	table_store(t, idx, n, false, store, ctx);
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

/* The MAP stands: what it replaced is gone. */
static void journal_settle(struct table *t, const struct journal *j, u64 first, u64 n)
{
	struct giving g = { .memory = t->memory };

	for (; j; j = j->next) {
		u32 slot = first > j->base ? first - j->base : 0;
		u32 end = min_t(u64, SHADOW_LEAF_TCES, first + n - j->base);

		for (; slot < end; slot++)
			giving_add(&g, j->was.tce[slot], j->was.region[slot], t->w.page_shift);
		giving_flush(&g);
		cond_resched();
	}
}

static void store_list(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, bool ok,
		       void *ctx)
{
	u64 tce = be64_to_cpu(t->list[i]);

	/* An invalid TCE that is written over an invalid one is known anyway. */
	if (tce && !ok)
		tce |= SHADOW_UNKNOWN;
	table_set(t, leaf, slot, tce, t->region[i]);
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
		rc = table_batch(t, first + *done, run.n, true, store_list, NULL);
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
 */
struct restoring {
	const struct shadow_leaf *was;
	struct giving g;
};

/* An entry that was unknown before comes back as an invalid one. */
static u64 restored_tce(const struct restoring *r, u32 slot)
{
	u64 tce = r->was ? r->was->tce[slot] : 0;

	return tce & SHADOW_UNKNOWN ? 0 : tce;
}

static void store_restored(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, bool ok,
			   void *ctx)
{
	struct restoring *r = ctx;
	u64 was = r->was ? r->was->tce[slot] : 0;
	u32 was_region = r->was ? r->was->region[slot] : 0;
	u64 tce = restored_tce(r, slot);

	if (ok) {
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

static void store_erased(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, bool ok,
			 void *ctx)
{
	u64 tce = leaf->tce[slot];

	if (tce)
		table_set(t, leaf, slot,
			  (tce & ~SHADOW_MARKS) | (ok ? SHADOW_PENDING : SHADOW_UNKNOWN),
			  leaf->region[slot]);
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

/* Pending entries of [first, end) are gone for good. */
static void table_settle(struct table *t, u64 first, u64 end)
{
	struct giving g = { .memory = t->memory };
	u64 idx = first;

	while ((idx = shadow_next_live(&t->shadow, idx, end)) < end) {
		struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
		u64 stop = min(end, (idx | SHADOW_LEAF_MASK) + 1);

		spin_lock(&t->lock);
		for (; idx < stop; idx++) {
			u32 slot = idx & SHADOW_LEAF_MASK;

			if (!(leaf->tce[slot] & SHADOW_PENDING))
				continue;
			giving_add(&g, leaf->tce[slot], leaf->region[slot], t->w.page_shift);
			table_set(t, leaf, slot, 0, 0);
		}
		spin_unlock(&t->lock);
		cond_resched();
	}
	giving_flush(&g);
}

/* Put the shadow's entries [idx, idx + n) into the list, without marks. */
static void table_list_shadow(struct table *t, u64 idx, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx + i);
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;

		t->list[i] = leaf ? cpu_to_be64(leaf->tce[slot] & ~SHADOW_MARKS) : 0;
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
	int rc = 0;
	u32 batch;

	for (; (batch = table_live_batch(t, &idx, end)); idx += batch) {
		rc = table_batch(t, idx, batch, false, store_erased, NULL);
		if (rc) {
			table_reinstate(t, first, idx + batch);
			return rc;
		}
		/* Nobody will look at what is left: the caller is dying. */
		if (fatal_signal_pending(current))
			rc = -EINTR;
		if (rc)
			break;
		cond_resched();
	}
	table_settle(t, first, end);
	return rc;
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

static void store_forgotten(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 i, bool ok,
			    void *ctx)
{
	giving_add(ctx, leaf->tce[slot], leaf->region[slot], t->w.page_shift);
	table_set(t, leaf, slot, 0, 0);
}

void table_forget(struct table *t)
{
	struct giving g = { .memory = t->memory };
	u64 idx = 0;
	u32 n;

	for (; (n = table_live_batch(t, &idx, t->shadow.tces)); idx += n) {
		spin_lock(&t->lock);
		table_store(t, idx, n, true, store_forgotten, &g);
		spin_unlock(&t->lock);
	}
	giving_flush(&g);
}
