/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * regions.h - memory that a user registered for DMA.
 *
 * Its pages are pinned in pin.h, which resolves user addresses to host physical ones. How many
 * TCEs name a region is counted here and nowhere else, so that no writer outside of this module
 * can make us unpin a reachable page.
 */
#ifndef VFIO_PSERIES_REGIONS_H
#define VFIO_PSERIES_REGIONS_H

#include <linux/atomic.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include "memory/v1_pages.h"

struct user_mm;
struct mm_struct;
struct pin;

/* Region id of TCEs whose pages are pinned one by one. */
#define REGIONS_V1	(~0U)

/**
 * struct region - one registered range
 * @node:    in the user's regions, by user address
 * @ua:      user address of its first byte
 * @size:    bytes
 * @id:      its id in shadow entries; 0 while the range is only reserved
 * @pin:     its pinned pages; NULL before they are pinned
 * @mapped:  shadow entries that name it
 * @suspect: an entry in an unknown state may translate to it, though the entry names
 *           another region
 * @tainted: it was suspect once: a device may have written to any of its pages
 * @next_suspect: another suspect region
 * @user_mm:  those of its address space, referenced, while the range is only reserved
 */
struct region {
	struct rb_node node;
	unsigned long ua;
	unsigned long size;
	u32 id;
	struct pin *pin;
	atomic64_t mapped;
	bool suspect;
	bool tainted;
	struct region *next_suspect;
	struct user_mm *user_mm;
};

/**
 * struct regions - the registered memory of one user
 * @mm:      the address space, set by the first call that needs one
 * @user_mm: the pins of @mm, which hold a reference to @mm
 * @by_ua:   by user address, reserved ranges included
 * @by_id:   regions by id - 1, with holes
 * @spare:   the ids of these holes; the next one to be used is the last
 * @count:   regions that have an id
 * @room:    allocated entries of both arrays
 * @unknown: TCEs in an unknown state, in all tables that use this memory
 * @suspect: regions that such a TCE may reach
 * @files:   there are, or were, pages of ordinary files among the regions
 * @poison:  a window that the user no longer has may still reach any region
 * @v1:      nothing is registered, pages are pinned as they are mapped (v1 API)
 * @pages:   the v1 pages
 * @pins:    the pages of the MAP that is running (v1)
 * @lock:    guards @by_id, @unknown, @pages, @suspect and each region's @suspect, @tainted and
 *           @next_suspect, which change with TCEs; innermost. @by_id changes with the
 *           IOAS's lock held for writing, too
 *
 * The lock of the IOAS guards all else. The v1 API always holds it for writing.
 */
struct regions {
	struct mm_struct *mm;
	struct user_mm *user_mm;
	struct rb_root by_ua;
	struct region **by_id;
	u32 *spare;
	u32 count;
	u32 room;
	u64 unknown;
	struct region *suspect;
	bool files;
	bool poison;
	bool v1;
	struct v1_pages pages;
	struct v1_pins *pins;
	spinlock_t lock;
};

void regions_init(struct regions *m);

/**
 * regions_release() - unpin everything at the IOAS's end
 *
 * Regions that a TCE may still reach stay pinned for good. Regions that KVM has put
 * into another container's table stay pinned until that table is gone.
 *
 * Context: may sleep. Return: the number of pages that had to stay pinned.
 */
u64 regions_release(struct regions *m);

/**
 * regions_adopt_mm() - bind to the caller's address space
 *
 * Context: may sleep. Return: 0; -EPERM when bound to another one; -ENOMEM.
 */
int regions_adopt_mm(struct regions *m);

/**
 * regions_foreign() - does the caller have another address space than the owner?
 */
static inline bool regions_foreign(const struct regions *m)
{
	return m->mm && m->mm != current->mm;
}

/**
 * regions_reserve() - register a range, step 1: reserve it for this call
 * @m:        the memory, bound to an address space
 * @ua:       user address, page aligned
 * @size:     bytes, page aligned, not 0
 * @reserved: the range; regions_pin() has to follow
 *
 * Context: may sleep; the IOAS's lock is held.
 * Return: 0; -EINVAL (geometry, overlap with another region), -EBUSY (this
 * very range is registered), -ENOMEM.
 */
