// SPDX-License-Identifier: GPL-2.0-only
/*
 * page_runs.c - runs of pages, found by user address.
 *
 * A run that continues in the next block is stored as two, one in each block. So a block is
 * searched without the others, and its array is small enough to be allocated in one piece.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "memory/page_runs.h"
#include "memory/gup.h"

/* More than any process can address. */
#define PAGE_RUNS_MOST_BYTES	(1ULL << 52)

int page_runs_init(struct page_runs *r, unsigned long ua, unsigned long pages)
{
	u64 first = ua >> PAGE_SHIFT, last = first + (pages - 1);
	u64 blocks = (last >> PAGE_RUNS_BLOCK_SHIFT) - (first >> PAGE_RUNS_BLOCK_SHIFT) + 1;

	/* A frame's number and the page's place in the block have to fit into 64 bits. */
	BUILD_BUG_ON(MAX_PHYSMEM_BITS - PAGE_SHIFT > 64 - PAGE_RUNS_BLOCK_SHIFT);
	if (pages > PAGE_RUNS_MOST_BYTES >> PAGE_SHIFT)
		return -EFAULT;
	*r = (struct page_runs){ .first = first, .blocks = blocks, .block = &r->one };
	if (blocks > 1)
		r->block = kvcalloc(blocks, sizeof(*r->block), GFP_KERNEL_ACCOUNT);
	return r->block ? 0 : -ENOMEM;
}

void page_runs_free(struct page_runs *r)
{
	u32 i;

	for (i = 0; r->block && i < r->blocks; i++) {
		kvfree(r->block[i].run);
		cond_resched();
	}
	if (r->block != &r->one)
		kvfree(r->block);
	r->block = NULL;
}

u64 page_runs_bytes(const struct page_runs *r)
{
	u64 bytes = r->blocks > 1 ? r->blocks * sizeof(*r->block) : 0;
	u32 i;

	for (i = 0; i < r->blocks; i++)
		bytes += r->block[i].n * sizeof(*r->block[i].run);
	return bytes;
}

/* --- filling --- */

/* Move a block's runs to an array of another size. */
static int block_resize(struct page_runs_block *b, u32 room)
{
	u64 *run = kvmalloc_array(room, sizeof(*run), GFP_KERNEL_ACCOUNT);

	if (!run)
		return -ENOMEM;
	if (b->n)
		memcpy(run, b->run, b->n * sizeof(*run));
	kvfree(b->run);
	b->run = run;
	return 0;
}

/* Until it is trimmed, an array has room for the next power of two. */
static bool block_full(const struct page_runs_block *b)
{
	return !(b->n & (b->n - 1));
}

static int block_trim(struct page_runs_block *b)
{
	return block_full(b) ? 0 : block_resize(b, b->n);
}

int page_runs_trim(struct page_runs *r)
{
	return block_trim(&r->block[r->blocks - 1]);
}

static int block_begin(struct page_runs *r, struct page_runs_block *b, u64 run)
{
	int rc = 0;

	/* The block before it is complete. */
	if (!b->n && b > r->block)
		rc = block_trim(b - 1);
	if (!rc && block_full(b))
		rc = block_resize(b, b->n ? 2 * b->n : 1);
	if (!rc)
		b->run[b->n++] = run;
	return rc;
}

static u64 run_make(u64 pfn, u64 page)
{
	return pfn << PAGE_RUNS_BLOCK_SHIFT | (page & PAGE_RUNS_BLOCK_MASK);
}

/* Does a page of the block continue this run, in memory, too? */
static bool run_goes_on(u64 run, u64 pfn, u64 page)
{
	return pfn - (run >> PAGE_RUNS_BLOCK_SHIFT) ==
	       (page & PAGE_RUNS_BLOCK_MASK) - (run & PAGE_RUNS_BLOCK_MASK);
}

unsigned long page_runs_add(struct page_runs *r, struct page **page, unsigned long n)
{
	unsigned long i, part;

	for (i = 0; i < n; i += part, r->pages += part) {
		u64 at = r->first + r->pages, pfn = page_to_pfn(page[i]);
		struct page_runs_block *b = r->block + page_runs_block_of(r, at);

		if (!b->n || !run_goes_on(b->run[b->n - 1], pfn, at))
			if (block_begin(r, b, run_make(pfn, at)))
				break;
		/* Contiguous pages continue the run, up to the end of the block. */
		part = gup_follow(page + i, min_t(u64, n - i, PAGE_RUNS_BLOCK_MASK + 1 -
							       (at & PAGE_RUNS_BLOCK_MASK)));
	}
	return i;
}

