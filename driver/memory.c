// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - registered memory over the kernel's mm_iommu.
 *
 * mm_iommu pins a range once per address space and counts its users; a region
 * here is one such use. It ends only in memory_unregister() or at the space's
 * end, and only when no shadow entry names it. KVM finds the same regions in the
 * address space for its own lookups; what it has put into a table it has counted
 * in mm_iommu before, where only tally.c counts down.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/mmu_context.h>
#include "memory.h"
#include "papr.h"
#include "tally.h"

#define MEMORY_FIRST_ROOM	16

void memory_init(struct memory *m)
{
	memset(m, 0, sizeof(*m));
	spin_lock_init(&m->lock);
	m->pages.lock = &m->lock;
}

int memory_adopt_mm(struct memory *m)
{
	if (m->mm)
		return memory_foreign(m) ? -EPERM : 0;
	m->ledger = ledger_get(current->mm);
	if (!m->ledger)
		return -ENOMEM;
	m->mm = current->mm;
	return 0;
}

/* --- one region --- */

static u64 region_hpa(const struct region *r, unsigned long ua)
{
	unsigned long hpa = 0;

	mm_iommu_ua_to_hpa(r->mem, ua, PAGE_SHIFT, &hpa);
	return hpa;
}

/* Where a chunk is if it is one piece. */
static u64 region_chunk(const struct region *r, unsigned long ua)
{
	u64 hpa = region_hpa(r, ua);
	unsigned long at;

	for (at = PAGE_SIZE; at < MEMORY_CHUNK; at += PAGE_SIZE)
		if (region_hpa(r, ua + at) != hpa + at)
			return 0;
	return hpa;
}

/* User memory is cut into chunks from address 0 on: the first that the region has whole. */
static unsigned long region_first_chunk(const struct region *r)
{
	return round_up(r->ua, MEMORY_CHUNK) >> MEMORY_CHUNK_SHIFT;
}

/*
 * To ask mm_iommu for each page would be most of what a MAP costs. What is not
 * known here it is asked for, so that without memory for this all still works.
 */
