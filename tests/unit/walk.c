// SPDX-License-Identifier: GPL-2.0-only
/*
 * walk.c - an independent check of everything that must agree.
 *
 * It compares the hypervisor's tables with the shadows and the pins, the shadows with the
 * hypervisor's tables, and the shadows with the counts of registered memory.
 */
#include <string.h>
#include "memory/pin.h"
#include "tce/shadow_leaf.h"
#include "world.h"

#define MOST_REGIONS	64

/**
 * struct census - counts of the shadows' entries
 * @live:    valid entries, by table
 * @unknown: those in an unknown state, by table
 * @by_id:   entries that name a region
 * @v1:      entries that name a page of the v1 API
 * @kvms:    entries that KVM wrote
 */
struct census {
	u64 live[PE_WINDOWS];
	u64 unknown[PE_WINDOWS];
	u64 by_id[MOST_REGIONS];
	u64 v1;
	u64 kvms;
};

/* The table that a window belongs to. */
static struct table *table_of(const struct model_window *w)
{
	u32 i, k;

	for (i = 0; i < 2 * PE_WINDOWS; i++) {
		struct table *t = world_ioas(i / PE_WINDOWS)->windows.table[i % PE_WINDOWS];

		for (k = 0; t && k < t->pes; k++)
			if (t->liobn[k] == w->liobn)
				return t;
	}
	return NULL;
}

static void check_pinned(u64 tce, u32 page_shift)
{
	u64 hpa = tce & ~(u64)RW & PAGE_MASK;
	u64 end = (tce & ~(u64)RW) + (1ULL << page_shift);

	for (; hpa < end; hpa += PAGE_SIZE)
		if (!shim_pinned(hpa))
			fail_msg("%llx is reachable and not pinned", (unsigned long long)hpa);
}

/* A new window may hold garbage before it is cleared: that is not checked. */
static void check_reached(const struct model_window *w, u64 ioba, u64 tce, void *ctx)
{
	(void)ioba, (void)ctx;
	if (tce < MODEL_GARBAGE)
		check_pinned(tce, w->page_shift);
}

void world_check_pinned(const struct endpoint *e)
{
	model_for_each_valid(e->hv, check_reached, NULL);
}

/* A flat copy of the leaf that was looked at last: the leaf itself stays as it is. */
static struct {
	const struct shadow_leaf *of;
	struct shadow_leaf flat;
	struct shadow_cells cells;
} view;

/* The leaf of an entry, in its flat form; NULL when there is none. */
static const struct shadow_leaf *leaf_of(const struct table *t, u64 idx)
{
	const struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);

	if (!leaf || leaf->flat)
		return leaf;
	if (view.of != leaf) {
		view.flat.cells = &view.cells;
		shadow_leaf_copy(&view.flat, leaf);
		shadow_leaf_flatten(&view.flat, t->regions);
		view.of = leaf;
	}
	return &view.flat;
}

static u64 entry_of(const struct table *t, u64 idx)
{
	const struct shadow_leaf *leaf = leaf_of(t, idx);

	return leaf ? leaf->cells->tce[idx & SHADOW_LEAF_MASK] : 0;
}

/**
 * struct look - a walk over the hypervisor's windows of a PE
 * @w: the window
 * @t: the table that it belongs to
 */
struct look {
	const struct model_window *w;
	const struct table *t;
};

/* Checks a valid TCE of the hypervisor's table. */
static void check_tce(const struct model_window *w, u64 ioba, u64 tce, void *ctx)
{
	struct look *l = ctx;
	const struct table *t;
	u64 entry;

	if (l->w != w)
		*l = (struct look){ w, table_of(w) };
	t = l->t;
	check_reached(w, ioba, tce, NULL);
	if (!t) {
		if (!world.isolated)
			fail_msg("a TCE at %llx belongs to no table", (unsigned long long)ioba);
		return;
	}
	/* KVM may have left any TCE there, but its page is pinned. */
	if (t->lost)
		return;
	entry = entry_of(t, (ioba - w->start) >> w->page_shift);
	if (!entry)
		fail_msg("the shadow does not know of %llx", (unsigned long long)ioba);
	if (!(entry & SHADOW_UNKNOWN))
		assert_int_equal(entry, tce);
}

