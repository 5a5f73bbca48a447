// SPDX-License-Identifier: GPL-2.0-only
/*
 * mm_iommu.c - a stand-in for powerpc's registered memory.
 *
 * A registration pins every page of a range of one address space and records their physical
 * addresses. It counts its users, and separately the mappings that KVM tells it of (plus one).
 * The last user can only leave while there are no mappings. Ranges of an address space don't
 * overlap.
 *
 * It differs from the kernel: memory is unpinned after a grace period, but before the call
 * returns, and there is no device memory.
 */
#include <asm/mmu_context.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include "internal.h"
#include "shim.h"

/**
 * struct mm_iommu_table_group_mem_t - one registration
 * @node:   in the list of its address space
 * @ua:     user address
 * @pages:  number of pages
 * @shift:  log2 of the largest IOMMU page that it can back
 * @used:   users
 * @mapped: number of mappings plus one, 0 when it is being removed
 * @page:   the pinned pages
 */
struct mm_iommu_table_group_mem_t {
	struct list_head node;
	unsigned long ua;
	unsigned long pages;
	unsigned int shift;
	unsigned long used;
	u64 mapped;
	struct page **page;
};

static DEFINE_MUTEX(list_lock);
static u64 lookups, searches;

/* For lookups, whose callers may hold spinlocks; taken inside the other lock. */
static DEFINE_SPINLOCK(look_lock);

void shim_mm_iommu_reset(void)
{
	mutex_init(&list_lock);
	spin_lock_init(&look_lock);
	lookups = 0;
	searches = 0;
}

u64 shim_lookups(void)
{
	return __atomic_load_n(&lookups, __ATOMIC_RELAXED);
}

u64 shim_locked_searches(void)
{
	return __atomic_load_n(&searches, __ATOMIC_RELAXED);
}

static unsigned long end_of(const struct mm_iommu_table_group_mem_t *mem)
{
	return mem->ua + (mem->pages << PAGE_SHIFT);
}

static unsigned long pin_all(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem)
{
	unsigned int shift = PAGE_SHIFT;
	unsigned long i;

	mem->shift = __ffs(mem->ua | mem->pages << PAGE_SHIFT);
	for (i = 0; i < mem->pages; i++) {
		struct page *page = shim_user_page(mm, mem->ua + (i << PAGE_SHIFT));

		if (!page || !shim_pin(page))
			break;
		mem->page[i] = page;
		/* As in the kernel: an ordinary page behind a huge one counts as being as large. */
		if (mem->shift > PAGE_SHIFT && page->order)
			shift = PAGE_SHIFT + page->order;
		mem->shift = min(mem->shift, shift);
	}
	return i;
}

static void unpin(struct mm_iommu_table_group_mem_t *mem, unsigned long pages)
{
	while (pages)
		shim_unpin(mem->page[--pages]);
}

static bool overlaps(struct mm_struct *mm, const struct mm_iommu_table_group_mem_t *mem)
{
	struct mm_iommu_table_group_mem_t *other;

	list_for_each_entry(other, &mm->regions, node)
		if (other->ua < end_of(mem) && mem->ua < end_of(other))
			return true;
	return false;
}

static void link_region(struct list_head *list, struct mm_iommu_table_group_mem_t *mem)
{
	spin_lock(&look_lock);
	if (list)
		list_add_tail(&mem->node, list);
	else
		list_del(&mem->node);
	spin_unlock(&look_lock);
}

static long add(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem)
{
	unsigned long pinned;
	long rc = 0;

	shim_fault_in();
	pinned = pin_all(mm, mem);

	mutex_lock(&list_lock);
	/* As in the kernel: the number of pages pinned before the first bad one, or a fault. */
	if (pinned < mem->pages)
		rc = pinned ? (long)pinned : -EFAULT;
	else if (overlaps(mm, mem))
		rc = -EINVAL;
	else
		link_region(&mm->regions, mem);
	mutex_unlock(&list_lock);
	if (rc)
		unpin(mem, pinned);
	return rc;
}

static void destroy(struct mm_iommu_table_group_mem_t *mem)
{
	vfree(mem->page);
	kfree(mem);
}

static struct mm_iommu_table_group_mem_t *create(unsigned long ua, unsigned long pages)
{
	struct mm_iommu_table_group_mem_t *mem = kzalloc(sizeof(*mem), GFP_KERNEL);

	if (!mem)
		return NULL;
	mem->ua = ua;
	mem->pages = pages;
	mem->used = 1;
	mem->mapped = 1;
	mem->page = vzalloc(pages * sizeof(*mem->page));
	if (mem->page)
		return mem;
	kfree(mem);
	return NULL;
}