int regions_reserve(struct regions *m, u64 ua, u64 size, struct region **reserved);

/**
 * regions_pin() - step 2: pin its pages, in the process that owns the memory
 *
 * struct regions is not touched: its IOAS may be dead when this returns. In that case and
 * on error, regions_cancel() and regions_discard() have to follow, else regions_publish().
 *
 * Context: faults user pages in, which may take for ever: no lock may be held.
 * Return: 0; the errors of pin_range(): -ENOMEM (also RLIMIT_MEMLOCK), -EFAULT, -EINTR.
 */
int regions_pin(struct region *r);

/**
 * regions_publish() - step 3: give it an id, so that it can be mapped
 *
 * Context: may sleep; the IOAS's lock is held. Return: 0; -ENOMEM.
 */
int regions_publish(struct regions *m, struct region *r);

/**
 * regions_cancel() - take a reservation back
 *
 * Context: the IOAS's lock is held.
 */
void regions_cancel(struct regions *m, struct region *r);

/**
 * regions_discard() - free a cancelled range, and unpin what was pinned
 *
 * Context: may sleep; takes the user's mmap_lock.
 */
void regions_discard(struct region *r);

/**
 * regions_unregister() - unpin a range
 *
 * Context: may sleep.
 * Return: 0; -EINVAL (geometry); -ENOENT (no such range); -EBUSY (a TCE still
 * names it, or KVM counts a mapping of it, or is about to find it).
 */
int regions_unregister(struct regions *m, u64 ua, u64 size);

/**
 * regions_covers() - can this user range be mapped with IOMMU pages of this size?
 * @m:          the memory
 * @ua:         user address, aligned to the page size
 * @size:       bytes, a multiple of the page size
 * @page_shift: log2 of the IOMMU page size
 *
 * Return: 0; -EINVAL when a byte is not registered, or an IOMMU page is not one
 * contiguous piece of memory in one region.
 */
int regions_covers(const struct regions *m, unsigned long ua, u64 size,
		   u32 page_shift);

/**
 * regions_hidden() - the first region of a user range that has yet to be shown to KVM
 * @m:   the memory
 * @ua:  where to begin; set to the end of that region
 * @end: the end of the range
 *
 * Context: may sleep. Return: its pin, for which pin_enter() has to follow with no lock held; NULL
 * when there is none: KVM finds all of them, or never will.
 */
struct pin *regions_hidden(struct regions *m, unsigned long *ua, unsigned long end);

/**
 * struct region_run - consecutive IOMMU pages that are to be mapped
 * @ua:         user address of the first
 * @page_shift: log2 of the IOMMU page size
 * @perm:       PAPR_TCE_READ and/or PAPR_TCE_WRITE
 * @n:          how many
 */
struct region_run {
	unsigned long ua;
	u32 page_shift;
	u64 perm;
	u32 n;
};

/**
 * regions_hold() - resolve consecutive IOMMU pages and keep them pinned
 * @m:      the memory; regions_covers() holds for the run
 * @run:    the pages
 * @list:   their TCEs
 * @region: id of the region that all of them lie in, which now counts them
 *
 * Context: may sleep.
 * Return: how many were resolved, 1 to @run->n: it ends with the region.
 */
u32 regions_hold(struct regions *m, const struct region_run *run, __be64 *list, u32 *region);

/**
 * regions_list() - list the TCEs of pages that are held
 * @m:      the memory
 * @region: the region that they lie in, not REGIONS_V1
 * @run:    the pages
 * @list:   their TCEs
 *
 * Context: any.
 */
void regions_list(struct regions *m, u32 region, const struct region_run *run, __be64 *list);

/**
 * regions_dirty_run() - regions_dirty() for pages that are held
 *
 * Context: any.
 */
void regions_dirty_run(struct regions *m, u32 region, const struct region_run *run);

/**
 * struct region_page - one page of a region
 * @hpa:    its host physical address
 * @region: id of the region that it lies in; 0 for none
 */
