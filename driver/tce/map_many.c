// SPDX-License-Identifier: GPL-2.0-only
/*
 * map_many.c - MAP of many pages, all or nothing.
 *
 * MAP overwrites the shadow as it goes. A journal holds what the leaves had, so that it can be
 * put back. The journal, the leaves, a stock of cells and KVM's slots are made before the first
 * hypercall: once TCEs are written, MAP must not fail for lack of memory.
 *
 * Pages are held for one batch at a time. Pages of one region that lie in one leaf become a run
 * there, if the leaf can hold them as a run.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <asm/byteorder.h>
#include "memory/regions.h"
#include "tce/batch.h"
#include "tce/journal.h"
#include "tce/map_many.h"
#include "tce/range_lock.h"
#include "tce/shadow_leaf.h"
#include "tce/table.h"

/**
 * struct writing - a MAP's batch
 * @journal: the journal of the MAP
 * @pages:   the pages in the list
 * @region:  the one region of all of them, and the call's @region is not filled; 0 when it is
 */
struct writing {
	struct journal *journal;
	struct region_run pages;
	u32 region;
};

/* Store the list's [@i, @i + @n) as a run in @leaf, from @slot on. False: it is no run. */
static bool store_run(struct range_lock *c, struct shadow_leaf *leaf, u32 slot, u32 i, u32 n,
		      const struct writing *w)
{
	struct shadow_run run = { w->pages, w->region, slot };
	u32 live = leaf->live;

	run.pages.ua += (unsigned long)i << run.pages.page_shift;
	run.pages.n = n;
	if (!w->region || READ_ONCE(c->t->lent) || !shadow_leaf_write(leaf, &run))
		return false;
	atomic64_add((s64)leaf->live - live, &c->t->shadow.live);
	return true;
}

/* Store a batch that was written; nothing in its leaves is unknown. */
static void store_pages(struct range_lock *c, u64 idx, u32 n, const struct writing *w)
{
	u32 i, part;

	for (i = 0; i < n; i += part) {
		struct shadow_leaf *leaf = shadow_leaf(&c->t->shadow, idx + i);
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;

		part = min(n - i, SHADOW_LEAF_TCES - slot);
		if (store_run(c, leaf, slot, i, part, w))
			continue;
		range_lock_flatten(c, leaf);
		if (w->region)
			batch_name(c, i, part, w->region);
		shadow_store(&c->t->shadow, leaf, slot, part, c->list + i, c->region + i);
	}
}

/* For a MAP's list, which has no invalid TCEs; @ctx is its struct writing. */
static void store_mapped(struct range_lock *c, u64 idx, u32 n, bool ok, void *ctx)
{
	const struct writing *w = ctx;
	struct table *t = c->t;

	if (READ_ONCE(t->lent))
		journal_note(c, w->journal, idx, n);
	if (ok && !atomic64_read(&t->shadow.unknown)) {
		store_pages(c, idx, n, w);
		return;
	}
	if (w->region)
		batch_name(c, 0, n, w->region);
	batch_to_shadow(c, idx, n, ok, NULL);
}

/* Hold a run of pages, and fill the list with their TCEs. */
static void table_fill(struct range_lock *c, struct region_run run, struct writing *w)
{
	u32 i = 0;

	w->pages = run;
	w->region = 0;
	while (run.n) {
		u32 region;
		u32 n = regions_hold(c->t->regions, &run, c->list + i, &region);

		if (!i && n == run.n && region != REGIONS_V1)
			w->region = region;
		else
			batch_name(c, i, n, region);
		run.ua += (unsigned long)n << run.page_shift;
		run.n -= n;
		i += n;
	}
}

/**
 * struct mapping - what a MAP writes
 * @first: index of the first TCE
 * @n:     how many
 * @ua:    user address
 * @perm:  permissions
 */
struct mapping {
	u64 first;
	u64 n;
	unsigned long ua;
	u64 perm;
};

