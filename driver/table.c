// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - map, unmap and clear, each all or nothing.
 *
 * The shadow says what the hypervisor's TCEs hold, so nothing is ever read
 * back. A batch is one hypercall and the shadow's change under the locks of its leaves. A leaf
 * of the shadow says in one word what is mapped in one go (leaf.h); what is to be
 * flat then gets its cells from a stock that is filled whenever no lock is held.
 * Pins follow the shadow with a safe lag: a region is held before a TCE may
 * name it, and let go only after the TCE is known to be gone and the page is
 * marked dirty.
 *
 * MAP overwrites the shadow as it goes; a journal of the leaves that were not
 * empty, made before the first hypercall, holds what was replaced, so that it
 * can be put back. UNMAP leaves the shadow's entries in place until the last
 * hypercall has succeeded: there the shadow is its own journal.
 *
 * What takes more than one critical section has its range to itself meanwhile (call.h). Only KVM
 * may write an entry there whenever the leaf's lock is free. What it wrote has no region:
 * it counts that itself, in slots. So an entry without a region that lies where a
 * MAP has just written is a later one and stays; one in the way of an UNMAP is
 * marked when it is erased, and what has no mark in the end is a later one. What a
 * MAP replaces is noted in the journal as it happens, once KVM has written at all.
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
#include "call.h"
#include "leaf.h"
#include "lend.h"
#include "memory.h"
#include "table.h"

int table_init(struct table *t, u64 tces, struct memory *memory)
{
	memset(t, 0, sizeof(*t));
	t->memory = memory;
	if (calls_init(&t->calls, t))
		return -ENOMEM;
	if (!shadow_init(&t->shadow, tces, memory->mm))
		return 0;
	calls_free(&t->calls);
	return -ENOMEM;
}

/* Before a lock is taken, where there is no way back. */
static void table_must_stock(struct call *c)
{
	call_stock(c, GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
}

void table_free(struct table *t)
{
	/* While pages are reachable that KVM counts, its counts have to stay. */
	if (t->tally.mm && !table_live(t))
		tally_close(&t->tally);
	shadow_free(&t->shadow);
	calls_free(&t->calls);
}

/* Change an entry; the memory layer is told when unknown ones come or go. */
static void table_set(struct table *t, struct shadow_leaf *leaf, u32 slot, u64 tce, u32 region)
{
	int unknown = shadow_set(&t->shadow, leaf, slot, tce, region);

	if (unknown)
		memory_unknown(t->memory, unknown);
}

/**
 * struct giving - regions to be let go, collected into runs
 * @memory: whose
 * @region: the run's region
 * @n:      its length
 * @from:   what was marked dirty last begins here
 * @dirty:  bytes from there on that share the mark
 */
struct giving {
	struct memory *memory;
	u32 region;
	u64 n;
	u64 from;
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

/*
 * The first of @n TCEs are gone: as many as are valid, known and name one
 * region, or are KVM's. Returns how many; this loop is most of what an UNMAP costs.
 */
static u32 giving_run(struct giving *g, const u64 *tce, const u32 *region, u32 n, u32 page_shift)
{
	u64 from = g->from, dirty = g->dirty;
	const u64 *at = tce, *end = tce + n;
	const u32 name = *region;

	for (; at < end && *region == name; at++, region++) {
		u64 one = *at;

		if (one & SHADOW_UNKNOWN)
			break;
		/* Neighbours often share a page or a compound page; no user has page 0. */
		if (one - from < dirty)
			continue;
		if (!one)
			break;
		if (one & PAPR_TCE_WRITE) {
			from = one & PAGE_MASK;
			dirty = memory_dirty(from, page_shift) - from;
		}
	}
	g->from = from;
	g->dirty = dirty;
	n = at - tce;
	if (n && name == MEMORY_LOOSE)
		memory_drop_loose(g->memory, tce, n);
	else if (n && name)
		giving_count(g, name, n);
	return n;
}

/* A TCE with this content, known or not, is gone. */
static void giving_add(struct giving *g, u64 tce, u32 region, u32 page_shift)
{
	tce &= ~SHADOW_MARKS;
	giving_run(g, &tce, &region, 1, page_shift);
}

/* Consecutive TCEs of one region are gone. */
static void giving_pages(struct giving *g, const struct leaf_run *run)
{
	if (run->pages.n && run->pages.perm & PAPR_TCE_WRITE)
		memory_dirty_run(g->memory, run->region, &run->pages);
	if (run->pages.n)
		giving_count(g, run->region, run->pages.n);
}

/* The leaf of an entry, to look at its entries one by one; NULL as for shadow_leaf(). */
static struct shadow_leaf *table_flat_leaf(struct call *c, u64 idx)
{
	struct shadow_leaf *leaf = shadow_leaf(&c->t->shadow, idx);

	if (leaf)
		call_flatten(c, leaf);
	return leaf;
}

u64 table_tce(const struct table *t, u64 idx)
{
	struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
	u64 tce;

	if (!leaf)
		return 0;
	spin_lock(&leaf->lock);
	tce = leaf_tce(leaf, idx & SHADOW_LEAF_MASK, t->memory);
	spin_unlock(&leaf->lock);
	return tce;
}

/**
 * struct leaves - in which a batch lies: one, or two of which the lower one's lock is taken first
 * @first: of its first entry
 * @last:  of its last one
 */
struct leaves {
	struct shadow_leaf *first;
	struct shadow_leaf *last;
};

/* They are there: what is to be written was made room for, and all others begin and end live. */
static struct leaves table_lock(const struct table *t, u64 idx, u32 n) __acquires(leaves)
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

static void table_unlock(struct leaves l) __releases(leaves)
{
	if (l.last != l.first) {
		__acquire(leaves);
		spin_unlock(&l.last->lock);
	}
	spin_unlock(&l.first->lock);
}

/* The batch's hypercall for every member; @put is false for invalid TCEs. */
static int table_call(struct call *c, u64 idx, u32 n, bool put)
{
	struct table *t = c->t;
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	u32 i;

	lockdep_assert(lockdep_is_held(&shadow_leaf(&t->shadow, idx)->lock));
	lockdep_assert(lockdep_is_held(&shadow_leaf(&t->shadow, idx + n - 1)->lock));
	/* Bounded: TABLE_MAX_PES. */
	for (i = 0; i < t->pes; i++) {
		int rc = put ? hv_put(t->liobn[i], ioba, t->w.page_shift, c->list, n)
			     : hv_stuff(t->liobn[i], ioba, t->w.page_shift, n);

		count_batch(&t->count, n, put, rc);
		if (rc)
			return rc;
	}
	return 0;
}

/* Something to be done to entry @slot of @leaf, the @i-th of a range. */
typedef void (*entry_fn)(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx);

static void table_each(struct call *c, u64 idx, u32 n, entry_fn fn, void *ctx)
{
	u32 i = 0;

	while (i < n) {
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;
		u32 end = min_t(u32, n, i + SHADOW_LEAF_TCES - slot);
		struct shadow_leaf *leaf = table_flat_leaf(c, idx + i);

		for (; leaf && i < end; i++, slot++)
			fn(c, leaf, slot, i, ctx);
		i = end;
	}
}

/**
 * struct batch - what one hypercall is about; all functions run under the leaves' locks
 * @fill:  puts [idx, idx + n) of something into the list; NULL when it is there
 * @store: what becomes of the shadow's entries when the call succeeded, or not
 * @ctx:   for both
 * @put:   the list is written; else the TCEs become invalid
 */
struct batch {
	void (*fill)(struct call *c, u64 idx, u32 n, void *ctx);
	void (*store)(struct call *c, u64 idx, u32 n, bool ok, void *ctx);
	void *ctx;
	bool put;
};

/*
 * One try. No answer is no refusal: some of it may have been done, so after the
 * last try a busy hypervisor counts as one that failed.
 */
static int table_try(struct call *c, u64 idx, u32 n, const struct batch *b, bool last)
{
	struct leaves l;
	int rc;

	table_must_stock(c);
	l = table_lock(c->t, idx, n);
	if (b->fill)
		b->fill(c, idx, n, b->ctx);
	rc = last ? -EIO : table_call(c, idx, n, b->put);
	if (rc <= 0)
		b->store(c, idx, n, !rc, b->ctx);
	table_unlock(l);
	return rc;
}

/*
 * While the hypervisor is busy, wait without the lock and ask again. When it was busy
 * for too long, the same call's batches after that don't wait as long each: it is asked
 * once for every one until it answers.
 */
#define table_patiently(c, ask) ({					\
	int answer_ = (c)->tired ? (ask) : hv_patiently(ask);		\
									\
	(c)->tired = answer_ > 0;					\
	answer_;							\
})

