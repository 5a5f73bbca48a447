// SPDX-License-Identifier: GPL-2.0-only
/*
 * region_hold.c - regions as tables use them: held for TCEs that are to be written, dropped for
 * TCEs that are gone.
 *
 * A table holds a region for each entry that names it: from before the TCE is written until after
 * the TCE is gone. KVM's writes drop regions with only a leaf's lock held, while other regions
 * are registered. So what they read is guarded by the memory's own lock.
 *
 * While a TCE is unknown, it may still reach the region of its older content, and it is not known
 * to which pages a device wrote. So that region becomes suspect, and is marked dirty as a whole
 * when it is unregistered.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/byteorder.h>
#include "hv/papr.h"
#include "memory/gup.h"
#include "memory/pin.h"
#include "memory/region.h"
#include "memory/regions.h"

int regions_covers(const struct regions *m, unsigned long ua, u64 size, u32 page_shift)
{
	unsigned long end = ua + size;

	if (end < ua)
		return -EINVAL;
	while (!m->v1 && ua < end) {
		struct region *r = regions_at(m, ua);
		unsigned long stop;

		if (!r)
			return -EINVAL;
		/* An IOMMU page in two regions fits in neither: neither pins all of it. */
		stop = min(end, r->ua + r->size);
		if (!page_runs_fit(&r->pin->runs, ua, stop, page_shift))
			return -EINVAL;
		ua = stop;
		cond_resched();
	}
	return 0;
}

struct pin *regions_hidden(struct regions *m, unsigned long *ua, unsigned long end)
{
	while (!m->v1 && *ua < end) {
		struct region *r = regions_at(m, *ua);

		if (!r)
			return NULL;
		*ua = r->ua + r->size;
		if (pin_claim(r->pin))
			return r->pin;
		cond_resched();
	}
	return NULL;
}

/* A region's pages were pinned when it was registered: only count them. */
static u32 regions_hold_region(struct regions *m, const struct region_run *run, __be64 *list,
			       u32 *region)
{
	struct region *r = regions_at(m, run->ua);
	u64 left = (r->ua + r->size - run->ua) >> run->page_shift;
	u32 n = min_t(u64, run->n, left);

	if (run->perm & PAPR_TCE_WRITE)
		pin_expose(r->pin);
	page_runs_list(&r->pin->runs, run->ua, run->page_shift, run->perm, n, list);
	atomic64_add(n, &r->mapped);
	*region = r->id;
	return n;
}

static void regions_hold_v1(struct regions *m, const struct region_run *run, __be64 *list)
{
	u64 *hpa = (__force u64 *)list;
	u32 i;

	v1_pages_add(&m->pages, m->pins, run->ua, 1ULL << run->page_shift, run->n, hpa);
	for (i = 0; i < run->n; i++)
		list[i] = cpu_to_be64(hpa[i] | run->perm);
}

u32 regions_hold(struct regions *m, const struct region_run *run, __be64 *list, u32 *region)
{
	if (!m->v1)
		return regions_hold_region(m, run, list, region);
	*region = REGIONS_V1;
	regions_hold_v1(m, run, list);
	return run->n;
}

struct region_page regions_hold_page(struct regions *m, unsigned long ua, u32 page_shift, u64 perm)
{
	struct region *r = NULL;

	if (page_shift <= PAGE_SHIFT && !m->v1)
		r = regions_at(m, ua);
	if (!r)
		return (struct region_page){ 0 };
	if (perm & PAPR_TCE_WRITE)
		pin_expose(r->pin);
	atomic64_inc(&r->mapped);
	return (struct region_page){ page_runs_page(&r->pin->runs, ua), r->id };
}

/* A mapped region does not move or change its id; the array of regions may be replaced. */
static const struct page_runs *regions_runs(struct regions *m, u32 region)
{
	const struct region *r;

	spin_lock(&m->lock);
	r = m->by_id[region - 1];
	spin_unlock(&m->lock);
	return &r->pin->runs;
}

void regions_list(struct regions *m, u32 region, const struct region_run *run, __be64 *list)
{
	page_runs_list(regions_runs(m, region), run->ua, run->page_shift, run->perm, run->n, list);
}

/* Return: the first address after the page, or the compound page. */
static u64 regions_dirty_page(u64 hpa)
{
	struct page *page = pfn_to_page(hpa >> PAGE_SHIFT);
	struct page *head = compound_head(page);

	page_mark(page);
	return (u64)(page_to_pfn(head) + compound_nr(head)) << PAGE_SHIFT;
}

u64 regions_dirty(u64 hpa, u32 page_shift)
{
	u64 end = hpa + (1ULL << page_shift);

	/* A large IOMMU page may cover several pages that are contiguous by chance. */
	do {
		hpa = regions_dirty_page(hpa);
	} while (hpa < end);
	return hpa;
}

void regions_mark_files(u64 hpa, u32 page_shift)
{
	u64 bytes = max_t(u64, 1ULL << page_shift, PAGE_SIZE);

	gup_mark_files(hpa >> PAGE_SHIFT, bytes >> PAGE_SHIFT);
}

void regions_dirty_run(struct regions *m, u32 region, const struct region_run *run)
{
	const struct page_runs *runs = regions_runs(m, region);
	u64 bytes = (u64)run->n << run->page_shift;
	struct piece piece;
	bool more;

	page_runs_find(runs, run->ua, &piece);
	do {
		u64 hpa = piece.hpa, end = hpa + min(piece.left, bytes);

		bytes -= end - hpa;
		while (hpa < end)
			hpa = regions_dirty(hpa, run->page_shift);
		more = bytes && page_runs_next(runs, &piece);
	} while (more);
}

void regions_drop_v1(struct regions *m, const u64 *tce, u32 n)
{
	v1_pages_drop(&m->pages, tce, n);
}

int regions_begin_v1(struct regions *m, struct v1_pins *pins)
{
	int rc = v1_pages_hold(&m->pages, pins);

	if (!rc)
		m->pins = pins;
	return rc;
}

void regions_end_v1(struct regions *m)
{
	v1_pages_end(&m->pages, m->pins);
	m->pins = NULL;
	regions_wash(m);
}

void regions_drop_late(struct regions *m, u32 region, u64 n)
{
	spin_lock(&m->lock);
	region_drop(m->by_id[region - 1], n);
	spin_unlock(&m->lock);
}

void regions_suspect(struct regions *m, u32 region)
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

void regions_suspect_v1(struct regions *m, u64 tce)
{
	v1_pages_suspect(&m->pages, tce);
}

void regions_trust(struct regions *m)
{
	lockdep_assert_held(&m->lock);
	while (m->suspect) {
		struct region *r = m->suspect;

		m->suspect = r->next_suspect;
		r->tainted = true;
		r->suspect = false;
	}
}

void regions_unknown(struct regions *m, s64 n)
{
	bool none;

	spin_lock(&m->lock);
	m->unknown += n;
	none = !m->unknown;
	if (none)
		regions_trust(m);
	spin_unlock(&m->lock);
	if (none && m->v1)
		v1_pages_trust(&m->pages);
}

void regions_known(struct regions *m)
{
	spin_lock(&m->lock);
	m->unknown--;
	spin_unlock(&m->lock);
}

void regions_poison(struct regions *m)
{
	m->poison = true;
}