struct region_page {
	u64 hpa;
	u32 region;
};

/**
 * regions_hold_page() - regions_hold() for one IOMMU page that is no larger than the kernel's
 * @m:          the memory
 * @ua:         its user address
 * @page_shift: log2 of its size
 * @perm:       PAPR_TCE_READ and/or PAPR_TCE_WRITE
 *
 * Context: any. Return: the page, counted for its region. @region is 0 for pages that need
 * regions_covers() and regions_hold(): a larger page, a page that is not registered, or the v1
 * API.
 */
struct region_page regions_hold_page(struct regions *m, unsigned long ua, u32 page_shift, u64 perm);

/**
 * regions_begin_v1() - begin a MAP whose pages were pinned for it
 *
 * Context: may sleep; the IOAS's lock is held. Return: 0; -ENOMEM, and the pages are unpinned.
 */
int regions_begin_v1(struct regions *m, struct v1_pins *pins);

/* End that MAP: unpin its pages that no TCE names. */
void regions_end_v1(struct regions *m);

/**
 * regions_drop_v1() - @n TCEs that named v1 pages are gone
 *
 * Context: any.
 */
void regions_drop_v1(struct regions *m, const u64 *tce, u32 n);

/**
 * regions_wash() - mark dirty and unpin the v1 pages that wait for that
 *
 * Context: may sleep, for as long as a file system has such a page locked.
 */
static inline void regions_wash(struct regions *m)
{
	if (READ_ONCE(m->pages.soiled))
		v1_pages_wash(&m->pages);
}

/**
 * region_drop() - @n fewer shadow entries name a region
 *
 * Who sees that the region is no longer mapped also sees what was done to its pages before.
 */
static inline void region_drop(struct region *r, u64 n)
{
	atomic64_sub_return_release(n, &r->mapped);
}

/**
 * regions_drop() - region_drop() by id; not for v1 pages
 *
 * Context: any; the IOAS's lock is held.
 */
static inline void regions_drop(struct regions *m, u32 region, u64 n)
{
	region_drop(m->by_id[region - 1], n);
}

/**
 * regions_drop_late() - regions_drop() for KVM, which does not hold the IOAS's lock
 *
 * Context: any.
 */
void regions_drop_late(struct regions *m, u32 region, u64 n);

/**
 * regions_suspect() - an unknown TCE may reach a region that its entry no longer names
 *
 * The region cannot be unregistered while any TCE is unknown, and all of it is
 * marked dirty when it is unregistered.
 *
 * Not for v1 pages.
 */
void regions_suspect(struct regions *m, u32 region);

/* regions_suspect() for the page of a TCE that named a v1 page: it stays pinned as long. */
void regions_suspect_v1(struct regions *m, u64 tce);

/**
 * regions_unknown() - @n more (or fewer) TCEs are in an unknown state
 *
 * When none is left, no region and no v1 page is suspect any more.
 *
 * Context: any for more; for fewer, the lock of the IOAS.
 */
void regions_unknown(struct regions *m, s64 n);

/**
 * regions_known() - KVM has overwritten one unknown TCE
 *
 * Context: any.
 */
void regions_known(struct regions *m);

/**
 * regions_poison() - from now on nothing that is registered can be unpinned
 *
 * A PE left and its TCEs could neither be cleared nor removed.
 */
void regions_poison(struct regions *m);

/**
 * regions_dirty() - a device may have written to this page
 * @hpa:        host physical address
 * @page_shift: log2 of the IOMMU page size
 *
 * A compound page has one mark, so one look is enough for all of its addresses. Pages of ordinary
 * files are marked before they are unpinned (pin_expose(), regions_wash()), since that sleeps.
 *
 * Context: any.
 * Return: the first address after the last page or compound page that was marked.
 */
u64 regions_dirty(u64 hpa, u32 page_shift);

/**
 * regions_mark_files() - regions_dirty() for the pages of ordinary files in it, and for no others
 *
 * Context: may sleep, for as long as a file system has such a page locked; the pages are pinned.
 */
void regions_mark_files(u64 hpa, u32 page_shift);

#endif
