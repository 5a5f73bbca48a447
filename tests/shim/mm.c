// SPDX-License-Identifier: GPL-2.0-only
/*
 * mm.c - fake physical memory, fake user memory, locked memory.
 *
 * Frames are allocated in ascending order and never freed before the next shim_reset(). A piece
 * of user memory gets a run of frames in reverse order, page by page: the physical address of a
 * page says nothing about that of the next page.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "shim.h"

#define FRAMES		(1UL << 20)
#define FIRST_FRAME	16	/* so that no address is 0 */

/**
 * struct vma - a piece of user memory
 * @next:  the next piece of the same address space
 * @ua:    user address
 * @size:  bytes
 * @shift: log2 of its pages' size
 * @pfn:   the run of frames behind it
 * @flat:  frames are in ascending order
 */
struct vma {
	struct vma *next;
	unsigned long ua;
	unsigned long size;
	unsigned int shift;
	unsigned long pfn;
	bool flat;
};

static struct page frames[FRAMES];
static unsigned long next_frame = FIRST_FRAME;
static struct vma vmas[256];
static unsigned int vma_count;
static struct countdown fail_pin;
static struct page *bad_page;	/* the page that it hit */
static void (*on_mmap_lock)(void);
static pthread_mutex_t accounting = PTHREAD_MUTEX_INITIALIZER;

void shim_mm_reset(void)
{
	memset(frames, 0, next_frame * sizeof(frames[0]));
	next_frame = FIRST_FRAME;
	vma_count = 0;
	fail_pin.left = 0;
	bad_page = NULL;
	on_mmap_lock = NULL;
}

void shim_mm_init(struct mm_struct *mm, unsigned long limit)
{
	memset(mm, 0, sizeof(*mm));
	mm->limit = limit;
	mm->regions.next = mm->regions.prev = &mm->regions;
}

void shim_map_user(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned int shift)
{
	unsigned long per_page = 1UL << (shift - PAGE_SHIFT);
	unsigned long n = size >> PAGE_SHIFT;
	struct vma *vma = &vmas[vma_count++];
	unsigned long i;

	BUG_ON(vma_count > ARRAY_SIZE(vmas));
	next_frame = ALIGN(next_frame, per_page);
	BUG_ON(next_frame + n > FRAMES);
	*vma = (struct vma){ mm->vmas, ua, size, shift, next_frame, false };
	mm->vmas = vma;
	for (i = 0; i < n; i++)
		frames[next_frame + i].order = shift - PAGE_SHIFT;
	next_frame += n;
}

void shim_map_flat(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned int align)
{
	next_frame = ALIGN(next_frame, 1UL << (align - PAGE_SHIFT));
	shim_map_user(mm, ua, size, PAGE_SHIFT);
	mm->vmas->flat = true;
}

static const struct vma *find_vma(const struct mm_struct *mm, unsigned long ua)
{
	const struct vma *vma;

	for (vma = mm->vmas; vma; vma = vma->next)
		if (ua >= vma->ua && ua - vma->ua < vma->size)
			return vma;
	return NULL;
}

void shim_map_again(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned long of)
{
	const struct vma *same = find_vma(mm, of);
	struct vma *vma = &vmas[vma_count++];

	BUG_ON(vma_count > ARRAY_SIZE(vmas) || !same || of != same->ua || size > same->size);
	*vma = (struct vma){ mm->vmas, ua, size, same->shift, same->pfn, same->flat };
	mm->vmas = vma;
}

static unsigned long vma_pfn(const struct vma *vma, unsigned long ua)
{
	unsigned long pages = vma->size >> vma->shift;
	unsigned long page = (ua - vma->ua) >> vma->shift;
	unsigned long within = ((ua - vma->ua) & ((1UL << vma->shift) - 1)) >> PAGE_SHIFT;

	if (vma->flat)
		return vma->pfn + page;
	return vma->pfn + ((pages - 1 - page) << (vma->shift - PAGE_SHIFT)) + within;
}

struct page *shim_user_page(const struct mm_struct *mm, unsigned long ua)
{
	const struct vma *vma = find_vma(mm, ua);

	return vma ? &frames[vma_pfn(vma, ua)] : NULL;
}

u64 shim_hpa(const struct mm_struct *mm, unsigned long ua)
{
	struct page *page = shim_user_page(mm, ua);

	BUG_ON(!page);
	return (u64)page_to_pfn(page) << PAGE_SHIFT | (ua & ~PAGE_MASK);
}

void shim_fail_pin(u64 nth)
{
	bad_page = NULL;
	fail_pin.left = nth;
}

bool shim_pin_armed(void)
{
	return fail_pin.left;
}