void table_begin(struct table *t)
{
	call_only(&t->calls)->tired = false;
}

/* One batch: the hypercall and the shadow's change together. */
static int table_batch(struct call *c, u64 idx, u32 n, const struct batch *b)
{
	int rc = table_patiently(c, table_try(c, idx, n, b, false));

	return rc > 0 ? table_try(c, idx, n, b, true) : rc;
}

/* The next batch that is worth a hypercall: from the first live entry at or after @idx. */
static u32 table_live_batch(struct table *t, u64 *idx, u64 end)
{
	return shadow_next_batch(&t->shadow, idx, end, false);
}

/* Slots that are settled at a time: to find what one stands for may take mm_iommu long. */
#define TABLE_SLOTS	64

/* Take out what up to TABLE_SLOTS slots say of entries that hold nothing of KVM's. */
static u32 table_pull_slots(struct table *t, struct shadow_leaf *leaf, u32 *slot, u32 end,
			    unsigned long *ua)
{
	u32 n = 0;

	spin_lock(&leaf->lock);
	for (; leaf->slots && !READ_ONCE(t->lost) && *slot < end && n < TABLE_SLOTS; (*slot)++) {
		if (table_entry_kvms(leaf, *slot))
			continue;
		ua[n] = tally_pull(&t->tally, &leaf->slots[*slot]);
		n += !!ua[n];
	}
	spin_unlock(&leaf->lock);
	return n;
}

/* KVM counts nothing any more for the entries of a leaf that hold nothing of its. */
static void table_settle_slots_of(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 end)
{
	unsigned long ua[TABLE_SLOTS];
	u32 i, n;

	while ((n = table_pull_slots(t, leaf, &slot, end, ua))) {
		for (i = 0; i < n; i++) {
			tally_down(&t->tally, ua[i]);
			cond_resched();
		}
	}
}

