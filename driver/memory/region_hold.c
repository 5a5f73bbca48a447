// SPDX-License-Identifier: GPL-2.0-only
/*
 * region_hold.c - memory as tables hold it: from the page that a TCE is to name to the one it
 * named.
 *
 * A table holds a region for each entry that names it, before its TCE is written, and drops it
 * after that is gone. KVM's writes drop regions with nothing but a leaf's lock, while others are
 * registered: what they look at is guarded by the memory's own lock.
 *
 * While a TCE is unknown, it may reach the region of the older content, too. Which of its pages a
 * device wrote to is not known either: it becomes suspect, and is marked dirty as a whole when it
 * goes.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/byteorder.h>
#include "hv/papr.h"
#include "memory/pages.h"
#include "memory/pin.h"
#include "memory/region.h"
#include "memory/regions.h"

int memory_covers(const struct memory *m, unsigned long ua, u64 size, u32 page_shift)
{
	unsigned long end = ua + size;

	if (end < ua)
		return -EINVAL;
	while (!m->loose && ua < end) {
		struct region *r = memory_at(m, ua);
		unsigned long stop;

		if (!r)
			return -EINVAL;
		/* An IOMMU page in two regions, pinned by neither as a whole, fits in none. */
		stop = min(end, r->ua + r->size);
		if (!runs_fit(&r->pin->runs, ua, stop, page_shift))
			return -EINVAL;
		ua = stop;
		cond_resched();
	}
	return 0;
}

struct pin *memory_hidden(struct memory *m, unsigned long *ua, unsigned long end)
{
	while (!m->loose && *ua < end) {
		struct region *r = memory_at(m, *ua);

		if (!r)
			return NULL;
		*ua = r->ua + r->size;
		if (pin_claim(r->pin))
			return r->pin;
		cond_resched();
	}
	return NULL;
}

/* Pages of a region were pinned when it was registered: count them. */
static u32 memory_hold_region(struct memory *m, const struct memory_run *run, __be64 *list,
			      u32 *region)
{
	struct region *r = memory_at(m, run->ua);
	u64 left = (r->ua + r->size - run->ua) >> run->page_shift;
	u32 n = min_t(u64, run->n, left);

	if (run->perm & PAPR_TCE_WRITE)
		pin_expose(r->pin);
	runs_list(&r->pin->runs, run->ua, run->page_shift, run->perm, n, list);
	atomic64_add(n, &r->mapped);
	*region = r->id;
	return n;
}

static void memory_hold_loose(struct memory *m, const struct memory_run *run, __be64 *list)
{
	u64 *hpa = (__force u64 *)list;
	u32 i;

	loose_add(&m->pages, m->pins, run->ua, 1ULL << run->page_shift, run->n, hpa);
	for (i = 0; i < run->n; i++)
		list[i] = cpu_to_be64(hpa[i] | run->perm);
}

u32 memory_hold(struct memory *m, const struct memory_run *run, __be64 *list, u32 *region)
{
	if (!m->loose)
		return memory_hold_region(m, run, list, region);
	*region = MEMORY_LOOSE;
	memory_hold_loose(m, run, list);
	return run->n;
}

struct memory_page memory_hold_page(struct memory *m, unsigned long ua, u32 page_shift, u64 perm)
{
	struct region *r = NULL;

	if (page_shift <= PAGE_SHIFT && !m->loose)
		r = memory_at(m, ua);
	if (!r)
		return (struct memory_page){ 0 };
	if (perm & PAPR_TCE_WRITE)
		pin_expose(r->pin);
	atomic64_inc(&r->mapped);
	return (struct memory_page){ runs_page(&r->pin->runs, ua), r->id };
}

/* A region that is mapped is not moved or renamed; where the names are kept may change. */
static const struct runs *memory_runs(struct memory *m, u32 region)
{
	const struct region *r;

	spin_lock(&m->lock);
	r = m->by_id[region - 1];
	spin_unlock(&m->lock);
	return &r->pin->runs;
}

void memory_list(struct memory *m, u32 region, const struct memory_run *run, __be64 *list)
{
	runs_list(memory_runs(m, region), run->ua, run->page_shift, run->perm, run->n, list);
}

/* Return: the first address after the page, or the compound page. */
static u64 memory_dirty_page(u64 hpa)
{
	struct page *page = pfn_to_page(hpa >> PAGE_SHIFT);
	struct page *head = compound_head(page);

	page_mark(page);
	return (u64)(page_to_pfn(head) + compound_nr(head)) << PAGE_SHIFT;
}

u64 memory_dirty(u64 hpa, u32 page_shift)
{
	u64 end = hpa + (1ULL << page_shift);

	/* A large IOMMU page may lie over neighbours that are one piece by chance. */
	do {
		hpa = memory_dirty_page(hpa);
	} while (hpa < end);
	return hpa;
}

void memory_mark_files(u64 hpa, u32 page_shift)
{
	u64 bytes = max_t(u64, 1ULL << page_shift, PAGE_SIZE);

	pages_mark_files(hpa >> PAGE_SHIFT, bytes >> PAGE_SHIFT);
}

void memory_dirty_run(struct memory *m, u32 region, const struct memory_run *run)
{
	const struct runs *runs = memory_runs(m, region);
	u64 bytes = (u64)run->n << run->page_shift;
	struct piece piece;
	bool more;

	runs_find(runs, run->ua, &piece);
	do {
		u64 hpa = piece.hpa, end = hpa + min(piece.left, bytes);

		bytes -= end - hpa;
		while (hpa < end)
			hpa = memory_dirty(hpa, run->page_shift);
		more = bytes && runs_next(runs, &piece);
	} while (more);
}

void memory_drop_loose(struct memory *m, const u64 *tce, u32 n)
{
	loose_drop(&m->pages, tce, n);
}

int memory_begin_loose(struct memory *m, struct loose_pins *pins)
{
	int rc = loose_hold(&m->pages, pins);

	if (!rc)
		m->pins = pins;
	return rc;
}

void memory_end_loose(struct memory *m)
{
	loose_end(&m->pages, m->pins);
	m->pins = NULL;
	memory_wash(m);
}

void memory_drop_late(struct memory *m, u32 region, u64 n)
{
	spin_lock(&m->lock);
	region_drop(m->by_id[region - 1], n);
	spin_unlock(&m->lock);
}

void memory_suspect(struct memory *m, u32 region)
{
	struct region *r;

	spin_lock(&m->lock);
	r = m->by_id[region - 1];
	if (!r->suspect) {
		r->suspect = true;
		r->next_suspect = m->suspect;
		m->suspect = r;
	}
	spin_unlock(&m->lock);
}

void memory_suspect_loose(struct memory *m, u64 tce)
{
	loose_suspect(&m->pages, tce);
}

void memory_trust(struct memory *m)
{
	lockdep_assert_held(&m->lock);
	while (m->suspect) {
		struct region *r = m->suspect;

		m->suspect = r->next_suspect;
		r->tainted = true;
		r->suspect = false;
	}
}

void memory_unknown(struct memory *m, s64 n)
{
	bool none;

	spin_lock(&m->lock);
	m->unknown += n;
	none = !m->unknown;
	if (none)
		memory_trust(m);
	spin_unlock(&m->lock);
	if (none && m->loose)
		loose_trust(&m->pages);
}

void memory_known(struct memory *m)
{
	spin_lock(&m->lock);
	m->unknown--;
	spin_unlock(&m->lock);
}

void memory_poison(struct memory *m)
{
	m->poison = true;
}