bool page_runs_equal(const struct page_runs *a, const struct page_runs *b)
{
	u32 i;

	if (a->first != b->first || a->pages != b->pages)
		return false;
	for (i = 0; i < a->blocks; i++) {
		const struct page_runs_block *x = &a->block[i], *y = &b->block[i];

		if (x->n != y->n || memcmp(x->run, y->run, x->n * sizeof(*x->run)))
			return false;
		cond_resched();
	}
	return true;
}

/* --- looking up --- */

/* The first page of a block, counted from user address 0; the range may begin later. */
static u64 block_base(const struct page_runs *r, u32 block)
{
	return ((r->first >> PAGE_RUNS_BLOCK_SHIFT) + block) << PAGE_RUNS_BLOCK_SHIFT;
}

/* The page behind the end of a run. */
static u64 run_end(const struct page_runs *r, u32 block, u32 at)
{
	const struct page_runs_block *b = &r->block[block];

	if (at + 1 < b->n)
		return block_base(r, block) + (b->run[at + 1] & PAGE_RUNS_BLOCK_MASK);
	return min(block_base(r, block + 1), r->first + r->pages);
}

/* The run that has a page of the block: the last one that does not begin behind the page. */
static u32 block_find(const struct page_runs_block *b, u64 page)
{
	u32 low = 0, high = b->n;

	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if ((b->run[mid] & PAGE_RUNS_BLOCK_MASK) <= (page & PAGE_RUNS_BLOCK_MASK))
			low = mid;
		else
			high = mid;
	}
	return low;
}

void page_runs_find(const struct page_runs *r, unsigned long ua, struct piece *p)
{
	u64 page = ua >> PAGE_SHIFT;

	p->block = page_runs_block_of(r, page);
	p->at = block_find(&r->block[p->block], page);
	p->hpa = page_runs_hpa(r->block[p->block].run[p->at], ua);
	p->left = (run_end(r, p->block, p->at) << PAGE_SHIFT) - ua;
}

u32 page_runs_seek(struct page_runs *r, const struct page_runs_block *b, u64 page)
{
	u32 at = READ_ONCE(r->last) + 1;

	if (!page_runs_block_has(b, at, page))
		at = block_find(b, page);
	WRITE_ONCE(r->last, at);
	return at;
}

bool page_runs_next(const struct page_runs *r, struct piece *p)
{
	u64 run;

	if (++p->at == r->block[p->block].n) {
		/* In a range that is not complete, later blocks are empty. */
		if (p->block + 1 == r->blocks || !r->block[p->block + 1].n)
			return false;
		p->block++;
		p->at = 0;
	}
	run = r->block[p->block].run[p->at];
	p->hpa = run >> PAGE_RUNS_BLOCK_SHIFT << PAGE_SHIFT;
	p->left = (run_end(r, p->block, p->at) - block_base(r, p->block) -
		   (run & PAGE_RUNS_BLOCK_MASK)) << PAGE_SHIFT;
	return true;
}

/* An IOMMU page larger than the kernel's begins and ends with a run, or lies within it. */
bool page_runs_fit(const struct page_runs *r, unsigned long ua, unsigned long end, u32 page_shift)
{
	const u64 mask = (1ULL << page_shift) - 1;
	struct piece p;
	bool more;

	if (page_shift <= PAGE_SHIFT)
		return true;
	page_runs_find(r, ua, &p);
	do {
		u64 n = min_t(u64, p.left, end - ua);

		if ((p.hpa | n) & mask)
			return false;
		ua += n;
		more = ua < end && page_runs_next(r, &p);
		cond_resched();
	} while (more);
	return true;
}

void page_runs_list(const struct page_runs *r, unsigned long ua, u32 page_shift, u64 perm, u32 n,
		    __be64 *list)
{
	const u64 step = 1ULL << page_shift;
	const __be64 *end = list + n;
	struct piece p;

	page_runs_find(r, ua, &p);
	do {
		const __be64 *stop = list + min_t(u64, p.left >> page_shift, end - list);
		u64 tce = p.hpa | perm;

		/* This loop is most of what a MAP costs per TCE. */
		for (; list < stop; tce += step)
			*list++ = cpu_to_be64(tce);
	} while (list < end && page_runs_next(r, &p));
}