static void table_settle_slots(struct table *t, u64 first, u64 end)
{
	u64 idx = first;

	while (tally_is_open(&t->tally) && (idx = shadow_next_leaf(&t->shadow, idx, end)) < end) {
		u32 slot = idx & SHADOW_LEAF_MASK;
		u32 stop = min_t(u64, SHADOW_LEAF_TCES, end - idx + slot);

		table_settle_slots_of(t, shadow_leaf(&t->shadow, idx), slot, stop);
		idx += stop - slot;
		cond_resched();
	}
}

/* --- MAP --- */

/**
 * struct record - what one leaf held before a MAP
 * @next: a later leaf's
 * @prev: an earlier one's
 * @base: index of the leaf's first entry
 * @was:  its content
 */
struct record {
	struct record *next;
	struct record *prev;
	u64 base;
	struct shadow_leaf was;
};

/**
 * struct journal - records of the leaves that were not empty, in order
 * @first: the first one
 * @last:  the last one
 * @at:    no later than that of the leaf that is being written
 */
struct journal {
	struct record *first;
	struct record *last;
	struct record *at;
};

static void journal_free(struct journal *j)
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

/* Into @r, if there is anything to be noted. False: it takes cells. */
static bool journal_copy(struct shadow_leaf *leaf, struct record *r)
{
	bool copied;

	spin_lock(&leaf->lock);
	copied = leaf_copy(&r->was, leaf);
	spin_unlock(&leaf->lock);
	return copied;
}

/* What the leaf holds; NULL without memory. KVM may make it flat while it is asked for. */
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

/* Has the leaf live entries in [@first, @end)? What was begun there before has ended. */
static bool journal_needs(struct shadow_leaf *leaf, u64 base, u64 first, u64 end)
{
	u32 stop = min_t(u64, SHADOW_LEAF_TCES, end - base);
	u32 slot = first > base ? first - base : 0;
	bool live;

	spin_lock(&leaf->lock);
	live = leaf_next(leaf, slot, stop) < stop;
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

/* Copy those leaves of a range that have live entries in it; each of them is locked once. */
static int journal_make(struct table *t, u64 first, u64 n, struct journal *j)
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

/* The record of an entry's leaf; asked for in ascending order. */
static struct record *journal_at(struct journal *j, u64 idx)
{
	u64 base = idx & ~(u64)SHADOW_LEAF_MASK;

	while (j->at && j->at->base < base)
		j->at = j->at->next;
	return j->at && j->at->base == base ? j->at : NULL;
}

/*
 * KVM may have been here since the journal was made: note what is replaced now.
 * Its pages are marked dirty at once, while it is certain that they are pinned.
 */
static void journal_note(struct call *c, struct journal *j, u64 idx, u32 n)
{
	for (; n; n--, idx++) {
		struct shadow_leaf *leaf = table_flat_leaf(c, idx);
		struct record *r = journal_at(j, idx);
		u32 slot = idx & SHADOW_LEAF_MASK;

		if (r) {
			call_flatten(c, &r->was);
			r->was.cells->tce[slot] = leaf->cells->tce[slot];
			r->was.cells->region[slot] = leaf->cells->region[slot];
		}
		if (!leaf->cells->region[slot] && leaf->cells->tce[slot] & PAPR_TCE_WRITE)
			memory_dirty(leaf->cells->tce[slot] & PAGE_MASK, c->t->w.page_shift);
	}
}

static void journal_settle_leaf(struct table *t, const struct shadow_leaf *was, u32 slot, u32 end,
				struct giving *g)
{
	if (!was->flat) {
		struct leaf_run part = leaf_part(was, slot, end);

		giving_pages(g, &part);
		return;
	}
	while (slot < end) {
		u32 n = 0;

		/* What was KVM's was marked dirty when it was noted. */
		if (was->cells->region[slot])
			n = giving_run(g, was->cells->tce + slot, was->cells->region + slot,
				       end - slot, t->w.page_shift);
		/* Not a run: an entry that was empty or unknown. */
		if (!n && was->cells->region[slot])
			giving_add(g, was->cells->tce[slot], was->cells->region[slot],
				   t->w.page_shift);
		slot += max(n, 1U);
	}
}

/* The MAP stands: what it replaced is gone. */
static void journal_settle(struct table *t, const struct journal *j, u64 first, u64 n)
{
	struct giving g = { .memory = t->memory };
	const struct record *r;

	for (r = j->first; r; r = r->next) {
		u32 slot = first > r->base ? first - r->base : 0;
		u32 end = min_t(u64, SHADOW_LEAF_TCES, first + n - r->base);

		journal_settle_leaf(t, &r->was, slot, end, &g);
		cond_resched();
	}
	giving_flush(&g);
	table_settle_slots(t, first, first + n);
}

/* @ctx: whether the hypercall succeeded. */
static void entry_from_list(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	const bool *ok = ctx;
	u64 tce = be64_to_cpu(c->list[i]);

	/* An invalid TCE that is written over an invalid one is known anyway. */
	if (tce && !*ok)
		tce |= SHADOW_UNKNOWN;
	table_set(c->t, leaf, slot, tce, c->region[i]);
}

static void store_list(struct call *c, u64 idx, u32 n, bool ok, void *ctx)
{
	table_each(c, idx, n, entry_from_list, &ok);
}

/**
 * struct writing - a MAP's batch
 * @journal: of the MAP
 * @pages:   what is in the list
 * @region:  of all of them, and the table's @region is not filled; 0 when it is
 */
struct writing {
	struct journal *journal;
	struct memory_run pages;
	u32 region;
};

static void table_name_pages(struct call *c, u32 i, u32 n, u32 region)
{
	for (; n; n--)
		c->region[i++] = region;
}

/* Entries [@slot, @slot + @n) of @leaf are the list from @i on. False: that is no run. */
static bool store_run(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 i, u32 n,
		      const struct writing *w)
{
	struct leaf_run run = { w->pages, w->region, slot };
	u32 live = leaf->live;

	run.pages.ua += (unsigned long)i << run.pages.page_shift;
	run.pages.n = n;
	if (!w->region || READ_ONCE(c->t->lent) || !leaf_write(leaf, &run))
		return false;
	atomic64_add((s64)leaf->live - live, &c->t->shadow.live);
	return true;
}

/* The shadow of a batch that was written, with nothing unknown in its leaves. */
static void store_pages(struct call *c, u64 idx, u32 n, const struct writing *w)
{
	u32 i, part;

	for (i = 0; i < n; i += part) {
		struct shadow_leaf *leaf = shadow_leaf(&c->t->shadow, idx + i);
		u32 slot = (idx + i) & SHADOW_LEAF_MASK;

		part = min(n - i, SHADOW_LEAF_TCES - slot);
		if (store_run(c, leaf, slot, i, part, w))
			continue;
		call_flatten(c, leaf);
		if (w->region)
			table_name_pages(c, i, part, w->region);
		shadow_store(&c->t->shadow, leaf, slot, part, c->list + i, c->region + i);
	}
}

/* For a list without invalid TCEs: a MAP's; @ctx is its struct writing. */
static void store_mapped(struct call *c, u64 idx, u32 n, bool ok, void *ctx)
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
		table_name_pages(c, 0, n, w->region);
	store_list(c, idx, n, ok, NULL);
}

