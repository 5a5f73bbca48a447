/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_runs.h - where the pages of a user range are, kept as runs of contiguous pages.
 *
 * A run takes eight bytes, so a page never takes more than eight. A range is filled once, from its
 * first page on. After that it is only read, by any thread and without a lock.
 */
#ifndef VFIO_PSERIES_PAGE_RUNS_H
#define VFIO_PSERIES_PAGE_RUNS_H

#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/types.h>

/*
 * A run holds the place of its first page in the block, in the low bits, and that page's frame.
 * Blocks are cut from user address 0 on, so that no IOMMU page lies in two of them.
 */
#define PAGE_RUNS_BLOCK_SHIFT	22
#define PAGE_RUNS_BLOCK_MASK		((1ULL << PAGE_RUNS_BLOCK_SHIFT) - 1)

/**
 * struct page_runs_block - the runs of up to 2^PAGE_RUNS_BLOCK_SHIFT pages
 * @run: each of them, in order
 * @n:   how many
 */
struct page_runs_block {
	u64 *run;
	u32 n;
};

/**
 * struct page_runs - a user range
 * @first:  its first page, counted from user address 0
 * @pages:  how many were added so far
 * @blocks: how many blocks the range touches
 * @block:  the blocks
 * @one:    the block, if there is only one
 * @last:   the run that page_runs_page() found last, by its place in its block. Readers write it
 *          without a lock, so it may have any value: it is read once, and then checked
 */
struct page_runs {
	u64 first;
	u64 pages;
	u32 blocks;
	struct page_runs_block *block;
	struct page_runs_block one;
	u32 last;
};

/**
 * struct piece - a part of a run, from some user address to the run's end
 * @hpa:   host physical address
 * @left:  bytes
 * @block: the run's block
 * @at:    the run's place in the block
 */
struct piece {
	u64 hpa;
	u64 left;
	u32 block;
	u32 at;
};

/**
 * page_runs_init() - make a range without pages
 * @r:     to be filled
 * @ua:    user address, page aligned
 * @pages: how many it will have, at least 1
 *
 * Context: may sleep. Return: 0; -ENOMEM; -EFAULT (no process has so much).
 */
int page_runs_init(struct page_runs *r, unsigned long ua, unsigned long pages);

/**
 * page_runs_add() - add the next pages of the range
 *
 * Context: may sleep. Return: how many were added, fewer than @n without memory.
 */
unsigned long page_runs_add(struct page_runs *r, struct page **page, unsigned long n);

/**
 * page_runs_trim() - free what is not needed, after the last page was added
 *
 * Context: may sleep. Return: 0; -ENOMEM.
 */
int page_runs_trim(struct page_runs *r);

void page_runs_free(struct page_runs *r);

/**
 * page_runs_bytes() - memory that the runs take, apart from struct page_runs itself
 */
u64 page_runs_bytes(const struct page_runs *r);

/**
 * page_runs_equal() - the same pages at the same user addresses? Both are trimmed.
 */
bool page_runs_equal(const struct page_runs *a, const struct page_runs *b);

/**
 * page_runs_find() - the piece that begins at a user address of the range
 *
 * Its time grows with the logarithm of the number of runs; that of page_runs_next() is constant.
 */
void page_runs_find(const struct page_runs *r, unsigned long ua, struct piece *p);

/* The block of a page, counted from user address 0, in the range's array. */
static inline u32 page_runs_block_of(const struct page_runs *r, u64 page)
{
	return (page >> PAGE_RUNS_BLOCK_SHIFT) - (r->first >> PAGE_RUNS_BLOCK_SHIFT);
}

/* The host physical address of a user address that lies in a run. */
static inline u64 page_runs_hpa(u64 run, unsigned long ua)
{
	u64 skip = ((ua >> PAGE_SHIFT) & PAGE_RUNS_BLOCK_MASK) - (run & PAGE_RUNS_BLOCK_MASK);

	return ((run >> PAGE_RUNS_BLOCK_SHIFT) + skip) << PAGE_SHIFT | (ua & ~PAGE_MASK);
}

static inline bool page_runs_block_has(const struct page_runs_block *b, u32 at, u64 page)
{
	if (at >= b->n || (b->run[at] & PAGE_RUNS_BLOCK_MASK) > page)
		return false;
	return at + 1 == b->n || (b->run[at + 1] & PAGE_RUNS_BLOCK_MASK) > page;
}

/**
 * page_runs_seek() - find the run that has a page of a block, and note it in @r->last
 */
u32 page_runs_seek(struct page_runs *r, const struct page_runs_block *b, u64 page);

/**
 * page_runs_page() - the host physical address of one byte of the range
 *
 * Close to the page that was asked for last it is quick, else it takes as long as page_runs_find().
 */
static inline u64 page_runs_page(struct page_runs *r, unsigned long ua)
{
	u64 page = ua >> PAGE_SHIFT;
	const struct page_runs_block *b = &r->block[page_runs_block_of(r, page)];
	u32 at = READ_ONCE(r->last);

	page &= PAGE_RUNS_BLOCK_MASK;
	if (!page_runs_block_has(b, at, page))
		at = page_runs_seek(r, b, page);
	return page_runs_hpa(b->run[at], ua);
}

/**
 * page_runs_next() - go on to the next piece, which is the whole of the next run
 *
 * Return: false when there is none.
 */
bool page_runs_next(const struct page_runs *r, struct piece *p);

/**
 * page_runs_fit() - is each IOMMU page of [ua, end) one piece? The last must not end behind @end.
 * @page_shift: log2 of the IOMMU page size, to which @ua is aligned
 *
 * Context: may sleep.
 */
bool page_runs_fit(const struct page_runs *r, unsigned long ua, unsigned long end, u32 page_shift);

/**
 * page_runs_list() - TCEs of consecutive IOMMU pages
 * @r:          the range
 * @ua:         user address of the first
 * @page_shift: log2 of their size; page_runs_fit() holds
 * @perm:       the TCEs' permissions
 * @n:          how many; all of them lie in the range
 * @list:       to be filled
 */
void page_runs_list(const struct page_runs *r, unsigned long ua, u32 page_shift, u64 perm, u32 n,
		    __be64 *list);

#endif
