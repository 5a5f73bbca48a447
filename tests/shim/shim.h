/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shim.h - the kernel around the driver's sources in user space, as tests see it.
 *
 * The headers under linux/ and asm/ have what the driver needs of a kernel. This header has the
 * functions that make that kernel misbehave, and the counters to check afterwards. Faults are
 * counted from the call that arms them: "the nth" is 1 for the next one, and 0 disarms.
 *
 * What a kernel forbids ends the test at once (shim_bug()): sleeping under a spinlock, taking a
 * lock twice, releasing what the caller does not hold, touching or pinning user memory with a
 * lock held, marking a page dirty that is not pinned, or a file's page without its lock, and
 * taking an mmap_lock, which its user can hold for ever, while holding a lock that other users
 * share.
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
 * @regions:   its regions in mm_iommu
 */
struct mm_struct {
	int users;
	unsigned long locked_vm;
	unsigned long limit;
	struct vma *vmas;
	struct list_head regions;
};

/* Forgets the test before: memory, armed faults, counters. Each test calls it first. */
void shim_reset(void);

/* --- allocation --- */

/* The nth allocation from now on fails, once. */
void shim_fail_alloc(u64 nth);
/* Is a failure armed that has not occurred yet? */
bool shim_alloc_armed(void);
/* Number of blocks of memory that the driver allocated and did not free. */
u64 shim_allocs_live(void);
/* Their bytes. */
u64 shim_alloc_bytes(void);

/* --- tasks --- */

/* Sets the address space of the calling thread. */
void shim_set_mm(struct mm_struct *mm);
/* A fatal signal is pending from the nth check for signals on, until a call with 0. */
void shim_kill_at(u64 nth);
bool shim_kill_armed(void);
/* How often others were allowed to run: cond_resched(). */
u64 shim_rescheds(void);
/*
 * @fn is called where the calling thread lets others run, in cond_resched() and msleep(), and
 * where it faults in user memory.
 */
void shim_on_resched(void (*fn)(void));
/* Sum of all msleep(). */
u64 shim_slept_ms(void);
/* Ends the test if the calling thread must not sleep here. */
void shim_may_sleep(void);
/* Depth of spinlocks and mutexes that the calling thread holds. */
unsigned int shim_spinlocks(void);
unsigned int shim_mutexes(void);
/* ... and of those, of either kind, that all users share. */
unsigned int shim_locks_for_all(void);

/* --- RCU --- */

/* The calling thread enters the kernel: from now on it only lets others run where it may sleep. */
void shim_kernel_enter(void);
void shim_kernel_leave(void);
/* Number of grace periods that were waited for. */
u64 shim_grace_periods(void);

/* --- trees --- */

/* Number of nodes of binary trees that were looked at. */
u64 shim_tree_steps(void);

/* --- what KVM finds --- */

/* Another user takes a reference on a published table, unless it is gone; and drops it. */
bool shim_lookup_hold(struct kvm_table *l);
void shim_lookup_drop(struct kvm_table *l);
/* The window that this user is told. */
const struct dma_window *shim_lookup_window(struct kvm_table *l);

/* --- log --- */

/* Number of printed lines, of any level. */
u64 shim_log_lines(void);
/* The last line that this thread printed. */
const char *shim_log_last(void);

/* --- user memory --- */

/* @fn is called before an mmap_lock is taken. */
void shim_on_mmap_lock(void (*fn)(void));

void shim_mm_init(struct mm_struct *mm, unsigned long limit);

/**
 * shim_map_user() - give an address space some user memory
 * @mm:    the address space
 * @ua:    user address
 * @size:  bytes
 * @shift: log2 of the size of its pages, PAGE_SHIFT or more (hugetlb)
 *
 * Neighbouring pages get frames that are not neighbours. Existing mappings there are replaced.
 */
void shim_map_user(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned int shift);

/* Maps pages of an ordinary file, which must be marked dirty with their lock held. */
void shim_map_file(struct mm_struct *mm, unsigned long ua, unsigned long size);

/* Maps ordinary pages in consecutive frames, beginning at a frame with this alignment. */
void shim_map_flat(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned int align);

/* Maps a piece of a file again: the last frames of what is mapped at @of. */
void shim_map_again(struct mm_struct *mm, unsigned long ua, unsigned long size, unsigned long of);

/* Host physical address behind a user address; ends the test when there is none. */
u64 shim_hpa(const struct mm_struct *mm, unsigned long ua);
/* The nth pinning of a page faults, and each later one of that page until a call with 0. */
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

/* mm_iommu's count of a region's mappings, for tests that play KVM or check it. */
u64 shim_region_mapped(const struct mm_iommu_table_group_mem_t *mem);
/* How often mm_iommu was asked where a page is. */
u64 shim_lookups(void);
/* How often mm_iommu had to search for a region while the caller held a spinlock. */
u64 shim_locked_searches(void);
u64 shim_regions(const struct mm_struct *mm);
/* The number of all mappings counted in an address space. */
u64 shim_counted(const struct mm_struct *mm);

/* --- user copies --- */

/* The nth copy from or to user memory faults, once. */
void shim_fail_copy(u64 nth);

#endif