/* Fill the list with the TCEs of a run of pages, held for that. */
static void table_fill(struct call *c, struct memory_run run, struct writing *w)
{
	u32 i = 0;

	w->pages = run;
	w->region = 0;
	while (run.n) {
		u32 region;
		u32 n = memory_hold(c->t->memory, &run, c->list + i, &region);

		if (!i && n == run.n && region != MEMORY_LOOSE)
			w->region = region;
		else
			table_name_pages(c, i, n, region);
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
static int table_write(struct call *c, const struct mapping *m, struct journal *j, u64 *done)
{
	const u32 shift = c->t->w.page_shift;
	struct writing w = { .journal = j };
	const struct batch write = { .store = store_mapped, .ctx = &w, .put = true };

	for (*done = 0; *done < m->n;) {
		struct memory_run run = {
			.ua = m->ua + (*done << shift),
			.page_shift = shift,
			.perm = m->perm,
			.n = min_t(u64, m->n - *done, HV_BATCH),
		};
		int rc;

		table_fill(c, run, &w);
		rc = table_batch(c, m->first + *done, run.n, &write);
		*done += run.n;
		if (rc)
			return rc;
		if (*done < m->n && fatal_signal_pending(current))
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
	u64 tce = r->was ? r->was->cells->tce[slot] : 0;

	return tce & SHADOW_UNKNOWN ? 0 : tce;
}

/* The MAP's entries have regions: this one is KVM's, written after it. */
static bool entry_later(const struct shadow_leaf *leaf, u32 slot)
{
	return !leaf->cells->region[slot];
}

static void entry_to_list(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	u64 tce = entry_later(leaf, slot) ? leaf->cells->tce[slot] : restored_tce(ctx, slot);

	c->list[i] = cpu_to_be64(tce & ~SHADOW_MARKS);
}

static void fill_restored(struct call *c, u64 idx, u32 n, void *ctx)
{
	table_each(c, idx, n, entry_to_list, ctx);
}

static void entry_restored(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	struct restoring *r = ctx;
	struct table *t = c->t;
	u64 was = r->was ? r->was->cells->tce[slot] : 0;
	u32 was_region = r->was ? r->was->cells->region[slot] : 0;
	u64 tce = restored_tce(r, slot);

	if (entry_later(leaf, slot)) {
		if (was_region)
			giving_add(&r->g, was, was_region, t->w.page_shift);
		return;
	}
	if (r->ok) {
		giving_add(&r->g, leaf->cells->tce[slot], leaf->cells->region[slot],
			   t->w.page_shift);
		if (!tce)
			giving_add(&r->g, was, was_region, t->w.page_shift);
		table_set(t, leaf, slot, tce, was_region);
		return;
	}
	table_set(t, leaf, slot, leaf->cells->tce[slot] | SHADOW_UNKNOWN,
		  leaf->cells->region[slot]);
	if (was && was_region == MEMORY_LOOSE) {
		memory_suspect_loose(t->memory, was);
	} else if (was && was_region) {
		memory_suspect(t->memory, was_region);
		giving_add(&r->g, was, was_region, t->w.page_shift);
	}
}

static void store_restored(struct call *c, u64 idx, u32 n, bool ok, void *ctx)
{
	struct restoring *r = ctx;

	r->ok = ok;
	table_each(c, idx, n, entry_restored, r);
}

/* Put back what a leaf's entries [idx, idx + n) held before the MAP. */
static void table_restore(struct call *c, u64 idx, u32 n, struct record *was)
{
	struct restoring r = {
		.was = was ? &was->was : NULL,
		.g.memory = c->t->memory,
	};
	/* Where KVM has slots, there may be something to be kept. */
	const struct batch restore = {
		.fill = fill_restored,
		.store = store_restored,
		.ctx = &r,
		.put = r.was || tally_is_open(&c->t->tally),
	};

	table_must_stock(c);
	if (was)
		call_flatten(c, &was->was);
	table_batch(c, idx, n, &restore);
	giving_flush(&r.g);
}

/* Undo the first @n entries of a MAP, last leaf first. */
static void table_roll_back(struct call *c, u64 first, u64 n, const struct journal *j)
{
	struct record *r = j->last;
	u64 end = first + n;

	while (end > first) {
		u64 base = (end - 1) & ~(u64)SHADOW_LEAF_MASK;
		u64 idx = max(base, first);

		while (r && r->base > base)
			r = r->prev;
		table_restore(c, idx, end - idx, r && r->base == base ? r : NULL);
		end = idx;
		cond_resched();
	}
	table_settle_slots(c->t, first, first + n);
}

static int table_grow(struct table *t, u64 first, u64 n, bool wanted)
{
	lockdep_assert_held(&t->shadow.grow);
	/* The default window is there before its user is known. */
	t->shadow.mm = t->memory->mm;
	if (wanted && !t->tally.mm)
		tally_open(&t->tally, t->memory->ledger);
	return shadow_populate(&t->shadow, &t->calls.lock, first, n, wanted);
}

/* Make room in the shadow, and for KVM's slots if it has got the table. */
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

/* In a call. */
static int table_map_range(struct call *c, const struct mapping *m)
{
	struct table *t = c->t;
	struct journal journal;
	u64 done;
	int rc;

	/* Later on, with TCEs written, there is no refusing for want of memory. */
	if (call_stock(c, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	rc = journal_make(t, m->first, m->n, &journal);
	if (rc)
		return rc;
	rc = table_write(c, m, &journal, &done);
	if (rc)
		table_roll_back(c, m->first, done, &journal);
	else
		journal_settle(t, &journal, m->first, m->n);
	journal_free(&journal);
	return rc;
}

/* Out of line, as all that is rare: the call for one page is to save few registers. */
static noinline int table_map_many(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm,
				   bool wanted)
{
	const struct mapping m = { first, n, ua, perm };
	struct call *c;
	int rc;

	rc = memory_covers(t->memory, ua, n << t->w.page_shift, t->w.page_shift);
	if (rc)
		return rc;
	rc = table_populate(t, first, n, wanted);
	if (rc)
		return rc;
	c = call_begin(&t->calls, first, n, true);
	if (!c)
		return -EINTR;
	rc = table_map_range(c, &m);
	call_end(&t->calls, c);
	return rc;
}

/* --- one page --- */

/*
 * Most calls of some users are for one page. Where KVM has no part in the table and all of
 * it is known, the entry is all that has to be looked at. NULL where KVM has, or had slots:
 * without, it can write to an entry after a later MAP at the earliest. To clear one it needs
 * nothing of ours.
 */
static struct shadow_leaf *table_plain_leaf(struct table *t, u64 idx, bool wanted)
{
	if (wanted || tally_is_open(&t->tally) || READ_ONCE(t->lent))
		return NULL;
	return shadow_leaf(&t->shadow, idx);
}

/* With the leaf's lock: one TCE for every member. */
static inline int table_put_page(struct table *t, struct shadow_leaf *leaf, u64 idx, u64 tce)
{
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	int rc = 0;
	u32 i;

	lockdep_assert_held(&leaf->lock);
	for (i = 0; i < t->pes && !rc; i++) {
		rc = hv_put_one(t->liobn[i], ioba, tce);
		count_one(&t->count, rc);
	}
	return rc;
}

/* The page's TCE was refused, or not written yet: until that is settled nobody knows what it is. */
static noinline void table_page_unknown(struct table *t, struct shadow_leaf *leaf, u64 idx, u64 tce,
					u32 region)
{
	table_set(t, leaf, idx & SHADOW_LEAF_MASK, tce | SHADOW_UNKNOWN, region);
}

/* Is the entry what table_page_unknown() has left, in the call that is to settle it? */
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

/* The page is held. Return: -ENOENT when it has to be begun anew. */
static int table_map_page_again(struct call *c, u64 idx, u64 tce, u32 region, int rc)
{
	struct journal nothing = { 0 };
	struct writing w = { .journal = &nothing };
	const struct batch write = { .store = store_mapped, .ctx = &w, .put = true };

	/* Others were faster, and have settled it. */
	if (!table_page_is_unknown(c->t, idx, tce, region))
		return rc > 0 ? -ENOENT : rc;
	c->list[0] = cpu_to_be64(tce);
	c->region[0] = region;
	if (rc > 0)
		rc = table_batch(c, idx, 1, &write);
	if (rc)
		table_roll_back(c, idx, 1, &nothing);
	return rc;
}

/* After table_map_page(): wait for a busy hypervisor, or take back what was refused. */
static noinline int table_map_again(struct table *t, u64 idx, u64 tce, u32 region, int rc)
{
	struct call *c = call_begin(&t->calls, idx, 1, false);

	rc = table_map_page_again(c, idx, tce, region, rc);
	call_end(&t->calls, c);
	return rc;
}

/*
 * The page is held. Return: 0; -ENOENT when it is no such entry; else what hv_put_one() says, and
 * the entry is unknown.
 */
static int table_map_page(struct table *t, struct shadow_leaf *leaf, u64 idx, u64 tce, u32 region)
{
	int rc = -ENOENT;

	spin_lock(&leaf->lock);
	if (!leaf->flat)
		leaf_flatten(leaf, t->memory);
	if (call_vacant(&t->calls, idx) && !leaf->cells->tce[idx & SHADOW_LEAF_MASK]) {
		rc = table_put_page(t, leaf, idx, tce);
		if (!rc)
			shadow_turn(&t->shadow, leaf, idx & SHADOW_LEAF_MASK, tce, region);
		else
			table_page_unknown(t, leaf, idx, tce, region);
	}
	spin_unlock(&leaf->lock);
	if (rc == -ENOENT)
		memory_drop(t->memory, region, 1);
	return rc;
}

int table_map(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm, bool wanted)
{
	struct shadow_leaf *leaf = n == 1 ? table_plain_leaf(t, first, wanted) : NULL;
	struct memory_page page = { 0 };
	int rc = -ENOENT;

	if (leaf && shadow_give_cells(leaf, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	if (leaf)
		page = memory_hold_page(t->memory, ua, t->w.page_shift, perm);
	if (page.region)
		rc = table_map_page(t, leaf, first, page.hpa | perm, page.region);
	if (rc && rc != -ENOENT)
		rc = table_map_again(t, first, page.hpa | perm, page.region, rc);
	if (rc != -ENOENT)
		return rc;
	return table_map_many(t, first, n, ua, perm, wanted);
}

/* --- UNMAP and clear --- */

/* @ctx: whether the hypercall succeeded. */
static void entry_erased(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	u64 tce = leaf->cells->tce[slot] & ~SHADOW_MARKS;
	const bool *ok = ctx;

	if (!leaf->cells->tce[slot])
		return;
	if (!*ok)
		tce |= SHADOW_UNKNOWN;
	else if (!leaf->cells->region[slot])
		tce |= SHADOW_ERASED;
	table_set(c->t, leaf, slot, tce, leaf->cells->region[slot]);
}

/* Entries stay until the whole UNMAP has succeeded: see table_settle(). */
static void store_erased(struct call *c, u64 idx, u32 n, bool ok, void *ctx)
{
	struct table *t = c->t;

	if (!ok || atomic64_read(&t->shadow.unknown) || READ_ONCE(t->lent))
		table_each(c, idx, n, entry_erased, &ok);
}

static const struct batch erase = { .store = store_erased };

/* Is a known entry in the range of an UNMAP one that it has erased? */
static bool entry_gone(const struct shadow_leaf *leaf, u32 slot)
{
	return leaf->cells->region[slot] || leaf->cells->tce[slot] & SHADOW_ERASED;
}

/* The same for the leaf's run; false when it cannot stay one. */
static bool settle_run(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 end,
		       struct giving *g)
{
	struct leaf_run part = leaf_part(leaf, slot, end);

	if (!leaf_cut(leaf, &part))
		return false;
	giving_pages(g, &part);
	atomic64_sub(part.pages.n, &t->shadow.live);
	return true;
}

/* The known entries of a leaf's [slot, end) are gone for good. */
static void settle_entries(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 end,
			   struct giving *g)
{
	struct table *t = c->t;
	u32 gone = 0;

	call_flatten(c, leaf);
	while (slot < end) {
		u32 n = 0;

		if (entry_gone(leaf, slot))
			n = giving_run(g, leaf->cells->tce + slot, leaf->cells->region + slot,
				       leaf->cells->region[slot] ? end - slot : 1, t->w.page_shift);
		memset(leaf->cells->tce + slot, 0, n * sizeof(*leaf->cells->tce));
		gone += n;
		slot += max(n, 1U);
	}
	shadow_taken(&t->shadow, leaf, gone);
}

/* Entries that are settled at a time: each page of the kernel's below them is looked at. */
static u32 table_stride(const struct table *t)
{
	u32 over = t->w.page_shift > PAGE_SHIFT ? t->w.page_shift - PAGE_SHIFT : 0;

	return over < SHADOW_LEAF_SHIFT ? SHADOW_LEAF_TCES >> over : 1;
}

/* From the first live entry of a leaf's [slot, end) on. Return: where to go on. */
static u32 table_settle_leaf(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 end,
			     struct giving *g)
{
	table_must_stock(c);
	spin_lock(&leaf->lock);
	slot = leaf_next(leaf, slot, end);
	end = min(end, slot + table_stride(c->t));
	if (slot < end && (leaf->flat || !settle_run(c->t, leaf, slot, end, g)))
		settle_entries(c, leaf, slot, end, g);
	spin_unlock(&leaf->lock);
	return end;
}

/* The TCEs of [first, end) are invalid, those of unknown entries excepted. */
static void table_settle(struct call *c, u64 first, u64 end)
{
	struct table *t = c->t;
	struct giving g = { .memory = t->memory };
	u64 idx = first;

	while ((idx = shadow_next_used(&t->shadow, idx, end)) < end) {
		struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
		u64 base = idx & ~(u64)SHADOW_LEAF_MASK;
		u32 stop = min_t(u64, SHADOW_LEAF_TCES, end - base);

		idx = base + table_settle_leaf(c, leaf, idx - base, stop, &g);
		cond_resched();
	}
	giving_flush(&g);
	table_settle_slots(t, first, end);
}

/* The list's entries [i, i + n) are those of a leaf from @slot on, without marks. */
static void fill_run(struct call *c, const struct shadow_leaf *leaf, u32 slot, u32 i, u32 n)
{
	struct leaf_run part = leaf_part(leaf, slot, slot + n);

	memset(c->list + i, 0, n * sizeof(*c->list));
	memset(c->region + i, 0, n * sizeof(*c->region));
	if (!part.pages.n)
		return;
	i += part.from - slot;
	memory_list(c->t->memory, part.region, &part.pages, c->list + i);
	table_name_pages(c, i, part.pages.n, part.region);
}

static void fill_flat(struct call *c, const struct shadow_leaf *leaf, u32 slot, u32 i, u32 n)
{
	for (; n; n--, slot++, i++) {
		c->list[i] = leaf ? cpu_to_be64(leaf->cells->tce[slot] & ~SHADOW_MARKS) : 0;
		c->region[i] = leaf ? leaf->cells->region[slot] : 0;
	}
}

/* Put the shadow's entries [idx, idx + n) into the list, without marks. */
static void fill_shadow(struct call *c, u64 idx, u32 n, void *ctx)
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

/* Write a failed UNMAP's entries back from the shadow, which still has them. */
static void table_reinstate(struct call *c, u64 first, u64 end)
{
	const struct batch write = { .fill = fill_shadow, .store = store_list, .put = true };
	u64 idx = first;
	u32 n;

	for (; (n = table_live_batch(c->t, &idx, end)); idx += n) {
		table_batch(c, idx, n, &write);
		cond_resched();
	}
}

/*
 * The TCEs of [first, end) are invalid. Where pages of files are marked dirty others may have to be
 * waited for, so that is done here, while the entries still keep the pages. Those that KVM made may
 * be of memory that is not ours: their marks come when that is unpinned.
 */
static void table_mark_files(struct table *t, u64 first, u64 end)
{
	u64 idx = first;

	for (; t->memory->files && (idx = shadow_next_live(&t->shadow, idx, end)) < end; idx++) {
		struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
		u32 slot = idx & SHADOW_LEAF_MASK;
		u64 tce;

		spin_lock(&leaf->lock);
		tce = leaf->flat && !leaf->cells->region[slot]
		      ? 0 : leaf_tce(leaf, slot, t->memory);
		spin_unlock(&leaf->lock);
		if (tce & PAPR_TCE_WRITE)
			memory_mark_files(tce & PAGE_MASK, t->w.page_shift);
		cond_resched();
	}
}

/*
 * The next batch of what an UNMAP has not looked at yet. What single writes have left in a
 * leaf is certain once that was locked, and nothing is settled that was not erased.
 */
static u32 table_seek(const struct call *c, u64 *idx, u64 end)
{
	return shadow_next_batch(&c->t->shadow, idx, end, !c->alone);
}

/* In a call. */
static int table_unmap_range(struct call *c, u64 first, u64 end)
{
	struct table *t = c->t;
	u64 idx = first;
	u32 batch;

	while ((batch = table_seek(c, &idx, end))) {
		int rc = table_batch(c, idx, batch, &erase);

		idx += batch;
		if (rc) {
			table_reinstate(c, first, idx);
			return rc;
		}
		/* Nobody will look at what is left: the caller is dying. */
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

static noinline int table_unmap_many(struct table *t, u64 first, u64 n)
{
	struct call *c = call_begin(&t->calls, first, n, true);
	int rc;

	if (!c)
		return -EINTR;
	rc = table_unmap_range(c, first, first + n);
	call_end(&t->calls, c);
	return rc;
}

/* After table_unmap_page(): wait for a busy hypervisor, or put back what it refused to take. */
static noinline int table_unmap_again(struct table *t, u64 idx, int rc)
{
	struct call *c = call_begin(&t->calls, idx, 1, false);

	if (rc > 0)
		rc = table_unmap_range(c, idx, idx + 1);
	else
		table_reinstate(c, idx, idx + 1);
	call_end(&t->calls, c);
	return rc;
}

/* Return: as table_map_page(). */
static int table_unmap_page(struct table *t, struct shadow_leaf *leaf, u64 idx)
{
	u32 slot = idx & SHADOW_LEAF_MASK;
	int rc = -ENOENT;
	u32 region;
	u64 tce;

	spin_lock(&leaf->lock);
	if (!leaf->flat)
		leaf_flatten(leaf, t->memory);
	region = leaf->cells->region[slot];
	tce = leaf->cells->tce[slot];
	if (tce && region && !(tce & SHADOW_MARKS) && call_vacant(&t->calls, idx)) {
		rc = table_put_page(t, leaf, idx, 0);
		if (!rc)
			shadow_turn(&t->shadow, leaf, slot, 0, 0);
		else
			table_page_unknown(t, leaf, idx, tce, region);
	}
	spin_unlock(&leaf->lock);
	if (rc)
		return rc;
	if (tce & PAPR_TCE_WRITE) {
		memory_dirty(tce & PAGE_MASK, t->w.page_shift);
		if (t->memory->files)
			memory_mark_files(tce & PAGE_MASK, t->w.page_shift);
	}
	memory_drop(t->memory, region, 1);
	return 0;
}

int table_unmap(struct table *t, u64 first, u64 n)
{
	struct shadow_leaf *leaf = n == 1 ? table_plain_leaf(t, first, lend_wanted(t)) : NULL;
	int rc = -ENOENT;

	if (leaf && !t->memory->loose) {
		shadow_give_cells(leaf, GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
		rc = table_unmap_page(t, leaf, first);
	}
	if (rc == -ENOENT)
		return table_unmap_many(t, first, n);
	return rc ? table_unmap_again(t, first, rc) : 0;
}

/* Nothing is there any more that could be cleared, or all of it has to be looked through. */
static u64 table_end(const struct table *t)
{
	return atomic64_read(&t->shadow.live) ? t->shadow.tces : 0;
}

int table_unmap_all(struct table *t)
{
	struct call *c = call_only(&t->calls);
	int rc;

	table_begin(t);
	c->alone = true;
	rc = table_unmap_range(c, 0, table_end(t));
	c->alone = false;
	return rc;
}

u64 table_live(const struct table *t)
{
	return atomic64_read(&t->shadow.live) + READ_ONCE(t->lost);
}

u64 table_clear(struct table *t)
{
	struct call *c = call_only(&t->calls);
	u64 end = table_end(t);
	u64 idx = 0;
	u32 batch;

	table_begin(t);
	for (; (batch = table_live_batch(t, &idx, end)); idx += batch) {
		table_batch(c, idx, batch, &erase);
		cond_resched();
	}
	table_settle(c, 0, end);
	return table_live(t);
}

/* --- members --- */

static int table_try_one(struct call *c, u32 liobn, u64 idx, u32 n, bool put)
{
	struct table *t = c->t;
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	struct leaves l = table_lock(t, idx, n);
	int rc;

	if (put)
		fill_shadow(c, idx, n, NULL);
	rc = put ? hv_put(liobn, ioba, t->w.page_shift, c->list, n)
		 : hv_stuff(liobn, ioba, t->w.page_shift, n);
	count_batch(&t->count, n, put, rc);
	table_unlock(l);
	return rc;
}

/* One batch for one member alone: what the shadow has, or nothing. */
static int table_call_one(struct call *c, u32 liobn, u64 idx, u32 n, bool put)
{
	int rc = table_patiently(c, table_try_one(c, liobn, idx, n, put));

	return rc > 0 ? -EIO : rc;
}

static int table_replay(struct table *t, u32 liobn)
{
	struct call *c = call_only(&t->calls);
	u64 idx = 0;
	u32 n;

	table_begin(t);
	for (; (n = table_live_batch(t, &idx, t->shadow.tces)); idx += n) {
		int rc;

		rc = table_call_one(c, liobn, idx, n, true);
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
	bool unknown;

	if (t->pes == TABLE_MAX_PES)
		return -ENOSPC;
	if (!t->pes)
		t->w = *w;
	/* What KVM writes from now on goes there, too. */
	lend_exclude(t->lend);
	unknown = atomic64_read(&t->shadow.unknown) || READ_ONCE(t->lost);
	if (!unknown)
		t->liobn[t->pes++] = w->liobn;
	lend_admit(t->lend);
	return unknown ? -EBUSY : table_replay(t, w->liobn);
}

static void table_drop_member(struct table *t, u32 liobn)
{
	u32 i;

	lend_exclude(t->lend);
	for (i = 0; i < t->pes; i++)
		if (t->liobn[i] == liobn)
			t->liobn[i--] = t->liobn[--t->pes];
	lend_admit(t->lend);
}

bool table_part(struct table *t, u32 liobn)
{
	struct call *c = call_only(&t->calls);
	bool clean = true;
	u64 idx = 0;
	u32 n;

	/* Until the end KVM's own removals reach it: the shadow does not run ahead. */
	for (; (n = table_live_batch(t, &idx, t->shadow.tces)); idx += n) {
		clean &= !table_call_one(c, liobn, idx, n, false);
		cond_resched();
	}
	table_drop_member(t, liobn);
	return clean && !READ_ONCE(t->lost);
}

static void entry_forgotten(struct call *c, struct shadow_leaf *leaf, u32 slot, u32 i, void *ctx)
{
	giving_add(ctx, leaf->cells->tce[slot], leaf->cells->region[slot], c->t->w.page_shift);
	table_set(c->t, leaf, slot, 0, 0);
}

void table_forget(struct table *t)
{
	struct call *c = call_only(&t->calls);
	struct giving g = { .memory = t->memory };
	u64 end = table_end(t);
	u64 idx = 0;
	u32 n;

	for (; (n = table_live_batch(t, &idx, end)); idx += n) {
		struct leaves l;

		table_must_stock(c);
		l = table_lock(t, idx, n);
		table_each(c, idx, n, entry_forgotten, &g);
		table_unlock(l);
		cond_resched();
	}
	giving_flush(&g);
	WRITE_ONCE(t->lost, false);
	table_settle_slots(t, 0, t->shadow.tces);
}
