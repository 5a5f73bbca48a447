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
#include <linux/sched/mm.h>
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
}

int memory_adopt_mm(struct memory *m)
{
	if (m->mm)
		return memory_foreign(m) ? -EPERM : 0;
	mmgrab(current->mm);
	m->mm = current->mm;
	return 0;
}

bool memory_foreign(const struct memory *m)
{
	return m->mm && m->mm != current->mm;
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
static void region_find_chunks(struct region *r)
{
	unsigned long first = region_first_chunk(r);
	unsigned long end = (r->ua + r->size) >> MEMORY_CHUNK_SHIFT;
	unsigned long i, n = first < end ? end - first : 0;

	r->chunk = n ? kvcalloc(n, sizeof(*r->chunk), GFP_KERNEL_ACCOUNT | __GFP_NOWARN) : NULL;
	if (!r->chunk)
		return;
	for (i = 0; i < n; i++) {
		r->chunk[i] = region_chunk(r, (first + i) << MEMORY_CHUNK_SHIFT);
		cond_resched();
	}
	r->chunks = n;
}

/* Where @ua is, and how many bytes from there on are known to follow each other. */
static u64 region_piece(const struct region *r, unsigned long ua, unsigned long *left)
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
 * after a huge one don't lower it.
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
	unsigned long hpa;

	if (mm_iommu_ua_to_hpa(r->mem, ua, page_shift, &hpa))
		return false;
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
static u32 memory_find(const struct memory *m, unsigned long ua)
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

/*
 * Pin a range, or join a use of it in the same address space. mm_iommu_new()
 * hands a short pin's positive page count through as its result.
 */
static int memory_pin(struct memory *m, struct region *r)
{
	unsigned long pages = r->size >> PAGE_SHIFT;
	long rc;

	r->mem = mm_iommu_get(m->mm, r->ua, pages);
	if (r->mem)
		return 0;
	/* More than there is can't be pinned; don't let it reach vmalloc(). */
	if (pages > totalram_pages())
		return -ENOMEM;
	rc = mm_iommu_new(m->mm, r->ua, pages, &r->mem);
	return rc > 0 ? -EFAULT : rc;
}

int memory_register(struct memory *m, u64 ua, u64 size)
{
	struct region *r;
	u32 place;
	int rc;

	if (!memory_aligned(ua, size))
		return -EINVAL;
	place = memory_find(m, ua);
	if (memory_exact(m, place, ua, size))
		return -EBUSY;
	if (place < m->count && m->sorted[place]->ua <= ua + (size - 1))
		return -EINVAL;
	rc = memory_grow(m);
	if (rc)
		return rc;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	r->ua = ua;
	r->size = size;
	rc = memory_pin(m, r);
	if (rc) {
		region_free(r);
		return rc;
	}
	region_find_chunks(r);
	memory_insert(m, r, place);
	return 0;
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

u64 memory_dirty(u64 hpa, u32 page_shift)
{
	struct page *page = pfn_to_page(hpa >> PAGE_SHIFT);
	struct page *head = compound_head(page);

	/* An IOMMU page larger than the kernel's lies in one compound page. */
	if (!PageDirty(page))
		SetPageDirty(page);
	return (page_to_pfn(head) + compound_nr(head)) << PAGE_SHIFT;
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
	rc = tally_put(m->mm, r->mem);
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
	if (tally_put(m->mm, r->mem))
		tally_orphan(m->mm, r->mem);
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
	u64 stuck = 0;
	u32 i = m->count;

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
	if (m->mm)
		mmdrop(m->mm);
	memory_init(m);
	return 0;
}

static struct region *memory_at(const struct memory *m, unsigned long ua)
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
	}
	return 0;
}

/* Pages of a region were pinned when it was registered: count them. */
static int memory_hold_region(struct memory *m, const struct memory_run *run, u64 *hpa,
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

/* One pin per TCE, also when several TCEs lie in one page of the kernel's. */
static int memory_hold_loose(const struct memory_run *run, u64 *hpa)
{
	unsigned int flags = FOLL_LONGTERM | (run->perm & PAPR_TCE_WRITE ? FOLL_WRITE : 0);
	u32 i;

	for (i = 0; i < run->n; i++) {
		unsigned long ua = run->ua + ((unsigned long)i << run->page_shift);
		struct page *page;

		if (pin_user_pages_fast(ua & PAGE_MASK, 1, flags, &page) != 1)
			return i ? (int)i : -EFAULT;
		hpa[i] = (u64)page_to_pfn(page) << PAGE_SHIFT | (ua & ~PAGE_MASK);
	}
	return i;
}

int memory_hold(struct memory *m, const struct memory_run *run, u64 *hpa, u32 *region)
{
	if (!m->loose)
		return memory_hold_region(m, run, hpa, region);
	*region = MEMORY_LOOSE;
	return memory_hold_loose(run, hpa);
}

void memory_drop_loose(u64 hpa)
{
	unpin_user_page(pfn_to_page(hpa >> PAGE_SHIFT));
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