bool shim_pin(struct page *page)
{
	if (countdown_hits(&fail_pin))
		bad_page = page;
	if (page == bad_page)
		return false;
	shim_fetch_add(&page->pins, 1);
	return true;
}

void shim_unpin(struct page *page)
{
	BUG_ON(shim_fetch_add(&page->pins, -1) <= 0);
}

u64 shim_pins(void)
{
	unsigned long i;
	u64 sum = 0;

	for (i = 0; i < next_frame; i++)
		sum += frames[i].pins;
	return sum;
}

bool shim_pinned(u64 hpa)
{
	return pfn_valid(hpa >> PAGE_SHIFT) && frames[hpa >> PAGE_SHIFT].pins > 0;
}

bool shim_dirty(u64 hpa)
{
	return PageDirty(pfn_to_page(hpa >> PAGE_SHIFT));
}

u64 shim_dirty_count(void)
{
	unsigned long i;
	u64 sum = 0;

	for (i = 0; i < next_frame; i++)
		sum += frames[i].dirty;
	return sum;
}

u64 shim_ram_size(void)
{
	return (u64)FRAMES << PAGE_SHIFT;
}

bool pfn_valid(unsigned long pfn)
{
	return pfn >= FIRST_FRAME && pfn < next_frame;
}

struct page *pfn_to_page(unsigned long pfn)
{
	BUG_ON(!pfn_valid(pfn));
	return &frames[pfn];
}

unsigned long page_to_pfn(const struct page *page)
{
	return page - frames;
}

struct page *compound_head(struct page *page)
{
	return &frames[page_to_pfn(page) & ~((1UL << page->order) - 1)];
}

unsigned long compound_nr(struct page *head)
{
	return 1UL << head->order;
}

bool PageDirty(struct page *page)
{
	return READ_ONCE(compound_head(page)->dirty);
}

void SetPageDirty(struct page *page)
{
	BUG_ON(READ_ONCE(page->pins) <= 0);
	BUG_ON(page->file);
	WRITE_ONCE(compound_head(page)->dirty, true);
}

/* --- pages of files --- */

static bool ext4_dirty(struct address_space *mapping, struct folio *folio)
{
	return true;
}

struct address_space *folio_mapping(struct folio *folio)
{
	static struct super_block sb = { .s_magic = EXT4_SUPER_MAGIC };
	static const struct address_space_operations ops = { .dirty_folio = ext4_dirty };
	static struct inode inode = { .i_sb = &sb };
	static struct address_space ext4 = { .host = &inode, .a_ops = &ops };

	return folio->page.file ? &ext4 : NULL;
}

bool block_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	return false;
}

void folio_lock(struct folio *folio)
{
	shim_may_sleep();
	while (__atomic_exchange_n(&folio->page.lock, true, __ATOMIC_ACQUIRE))
		cond_resched();
}

void folio_unlock(struct folio *folio)
{
	BUG_ON(!__atomic_exchange_n(&folio->page.lock, false, __ATOMIC_RELEASE));
}

bool folio_mark_dirty(struct folio *folio)
{
	BUG_ON(READ_ONCE(folio->page.pins) <= 0);
	BUG_ON(!folio->page.lock || !folio->page.file || folio->page.bare);
	WRITE_ONCE(folio->page.dirty, true);
	return true;
}

void shim_map_file(struct mm_struct *mm, unsigned long ua, unsigned long size)
{
	unsigned long i;

	shim_map_user(mm, ua, size, PAGE_SHIFT);
	for (i = 0; i < size >> PAGE_SHIFT; i++)
		frames[mm->vmas->pfn + i].file = true;
}

void shim_on_mmap_lock(void (*fn)(void))
{
	on_mmap_lock = fn;
}

void mmap_write_lock(struct mm_struct *mm)
{
	shim_may_sleep();
	BUG_ON(shim_locks_for_all());
	if (on_mmap_lock)
		on_mmap_lock();
	pthread_mutex_lock(&accounting);
}

void mmap_write_unlock(struct mm_struct *mm)
{
	pthread_mutex_unlock(&accounting);
}

int __account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc,
			struct task_struct *task, bool bypass_rlim)
{
	if (inc && !bypass_rlim && mm->locked_vm + pages > mm->limit)
		return -ENOMEM;
	BUG_ON(!inc && mm->locked_vm < pages);
	mm->locked_vm += inc ? pages : -pages;
	return 0;
}

int account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc)
{
	int rc;

	if (!mm || !pages)
		return 0;
	mmap_write_lock(mm);
	rc = __account_locked_vm(mm, pages, inc, current, false);
	mmap_write_unlock(mm);
	return rc;
}