static int region_find_chunks(struct region *r)
{
	unsigned long first = region_first_chunk(r);
	unsigned long end = (r->ua + r->size) >> MEMORY_CHUNK_SHIFT;
	unsigned long i, n = first < end ? end - first : 0;

	r->chunk = n ? kvcalloc(n, sizeof(*r->chunk), GFP_KERNEL_ACCOUNT | __GFP_NOWARN) : NULL;
	if (!r->chunk)
		return 0;
	for (i = 0; i < n; i++) {
		r->chunk[i] = region_chunk(r, (first + i) << MEMORY_CHUNK_SHIFT);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	r->chunks = n;
	return 0;
}

/* Where @ua is, and how many bytes from there on are known to follow each other. */
static inline u64 region_piece(const struct region *r, unsigned long ua, unsigned long *left)
{
	unsigned long i = (ua >> MEMORY_CHUNK_SHIFT) - region_first_chunk(r);
	/* Before the first chunk, i is no less out of range than after the last. */
	u64 hpa = i < r->chunks ? r->chunk[i] : 0;

	if (!hpa) {
		*left = PAGE_SIZE - (ua & ~PAGE_MASK);
		return region_hpa(r, ua);
	}
	*left = MEMORY_CHUNK - (ua & (MEMORY_CHUNK - 1));
	return hpa + (ua & (MEMORY_CHUNK - 1));
}

static void region_free(struct region *r)
{
	kvfree(r->chunk);
	kfree(r);
}

/*
 * Is an IOMMU page that is larger than the kernel's one piece of memory? The
 * page size that mm_iommu keeps for a region does not tell: ordinary pages
 * after a huge one don't lower it, and what is one piece without being of
 * hugetlb's does not raise it. One that lies in two regions, and is pinned by
 * neither as a whole, is none: behind a region's end there is nothing.
 */
static bool region_contiguous(const struct region *r, unsigned long ua, u32 page_shift)
{
	unsigned long at, left;
	u64 hpa = region_piece(r, ua, &left);

	if (hpa & ((1ULL << page_shift) - 1))
		return false;
	for (at = left; at < 1UL << page_shift; at += left)
		if (region_piece(r, ua + at, &left) != hpa + at)
			return false;
	return true;
}

/* Can the part [ua, end) of a region be mapped with such pages? */
static bool region_covers(const struct region *r, unsigned long ua, unsigned long end,
				 u32 page_shift)
{
	for (; page_shift > PAGE_SHIFT && ua < end; ua += 1UL << page_shift) {
		if (!region_contiguous(r, ua, page_shift))
			return false;
		cond_resched();
	}
	return true;
}

/* Host physical addresses. Cannot fail: memory_covers() has seen this region's pages. */
static void region_resolve(const struct region *r, const struct memory_run *run, u32 n, u64 *hpa)
{
	const u64 step = 1ULL << run->page_shift;
	unsigned long ua = run->ua;
	const u64 *end = hpa + n;

	while (hpa < end) {
		unsigned long left;
		u64 at = region_piece(r, ua, &left);
		u64 pages = min_t(u64, left >> run->page_shift, end - hpa);
		/* An IOMMU page larger than a chunk is one piece, too. */
		const u64 *stop = hpa + max_t(u64, pages, 1);

		ua += (stop - hpa) * step;
		for (; hpa < stop; at += step)
			*hpa++ = at;
	}
}

/* --- all regions --- */

/* Place of the first region that ends after @ua; @count when there is none. */
static inline u32 memory_find(const struct memory *m, unsigned long ua)
{
	u32 low = 0, high = m->count;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (m->sorted[mid]->ua + (m->sorted[mid]->size - 1) < ua)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The region at @place if it is exactly this range. */
static struct region *memory_exact(const struct memory *m, u32 place, u64 ua, u64 size)
{
	struct region *r = place < m->count ? m->sorted[place] : NULL;

	return r && r->ua == ua && r->size == size ? r : NULL;
}

static bool memory_aligned(u64 ua, u64 size)
{
	return size && !((ua | size) & ~PAGE_MASK) && ua + (size - 1) >= ua;
}

static int memory_grow(struct memory *m)
{
	u32 room = m->room ? m->room * 2 : MEMORY_FIRST_ROOM;
	struct region **sorted, **by_id;

	if (m->count < m->room)
		return 0;
	sorted = kvcalloc(room, sizeof(*sorted), GFP_KERNEL_ACCOUNT);
	by_id = kvcalloc(room, sizeof(*by_id), GFP_KERNEL_ACCOUNT);
	if (!sorted || !by_id) {
		kvfree(sorted);
		kvfree(by_id);
		return -ENOMEM;
	}
	if (m->room) {
		memcpy(sorted, m->sorted, m->room * sizeof(*sorted));
		memcpy(by_id, m->by_id, m->room * sizeof(*by_id));
	}
	kvfree(m->sorted);
	m->sorted = sorted;
	m->room = room;
	spin_lock(&m->lock);
	swap(m->by_id, by_id);
	spin_unlock(&m->lock);
	kvfree(by_id);
	return 0;
}

static void memory_insert(struct memory *m, struct region *r, u32 place)
{
	u32 id = 0;

	while (m->by_id[id])
		id++;
	spin_lock(&m->lock);
	m->by_id[id] = r;
	spin_unlock(&m->lock);
	r->id = id + 1;
	memmove(m->sorted + place + 1, m->sorted + place,
		(m->count - place) * sizeof(*m->sorted));
	m->sorted[place] = r;
	m->count++;
}

static void memory_extract(struct memory *m, u32 place)
{
	struct region *r = m->sorted[place];

	spin_lock(&m->lock);
	m->by_id[r->id - 1] = NULL;
	spin_unlock(&m->lock);
	m->count--;
	memmove(m->sorted + place, m->sorted + place + 1,
		(m->count - place) * sizeof(*m->sorted));
	region_free(r);
}

/* --- registration, in three steps --- */

static bool region_overlaps(const struct region *r, u64 ua, u64 size)
{
	return r->ua <= ua + (size - 1) && ua <= r->ua + (r->size - 1);
}

/* -EBUSY for a range that is registered or about to be, -EINVAL for a part of one. */
static int memory_vacant(const struct memory *m, u64 ua, u64 size)
{
	u32 place = memory_find(m, ua);
	const struct region *r;

	if (memory_exact(m, place, ua, size))
		return -EBUSY;
	if (place < m->count && region_overlaps(m->sorted[place], ua, size))
		return -EINVAL;
	for (r = m->pending; r; r = r->next)
		if (region_overlaps(r, ua, size))
			return r->ua == ua && r->size == size ? -EBUSY : -EINVAL;
	return 0;
}

int memory_reserve(struct memory *m, u64 ua, u64 size, struct region **reserved)
{
	struct region *r;
	int rc;

	if (!memory_aligned(ua, size))
		return -EINVAL;
	rc = memory_vacant(m, ua, size);
	if (rc)
		return rc;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	r->ua = ua;
	r->size = size;
	r->ledger = m->ledger;
	ledger_hold(r->ledger);
	r->next = m->pending;
	m->pending = r;
	*reserved = r;
	return 0;
}

/* Pages that are compared at a time. */
#define REGION_STEP	32

/* Is what the region has of [ua, ua + n pages) what is mapped there? Bounded: REGION_STEP. */
static bool region_current_step(const struct region *r, unsigned long ua, int n)
{
	struct page *page[REGION_STEP];
	int got = pin_user_pages_fast(ua, n, FOLL_WRITE | FOLL_LONGTERM, page);
	bool same = got == n;

	while (got-- > 0) {
		u64 hpa = (u64)page_to_pfn(page[got]) << PAGE_SHIFT;

		same &= hpa == region_hpa(r, ua + ((unsigned long)got << PAGE_SHIFT));
		unpin_user_page(page[got]);
	}
	return same;
}

/*
 * The address space has a region with this range, which may be older than what is
 * mapped there. Joined by its address alone it would be the wrong memory.
 */
static int region_current(const struct region *r)
{
	unsigned long at, step;

	for (at = 0; at < r->size; at += step) {
		step = min(r->size - at, REGION_STEP * PAGE_SIZE);
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!region_current_step(r, r->ua + at, step >> PAGE_SHIFT))
			return -EBUSY;
		cond_resched();
	}
	return 0;
}

/* mm_iommu keeps 8 bytes for each page: more than this would be most of the memory. */
static bool region_absurd(const struct region *r)
{
	return r->size / PAGE_SIZE / (PAGE_SIZE / 8) > totalram_pages() / 4;
}

/*
 * Pin a range, or join a use of it in the same address space. mm_iommu_new()
 * hands a short pin's positive page count through as its result.
 */
static int region_pin(struct region *r)
{
	unsigned long pages = r->size >> PAGE_SHIFT;
	long rc;

	r->mem = mm_iommu_get(current->mm, r->ua, pages);
	if (r->mem)
		return region_current(r);
	if (region_absurd(r))
		return -ENOMEM;
	rc = mm_iommu_new(current->mm, r->ua, pages, &r->mem);
	if (rc)
		r->mem = NULL;
	return rc > 0 ? -EFAULT : rc;
}

int memory_pin(struct region *r)
{
	int rc;

	/* What only waits for KVM's end must not be joined if it need not wait any more. */
	ledger_retry(r->ledger);
	rc = region_pin(r);
	return rc ? rc : region_find_chunks(r);
}

static void memory_unreserve(struct memory *m, struct region *r)
{
	struct region **at = &m->pending;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	r->next = NULL;
}

int memory_publish(struct memory *m, struct region *r)
{
	int rc = memory_grow(m);

	if (rc)
		return rc;
	memory_unreserve(m, r);
	ledger_put(r->ledger);
	r->ledger = NULL;
	memory_insert(m, r, memory_find(m, r->ua));
	return 0;
}

void memory_cancel(struct memory *m, struct region *r)
{
	memory_unreserve(m, r);
}

void memory_discard(struct region *r)
{
	if (r->mem && tally_put(r->ledger, r->mem))
		tally_orphan(r->ledger, r->mem);
	ledger_put(r->ledger);
	region_free(r);
}

/* May a TCE that is ours reach the region? */
static bool memory_reachable(struct memory *m, const struct region *r)
{
	bool mapped;

	spin_lock(&m->lock);
	mapped = r->mapped || (r->suspect && m->unknown);
	spin_unlock(&m->lock);
	return mapped || m->poison;
}

/* Return: the first address after the page, or the compound page. */
static u64 memory_dirty_page(u64 hpa)
{
	struct page *page = pfn_to_page(hpa >> PAGE_SHIFT);
	struct page *head = compound_head(page);

	if (!PageDirty(page))
		SetPageDirty(page);
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

/* Nobody knows which of its pages a device wrote to: all of them, then. */
static void memory_dirty_region(const struct region *r)
{
	unsigned long at;

	for (at = 0; at < r->size; at += PAGE_SIZE) {
		memory_dirty(region_hpa(r, r->ua + at), PAGE_SHIFT);
		cond_resched();
	}
}

/* Nothing of ours keeps a region; may it go? */
static bool memory_free_to_go(struct memory *m, const struct region *r)
{
	if (memory_reachable(m, r))
		return false;
	if (r->tainted || r->suspect)
		memory_dirty_region(r);
	return true;
}

static int memory_unpin(struct memory *m, u32 place)
{
	struct region *r = m->sorted[place];
	long rc;

	if (!memory_free_to_go(m, r))
		return -EBUSY;
	rc = tally_put(m->ledger, r->mem);
	if (rc)
		return rc;
	memory_extract(m, place);
	return 0;
}

/* For the end: false when the region has to stay for good. */
static bool memory_let_go(struct memory *m, u32 place)
{
	struct region *r = m->sorted[place];

	if (!memory_free_to_go(m, r))
		return false;
	if (tally_put(m->ledger, r->mem))
		tally_orphan(m->ledger, r->mem);
	memory_extract(m, place);
	return true;
}

int memory_unregister(struct memory *m, u64 ua, u64 size)
{
	u32 place;

	if (!memory_aligned(ua, size))
		return -EINVAL;
	place = memory_find(m, ua);
	if (!memory_exact(m, place, ua, size))
		return -ENOENT;
	return memory_unpin(m, place);
}

u64 memory_release(struct memory *m)
{
	struct region *pending = m->pending;
	u32 i = m->count;
	u64 stuck;

	/* KVM may have settled the last unknown TCE. */
	if (!m->unknown && !m->poison)
		loose_trust(&m->pages);
	stuck = m->pages.pages;
	while (i--) {
		if (!memory_let_go(m, i))
			stuck += m->sorted[i]->size >> PAGE_SHIFT;
		cond_resched();
	}
	/* Pinned regions live in the address space's list: keep it for them. */
	if (stuck)
		return stuck;
	kvfree(m->sorted);
	kvfree(m->by_id);
	loose_free(&m->pages);
	if (m->ledger)
		ledger_put(m->ledger);
	memory_init(m);
	m->pending = pending;
	return 0;
}

static inline struct region *memory_at(const struct memory *m, unsigned long ua)
{
	u32 place = memory_find(m, ua);
	struct region *r = place < m->count ? m->sorted[place] : NULL;

	return r && r->ua <= ua ? r : NULL;
}

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
		stop = min(end, r->ua + r->size);
		if (!region_covers(r, ua, stop, page_shift))
			return -EINVAL;
		ua = stop;
		cond_resched();
	}
	return 0;
}