/* Write the TCEs; @done tells how many were written or tried. */
static int table_write(struct range_lock *c, const struct mapping *m, struct journal *j, u64 *done)
{
	const u32 shift = c->t->w.page_shift;
	struct writing w = { .journal = j };
	const struct batch write = { .store = store_mapped, .ctx = &w, .put = true };

	for (*done = 0; *done < m->n;) {
		struct region_run run = {
			.ua = m->ua + (*done << shift),
			.page_shift = shift,
			.perm = m->perm,
			.n = min_t(u64, m->n - *done, HCALL_BATCH),
		};
		int rc;

		table_fill(c, run, &w);
		rc = batch_submit(c, m->first + *done, run.n, &write);
		*done += run.n;
		if (rc)
			return rc;
		if (*done < m->n && fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/*
 * What KVM cannot do for want of slots goes to user space, so the neighbours get theirs, too: a
 * guest mostly goes on there.
 */
static int table_grow(struct table *t, u64 first, u64 n, bool wanted)
{
	int rc;

	lockdep_assert_held(&t->shadow.grow);
	/* The default window exists before its user is known. */
	t->shadow.mm = t->regions->mm;
	if (wanted && !t->kvm_mapped.mm)
		kvm_mapped_open(&t->kvm_mapped, t->regions->user_mm);
	rc = shadow_populate(&t->shadow, &t->ranges.lock, first, n, wanted);
	if (!rc && wanted)
		shadow_populate_near(&t->shadow, &t->ranges.lock, first, n);
	return rc;
}

/* Make room in the shadow, and slots for KVM if it has the table. */
static int table_populate(struct table *t, u64 first, u64 n, bool wanted)
{
	int rc;

	if (shadow_populated(&t->shadow, first, n, wanted))
		return 0;
	rc = mutex_lock_killable(&t->shadow.grow);
	if (rc)
		return rc;
	rc = table_grow(t, first, n, wanted);
	mutex_unlock(&t->shadow.grow);
	return rc;
}

/* In a call that has the range. */
static int table_map_range(struct range_lock *c, const struct mapping *m)
{
	struct table *t = c->t;
	struct journal journal;
	u64 done;
	int rc;

	/* Later, with TCEs written, MAP must not fail for lack of memory. */
	if (range_lock_stock(c, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	rc = journal_make(t, m->first, m->n, &journal);
	if (rc)
		return rc;
	rc = table_write(c, m, &journal, &done);
	if (rc)
		journal_roll_back(c, m->first, done, &journal);
	else
		journal_settle(t, &journal, m->first, m->n);
	journal_free(&journal);
	return rc;
}

int table_map_many(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm, bool wanted)
{
	const struct mapping m = { first, n, ua, perm };
	struct range_lock *c;
	int rc;

	rc = regions_covers(t->regions, ua, n << t->w.page_shift, t->w.page_shift);
	if (rc)
		return rc;
	rc = table_populate(t, first, n, wanted);
	if (rc)
		return rc;
	c = range_lock_begin(&t->ranges, first, n, true);
	if (!c)
		return -EINTR;
	rc = table_map_range(c, &m);
	range_lock_end(&t->ranges, c);
	return rc;
}

/* In the call that settles the entry: is it still as table_page_unknown() left it? */
static bool table_page_is_unknown(struct table *t, u64 idx, u64 tce, u32 region)
{
	struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
	u32 slot = idx & SHADOW_LEAF_MASK;
	bool is;

	spin_lock(&leaf->lock);
	is = leaf->flat && leaf->cells->tce[slot] == (tce | SHADOW_UNKNOWN) &&
	     leaf->cells->region[slot] == region;
	spin_unlock(&leaf->lock);
	return is;
}

/* The page is held. Return: -ENOENT when the MAP has to start again. */
static int table_map_page_again(struct range_lock *c, u64 idx, u64 tce, u32 region, int rc)
{
	struct journal nothing = { 0 };
	struct writing w = { .journal = &nothing };
	const struct batch write = { .store = store_mapped, .ctx = &w, .put = true };

	/* Another call has settled the entry before. */
	if (!table_page_is_unknown(c->t, idx, tce, region))
		return rc > 0 ? -ENOENT : rc;
	c->list[0] = cpu_to_be64(tce);
	c->region[0] = region;
	if (rc > 0)
		rc = batch_submit(c, idx, 1, &write);
	if (rc)
		journal_roll_back(c, idx, 1, &nothing);
	return rc;
}

int table_map_again(struct table *t, u64 idx, u64 tce, u32 region, int rc)
{
	struct range_lock *c = range_lock_begin(&t->ranges, idx, 1, false);

	rc = table_map_page_again(c, idx, tce, region, rc);
	range_lock_end(&t->ranges, c);
	return rc;
}
