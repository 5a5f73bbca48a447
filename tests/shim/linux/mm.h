/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page frames and locked memory. A frame knows how often it is pinned. It is an error to mark a
 * frame dirty that is not pinned, since it may belong to somebody else by then.
 */
#ifndef SHIM_LINUX_MM_H
#define SHIM_LINUX_MM_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/page.h>

/**
 * struct page - one frame
 * @pins:  how often it is pinned
 * @order: log2 of the frames of the huge page that it is part of
 * @dirty: in a huge page's first frame, for the whole page
 * @file:  it belongs to an ordinary file
 * @bare:  ... of ext4, and has no buffers to write it with
 * @lock:  taken by folio_lock()
 */
struct page {
	int pins;
	u8 order;
	bool dirty;
	bool file;
	bool bare;
	bool lock;
};

struct page *pfn_to_page(unsigned long pfn);
unsigned long page_to_pfn(const struct page *page);
struct page *compound_head(struct page *page);
unsigned long compound_nr(struct page *head);
bool pfn_valid(unsigned long pfn);
bool PageDirty(struct page *page);
void SetPageDirty(struct page *page);

/* Each pin counts as this many references. */
#define SHIM_PIN_REFS	1024

static inline int page_ref_count(const struct page *page)
{
	return READ_ONCE(page->pins) * SHIM_PIN_REFS;
}

struct folio {
	struct page page;
};

struct super_block {
	unsigned long s_magic;
};

struct inode {
	struct super_block *i_sb;
};

struct address_space;

struct address_space_operations {
	bool (*dirty_folio)(struct address_space *mapping, struct folio *folio);
};

struct address_space {
	struct inode *host;
	const struct address_space_operations *a_ops;
};

static inline struct folio *page_folio(struct page *page)
{
	return (struct folio *)compound_head(page);
}

static inline bool folio_test_hugetlb(const struct folio *folio)
{
	return folio->page.order;
}

static inline bool folio_test_swapbacked(const struct folio *folio)
{
	return !folio->page.order && !folio->page.file;
}

static inline bool folio_test_anon(const struct folio *folio)
{
	return folio_test_swapbacked(folio);
}

static inline bool folio_test_private(const struct folio *folio)
{
	return !folio->page.bare;
}

struct address_space *folio_mapping(struct folio *folio);
void folio_lock(struct folio *folio);
void folio_unlock(struct folio *folio);
/* Called with the folio's lock. */
bool folio_mark_dirty(struct folio *folio);
bool block_dirty_folio(struct address_space *mapping, struct folio *folio);

#define FOLL_WRITE	0x1
#define FOLL_LONGTERM	0x100

/* Pins pages of the current process; stops at the first missing one. */
int pin_user_pages_fast(unsigned long start, int n, unsigned int flags, struct page **pages);
void unpin_user_page(struct page *page);
void unpin_user_pages(struct page **pages, unsigned long n);
/* For neighbouring frames. */
void unpin_user_page_range_dirty_lock(struct page *page, unsigned long n, bool dirty);

void mmap_write_lock(struct mm_struct *mm);
void mmap_write_unlock(struct mm_struct *mm);
/* Called with the mmap_lock. */
int __account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc,
			struct task_struct *task, bool bypass_rlim);
int account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc);

#define MAX_PHYSMEM_BITS	51

#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define PAGE_ALIGNED(addr)	IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define PHYS_PFN(x)		((unsigned long)((x) >> PAGE_SHIFT))

#endif