/* Pages of a region were pinned when it was registered: count them. */
static u32 memory_hold_region(struct memory *m, const struct memory_run *run, u64 *hpa,
			      u32 *region)
{
	struct region *r = memory_at(m, run->ua);
	u64 left = (r->ua + r->size - run->ua) >> run->page_shift;
	u32 n = min_t(u64, run->n, left);

	region_resolve(r, run, n, hpa);
	spin_lock(&m->lock);
	r->mapped += n;
	spin_unlock(&m->lock);
	*region = r->id;
	return n;
}

u32 memory_hold(struct memory *m, const struct memory_run *run, u64 *hpa, u32 *region)
{
	if (!m->loose)
		return memory_hold_region(m, run, hpa, region);
	*region = MEMORY_LOOSE;
	loose_add(&m->pages, m->pins, run->ua, 1ULL << run->page_shift, run->n, hpa);
	return run->n;
}

bool memory_hold_page(struct memory *m, unsigned long ua, u32 page_shift, u64 *hpa, u32 *region)
{
	struct region *r = page_shift > PAGE_SHIFT || m->loose ? NULL : memory_at(m, ua);
	unsigned long left;

	if (!r)
		return false;
	*hpa = region_piece(r, ua, &left);
	*region = r->id;
	spin_lock(&m->lock);
	r->mapped++;
	spin_unlock(&m->lock);
	return true;
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
}

void memory_drop(struct memory *m, u32 region, u64 n)
{
	spin_lock(&m->lock);
	m->by_id[region - 1]->mapped -= n;
	spin_unlock(&m->lock);
}

void memory_suspect(struct memory *m, u32 region)
{
	m->by_id[region - 1]->suspect = true;
}

void memory_suspect_loose(struct memory *m, u64 tce)
{
	loose_suspect(&m->pages, tce);
}

void memory_unknown(struct memory *m, s64 n)
{
	bool none;
	u32 i;

	spin_lock(&m->lock);
	m->unknown += n;
	none = !m->unknown;
	spin_unlock(&m->lock);
	for (i = 0; none && i < m->count; i++) {
		m->sorted[i]->tainted |= m->sorted[i]->suspect;
		m->sorted[i]->suspect = false;
	}
	if (none)
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
