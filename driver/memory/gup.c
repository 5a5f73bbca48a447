// SPDX-License-Identifier: GPL-2.0-only
/*
 * gup.c - pinning and marking of user pages, by the rules of the kernel's memory management.
 */
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "compat/pin_user_pages.h"
#include "memory/gup.h"

/*
 * Each pin adds 1,024 to a small page's count, and from 2^31 on the kernel warns, which may stop
 * the machine. One page of a file can be mapped at any number of addresses in any number of
 * processes: all of them together get 131,072 pins of it.
 */
#define PAGES_MOST_REFS		(1 << 27)

/* --- pinning --- */

/* Is a page pinned too often? Consecutive pages of a compound page are checked once. */
static bool pages_worn_out(struct page **page, unsigned long n, bool *files)
{
	unsigned long i, part;

	for (i = 0; i < n; i += part) {
		struct page *head = compound_head(page[i]);
		unsigned long left = compound_nr(head) - (page_to_pfn(page[i]) - page_to_pfn(head));

		if (page_ref_count(head) > PAGES_MOST_REFS)
			return true;
		if (files && !*files)
			*files = page_of_file(head);
		part = gup_follow(page + i, min(n - i, left));
	}
	return false;
}

/* Users get the same error for all memory that cannot be pinned. */
static int pages_refusal(int rc)
{
	return rc == -ENOMEM || rc == -EINTR ? rc : -EFAULT;
}

int gup_pin(unsigned long ua, int n, bool write, struct page **page, bool *files)
{
	int got = write ? pin_user_pages_fast(ua, n, FOLL_WRITE | FOLL_LONGTERM, page)
			: pin_for_reading(ua, n, page);

	/* Several processors may exceed the bound at once, but by far less than would do harm. */
	if (got > 0 && pages_worn_out(page, got, files)) {
		unpin_user_pages(page, got);
		return -ENOMEM;
	}
	return got > 0 ? got : pages_refusal(got);
}

/* --- marking --- */

bool page_of_file(struct page *page)
{
	struct folio *folio = page_folio(page);

	return !folio_test_swapbacked(folio) && !folio_test_anon(folio) &&
	       !folio_test_hugetlb(folio) && folio_mapping(folio);
}

void page_mark(struct page *page)
{
	if (!PageDirty(page) && !page_of_file(page))
		SetPageDirty(page);
}

/*
 * ext4 writes back pages that have buffers, and warns when a page without them is marked dirty.
 * It gives a page buffers when the process writes to it. Reclaim takes them away where it does
 * not check for pins.
 */
static bool page_is_bare(struct folio *folio)
{
	const struct address_space *mapping = folio_mapping(folio);

	return mapping->host->i_sb->s_magic == EXT4_SUPER_MAGIC &&
	       mapping->a_ops->dirty_folio != block_dirty_folio && !folio_test_private(folio);
}

static void page_mark_locked(struct page *page, struct folio *folio)
{
	if (!page_of_file(page))
		return;		/* cut off its file meanwhile */
	if (page_is_bare(folio))
		pr_warn_ratelimited("vfio_pseries: a file's disk lacks what a device wrote\n");
	else
		folio_mark_dirty(folio);
}

static void page_mark_file(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!page_of_file(page))
		return;
	folio_lock(folio);
	page_mark_locked(page, folio);
	folio_unlock(folio);
}

void gup_mark_files(unsigned long pfn, unsigned long n)
{
	for (; n; n--, pfn++)
		page_mark_file(pfn_to_page(pfn));
}