/* Checks an entry of a shadow. */
static void check_entry(const struct table *t, u64 idx, u64 tce)
{
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	u32 i;

	assert_false(tce & SHADOW_ERASED);
	for (i = 0; i < t->pes; i++)
		if (!(tce & SHADOW_UNKNOWN) && !t->lost)
			assert_int_equal(tce, model_peek(t->liobn[i], ioba));
}

static void count_entry(u32 region, struct census *c)
{
	if (region == REGIONS_V1) {
		c->v1++;
		return;
	}
	if (!region) {
		c->kvms++;
		return;
	}
	assert_in_range(region, 1, MOST_REGIONS);
	c->by_id[region - 1]++;
}

static void count_table(const struct ioas *s, u32 num, struct census *c)
{
	const struct table *t = s->windows.table[num];
	u64 end = dma_window_tces(&t->w);
	u64 idx;

	for (idx = 0; idx < end; idx++) {
		const struct shadow_leaf *leaf = leaf_of(t, idx);
		u64 tce = leaf ? leaf->cells->tce[idx & SHADOW_LEAF_MASK] : 0;

		if (!leaf)
			idx |= SHADOW_LEAF_MASK;
		if (!tce)
			continue;
		check_entry(t, idx, tce);
		c->live[num]++;
		c->unknown[num] += !!(tce & SHADOW_UNKNOWN);
		count_entry(leaf->cells->region[idx & SHADOW_LEAF_MASK], c);
	}
}

/**
 * struct payers - the pins of an address space's regions
 * @what:  pins, each once, and their memory in mm_iommu
 * @n:     how many
 * @pages: their pages of locked memory
 */
struct payers {
	const void *what[4 * MOST_REGIONS];
	u32 n;
	u64 pages;
};

static void pays(struct payers *all, const void *what, u64 pages)
{
	u32 i;

	for (i = 0; i < all->n; i++)
		if (all->what[i] == what)
			return;
	assert_true(all->n < ARRAY_SIZE(all->what));
	all->what[all->n++] = what;
	all->pages += pages;
}

/* The pin or mm_iommu is charged for the pages; the pin is also charged for its own data. */
static void check_pin(const struct region *r, struct payers *all)
{
	const struct pin *p = r->pin;
	u64 kept = page_runs_bytes(&p->runs) >> PAGE_SHIFT;

	assert_int_equal(p->ua, r->ua);
	assert_int_equal(p->pages, r->size >> PAGE_SHIFT);
	assert_int_equal(p->runs.pages, p->pages);
	assert_int_equal(!!p->mem, p->kvm == PIN_IN);
	assert_int_equal(p->charged, kept + (p->mem ? 0 : p->pages));
	pays(all, p, p->charged);
	if (p->mem)
		pays(all, p->mem, p->pages);
}

/* Return: pages of locked memory of the IOAS, without those of its regions. */
static u64 check_regions(const struct ioas *s, const struct census *c, struct payers *all)
{
	const struct regions *m = &s->regions;
	u64 pages = s->locked;
	u32 i;

	for (i = 0; i < m->room && i < MOST_REGIONS; i++) {
		const struct region *r = m->by_id[i];

		/* In quarantine, counts may include entries that no table has any more. */
		if (r && !world.isolated)
			assert_int_equal(atomic64_read(&r->mapped), c->by_id[i]);
		if (r)
			assert_true((u64)atomic64_read(&r->mapped) >= c->by_id[i]);
		if (r)
			check_pin(r, all);
		else
			assert_int_equal(c->by_id[i], 0);
	}
	for (i = 0; i < PE_WINDOWS; i++)
		if (s->windows.table[i])
			pages += s->windows.table[i]->shadow.charged;
	return pages;
}