long mm_iommu_new(struct mm_struct *mm, unsigned long ua, unsigned long entries,
		  struct mm_iommu_table_group_mem_t **pmem)
{
	struct mm_iommu_table_group_mem_t *mem;
	long rc = account_locked_vm(mm, entries, true);

	if (rc)
		return rc;
	mem = create(ua, entries);
	rc = mem ? add(mm, mem) : -ENOMEM;
	if (!rc) {
		*pmem = mem;
		return 0;
	}
	if (mem)
		destroy(mem);
	account_locked_vm(mm, entries, false);
	return rc;
}

/* Drops a user. Return: 1 when it was the last one and the registration is off the list. */
static long put_user(struct mm_iommu_table_group_mem_t *mem)
{
	u64 none = 1;

	if (!mem->used)
		return -ENOENT;
	if (mem->used > 1) {
		mem->used--;
		return 0;
	}
	if (!try_cmpxchg(&mem->mapped, &none, 0))
		return -EBUSY;
	mem->used = 0;
	link_region(NULL, mem);
	return 1;
}

long mm_iommu_put(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem)
{
	long rc;

	mutex_lock(&list_lock);
	rc = put_user(mem);
	mutex_unlock(&list_lock);
	if (rc != 1)
		return rc;
	synchronize_rcu();
	account_locked_vm(mm, mem->pages, false);
	unpin(mem, mem->pages);
	destroy(mem);
	return 0;
}

struct mm_iommu_table_group_mem_t *mm_iommu_lookup(struct mm_struct *mm, unsigned long ua,
						   unsigned long size)
{
	struct mm_iommu_table_group_mem_t *mem, *found = NULL;

	if (shim_spinlocks())
		__atomic_add_fetch(&searches, 1, __ATOMIC_RELAXED);
	spin_lock(&look_lock);
	list_for_each_entry(mem, &mm->regions, node)
		if (mem->ua <= ua && ua + size <= end_of(mem))
			found = mem;
	spin_unlock(&look_lock);
	return found;
}

struct mm_iommu_table_group_mem_t *mm_iommu_get(struct mm_struct *mm, unsigned long ua,
						unsigned long entries)
{
	struct mm_iommu_table_group_mem_t *mem, *found = NULL;

	mutex_lock(&list_lock);
	list_for_each_entry(mem, &mm->regions, node)
		if (mem->ua == ua && mem->pages == entries)
			found = mem;
	if (found)
		found->used++;
	mutex_unlock(&list_lock);
	return found;
}

long mm_iommu_ua_to_hpa(struct mm_iommu_table_group_mem_t *mem, unsigned long ua,
			unsigned int pageshift, unsigned long *hpa)
{
	unsigned long entry = (ua - mem->ua) >> PAGE_SHIFT;

	__atomic_add_fetch(&lookups, 1, __ATOMIC_RELAXED);
	if (ua < mem->ua || entry >= mem->pages || pageshift > mem->shift)
		return -EFAULT;
	*hpa = page_to_pfn(mem->page[entry]) << PAGE_SHIFT | (ua & ~PAGE_MASK);
	return 0;
}

bool mm_iommu_is_devmem(struct mm_struct *mm, unsigned long hpa, unsigned int pageshift,
			unsigned long *size)
{
	(void)mm, (void)hpa, (void)pageshift, (void)size;
	return false;
}

bool mm_iommu_preregistered(struct mm_struct *mm)
{
	return !list_empty(&mm->regions);
}

/* Adds @step to the count unless the count is @floor. */
static bool count(struct mm_iommu_table_group_mem_t *mem, u64 floor, u64 step)
{
	u64 n = READ_ONCE(mem->mapped);

	while (n != floor)
		if (try_cmpxchg(&mem->mapped, &n, n + step))
			return true;
	return false;
}

long mm_iommu_mapped_inc(struct mm_iommu_table_group_mem_t *mem)
{
	return count(mem, 0, 1) ? 0 : -ENXIO;
}

void mm_iommu_mapped_dec(struct mm_iommu_table_group_mem_t *mem)
{
	count(mem, 1, -1ULL);
}

u64 shim_region_mapped(const struct mm_iommu_table_group_mem_t *mem)
{
	return READ_ONCE(mem->mapped) - 1;
}

u64 shim_regions(const struct mm_struct *mm)
{
	const struct list_head *node;
	u64 n = 0;

	for (node = mm->regions.next; node != &mm->regions; node = node->next)
		n++;
	return n;
}

u64 shim_counted(const struct mm_struct *mm)
{
	const struct mm_iommu_table_group_mem_t *mem;
	u64 n = 0;

	list_for_each_entry(mem, &mm->regions, node)
		n += shim_region_mapped(mem);
	return n;
}
