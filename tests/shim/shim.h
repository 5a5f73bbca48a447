/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shim.h - the kernel that the driver's sources meet in user space, as tests see it.
 *
 * The headers under linux/ and asm/ offer the driver what it needs of a kernel; here are the
 * knobs to make that kernel misbehave, and the counters to look at afterwards. Faults are counted
 * from the call that arms them: "the nth" is 1 for the next one, and 0 disarms.
 *
 * What a kernel forbids ends the test at once (shim_bug()): sleeping under a spinlock, taking a
 * lock twice, giving back what one does not have, touching user memory with a lock held (to pin
 * it, too), marking a page dirty that nobody pins, or a file's without its lock, taking an
 * mmap_lock, which its user can hold for ever, with a lock held that other users share.
 */
#ifndef SHIM_H
#define SHIM_H

#include <linux/mm.h>
#include <linux/types.h>

struct dma_window;
struct kvm_table;
struct mm_iommu_table_group_mem_t;
struct vma;

/**
 * struct mm_struct - a fake address space
 * @users:     references (mmgrab(), mmdrop())
 * @locked_vm: pages of locked memory
 * @limit:     most pages that may be locked
 * @vmas:      user memory
 * @regions:   what is registered in it with mm_iommu
 */
struct mm_struct {
	int users;
	unsigned long locked_vm;
	unsigned long limit;
	struct vma *vmas;
	struct list_head regions;
};

/* Forget everything of the test before: memory, knobs, counters. Run it first in each test. */
void shim_reset(void);

/* --- allocation --- */

/* The nth allocation from now on fails, once. */
void shim_fail_alloc(u64 nth);
/* Has the armed failure, if any, not been met yet? */
bool shim_alloc_armed(void);
/* Blocks of memory that were allocated by the driver and not freed. */
u64 shim_allocs_live(void);
/* Their bytes. */
u64 shim_alloc_bytes(void);

/* --- tasks --- */

/* Address space of the calling thread. */
void shim_set_mm(struct mm_struct *mm);
/* A fatal signal is pending from the nth time on that anybody looks, until 0 is said. */
void shim_kill_at(u64 nth);
bool shim_kill_armed(void);
/* Chances to run that were given to others: cond_resched(). */
u64 shim_rescheds(void);
/*
 * Called where the calling thread lets others run: cond_resched() and msleep(), and where it faults
 * user memory in.
 */
void shim_on_resched(void (*fn)(void));
/* Sum of all msleep(). */
u64 shim_slept_ms(void);
/* The calling thread must be allowed to sleep here. */
void shim_may_sleep(void);
/* Depth of spinlocks and mutexes that the calling thread holds. */
unsigned int shim_spinlocks(void);
unsigned int shim_mutexes(void);
/* ... and of those of either kind that all users share. */
unsigned int shim_locks_for_all(void);

/* --- RCU --- */

/* From here on the calling thread does not let others run unless it may sleep. */
void shim_kernel_enter(void);
void shim_kernel_leave(void);
/* Grace periods that were waited for. */
u64 shim_grace_periods(void);

/* --- trees --- */

/* Nodes of binary trees that were looked at. */
u64 shim_tree_steps(void);

/* --- what KVM finds --- */

/* Somebody else takes a reference on what was published, unless it is gone, and drops it. */
bool shim_lookup_hold(struct kvm_table *l);
void shim_lookup_drop(struct kvm_table *l);
/* Where he is told the window is. */
const struct dma_window *shim_lookup_window(struct kvm_table *l);

/* --- log --- */

/* Lines that were printed, of any level. */
u64 shim_log_lines(void);
/* The last of them, of this thread's. */
const char *shim_log_last(void);

/* --- user memory --- */

/* Called where an mmap_lock is about to be taken. */
void shim_on_mmap_lock(void (*fn)(void));

void shim_mm_init(struct mm_struct *mm, unsigned long limit);

/**
 * shim_map_user() - give an address space some user memory
 * @mm:    the address space
 * @ua:    user address
 * @size:  bytes
 * @shift: log2 of the size of its pages, PAGE_SHIFT or more (hugetlb)
 *
 * Neighbouring pages get frames that are not neighbours. What was mapped there is no more.
 */
void shim_map_user(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned int shift);

/* Pages of an ordinary file, which are marked dirty with their lock held. */
void shim_map_file(struct mm_struct *mm, unsigned long ua, unsigned long size);

/* Ordinary pages in frames that follow each other, from one on that is aligned so. */
void shim_map_flat(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned int align);

/* A piece of a file that is mapped once more: frames of what is mapped at @of, its last ones. */
void shim_map_again(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned long of);

/* Host physical address behind a user address; ends the test when there is none. */
u64 shim_hpa(const struct mm_struct *mm, unsigned long ua);
/* The nth pinning of a page from now on faults, and that page does until 0 is said. */
void shim_fail_pin(u64 nth);
bool shim_pin_armed(void);
/* Pins of all frames together. */
u64 shim_pins(void);
/* Is the frame at this address pinned? */
bool shim_pinned(u64 hpa);
/* Has the frame (or the huge page around it) been marked dirty? */
bool shim_dirty(u64 hpa);
/* Number of frames, or huge pages, marked dirty. */
u64 shim_dirty_count(void);
/* Bytes of fake physical memory. */
u64 shim_ram_size(void);

/* mm_iommu's count of mappings of a region, to play KVM and to look at. */
u64 shim_region_mapped(const struct mm_iommu_table_group_mem_t *mem);
/* How often mm_iommu was asked where a page is. */
u64 shim_lookups(void);
/* How often it had to search for a region while the caller held a spinlock. */
u64 shim_locked_searches(void);
u64 shim_regions(const struct mm_struct *mm);
/* All mappings that are counted in an address space. */
u64 shim_counted(const struct mm_struct *mm);

/* --- user copies --- */

/* The nth copy from or to user memory faults, once. */
void shim_fail_copy(u64 nth);

#endif