/* Pages of the v1 API are pinned once, and charged. */
static void check_v1(const struct ioas *s, const struct census *c)
{
	const struct regions *m = &s->regions;

	if (!m->v1) {
		assert_int_equal(c->v1, 0);
		return;
	}
	assert_int_equal(shim_pins(), m->pages.pages);
	if (!m->unknown && !world.isolated)
		assert_true(m->pages.pages <= c->v1);
	assert_true(m->pages.pages <= s->locked || s->dead);
}

/* Return: pages of locked memory of the IOAS; adds the entries of KVM's to @kvms. */
static u64 check_ioas(const struct ioas *s, u64 *kvms, struct payers *all)
{
	struct census c = { 0 };
	u64 unknown = 0;
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++) {
		const struct table *t = s->windows.table[i];

		if (!t)
			continue;
		count_table(s, i, &c);
		assert_int_equal(atomic64_read(&t->shadow.live), c.live[i]);
		assert_int_equal(atomic64_read(&t->shadow.unknown), c.unknown[i]);
		unknown += c.unknown[i];
	}
	if (!world.isolated)
		assert_int_equal(s->regions.unknown, unknown);
	check_v1(s, &c);
	*kvms += c.kvms;
	return check_regions(s, &c, all);
}

/* Checks the IOASes of one process. */
static void check_process(const struct mm_struct *mm)
{
	const struct ioas *s;
	struct payers all = { .n = 0 };
	u64 pages = 0, kvms = 0;
	bool orphans = false;
	u32 i;

	for (i = 0; (s = world_ioas(i)); i++) {
		if (s->regions.mm == mm || (!s->regions.mm && mm == &world.mm))
			pages += check_ioas(s, &kvms, &all);
		orphans |= s->dead;
	}
	pages += all.pages;
	/* KVM may have put a page of a closed IOAS into a table of the other IOAS. */
	assert_true(pages == mm->locked_vm || (orphans && pages < mm->locked_vm));
	/* KVM has counted what it wrote, and perhaps more. */
	assert_true(shim_counted(mm) >= kvms);
}

void world_check(void)
{
	struct endpoint *e;
	u32 i;

	view.of = NULL;
	assert_int_equal(shim_mutexes(), 0);
	assert_int_equal(shim_spinlocks(), 0);
	assert_int_equal(model_broken(), 0);
	for (i = 0; (e = world_endpoint(i)); i++) {
		struct look l = { NULL, NULL };

		if (e->host_left)
			model_for_each_valid(e->hv, check_tce, &l);
	}
	check_process(&world.mm);
	check_process(&world.other);
}

static void digest_add(u64 *d, u64 v)
{
	*d = (*d ^ v) * 0x100000001b3ULL;
	*d ^= *d >> 29;
}

static void digest_tce(const struct model_window *w, u64 ioba, u64 tce, void *ctx)
{
	digest_add(ctx, w->liobn);
	digest_add(ctx, ioba);
	digest_add(ctx, tce);
}

static void digest_endpoint(const struct endpoint *e, u64 *d)
{
	struct model_window w[PE_WINDOWS];
	u32 n = model_windows(e->hv, w, PE_WINDOWS);
	u32 i;

	for (i = 0; i < n; i++) {
		digest_add(d, w[i].liobn);
		digest_add(d, w[i].start);
		digest_add(d, w[i].tces);
		digest_add(d, w[i].page_shift);
		digest_add(d, w[i].dflt);
	}
	model_for_each_valid(e->hv, digest_tce, d);
}

u64 world_digest(void)
{
	u64 d = 0xcbf29ce484222325ULL;
	struct endpoint *e;
	u32 i;

	for (i = 0; (e = world_endpoint(i)); i++)
		digest_endpoint(e, &d);
	return d;
}
