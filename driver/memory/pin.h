/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pin.h - a user range, pinned and charged once for all regions of its process that have it.
 *
 * Two containers of a process that register the same range share one pin when, and only when, its
 * pages are still those that are mapped there. KVM finds memory only in the kernel's mm_iommu: a
 * pin enters mm_iommu when it is mapped in a table that KVM has, and not before.
 */
#ifndef VFIO_PSERIES_PIN_H
#define VFIO_PSERIES_PIN_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include "memory/page_runs.h"

struct user_mm;
struct mm_iommu_table_group_mem_t;

/**
 * enum pin_kvm - can KVM find it?
 * @PIN_OUT:      no, and nobody has asked for that
 * @PIN_ENTERING: pin_enter() is about to run, or runs
 * @PIN_IN:       yes
 * @PIN_REFUSED:  no, and it is not tried again: KVM's requests go to user space
 */
enum pin_kvm {
	PIN_OUT,
	PIN_ENTERING,
	PIN_IN,
	PIN_REFUSED,
};

/**
 * struct pin - a pinned range
 * @user_mm: those of its address space, referenced
 * @node:    in the pins of @user_mm, or cleared
 * @link:    in @user_mm's orphans, or empty
 * @ua:      user address of its first byte
 * @pages:   how many
 * @uses:    regions that use it
 * @kvm:     can KVM find it?
 * @mem:     its registration in mm_iommu, which KVM finds
 * @charged: pages of locked memory that are charged for it, beside what mm_iommu charges for @mem
 * @runs:    where its pages are; does not change once it is pinned
 * @files:   pages of ordinary files are among them
 * @written: a device can write to it, or could
 *
 * The user_mm' lock guards @node, @link, @uses, @kvm and @mem. While the pin enters mm_iommu,
 * only pin_enter() touches @charged.
 */
struct pin {
	struct user_mm *user_mm;
	struct rb_node node;
	struct list_head link;
	unsigned long ua;
	unsigned long pages;
	u32 uses;
	enum pin_kvm kvm;
	struct mm_iommu_table_group_mem_t *mem;
	unsigned long charged;
	struct page_runs runs;
	bool files;
	bool written;
};

/**
 * pin_range() - pin a range of the calling process, or use a pinned one once more
 * @l:     those of its address space
 * @ua:    user address, page aligned
 * @pages: how many, at least 1
 * @pin:   the range: pinned now, or before by another use of the same pages
 *
 * On error nothing is pinned or charged.
 *
 * Context: faults user pages in, which may take for ever: no lock may be held.
 * Return: 0; -ENOMEM (also RLIMIT_MEMLOCK, and a page that is pinned very often); -EINTR; -EFAULT.
 */
int pin_range(struct user_mm *l, unsigned long ua, unsigned long pages, struct pin **pin);

/**
 * pin_expose() - note that a device will be able to write to it
 *
 * Its pages of ordinary files are marked dirty before they are unpinned. Context: any; it is used.
 */
static inline void pin_expose(struct pin *p)
{
	if (!READ_ONCE(p->written))
		WRITE_ONCE(p->written, true);
}

/**
 * pin_release() - drop one use; the last one unpins it
 *
 * Context: may sleep; takes the user's mmap_lock, and waits for pages of the user's files.
 * Return: 0; -EBUSY when it is the last use and KVM counts a page of it, or is about to find it.
 */
int pin_release(struct pin *p);

/**
 * pin_abandon() - drop one use, whatever KVM counts
 *
 * After the last, it is unpinned as soon as KVM counts no page of it. Context: as pin_release().
 */
void pin_abandon(struct pin *p);

/**
 * pin_go_or_wait() - its last use was dropped: give it up, or let it wait for KVM
 *
 * Context: the user_mm' lock is held. Return: true when nobody knows of it any more, and pin_free()
 * has to follow; else it waits for KVM.
 */
bool pin_go_or_wait(struct pin *p);

/**
 * pin_retry() - unpin the orphans that no longer have to wait for KVM
 * @l:    those of the address space
 * @most: how many orphans to look at, beginning with those that have waited longest
 *
 * Context: as pin_release().
 */
void pin_retry(struct user_mm *l, u32 most);

/**
 * pin_claim() - does this range have to be shown to KVM?
 *
 * Context: may sleep. Return: true, once for a pin: then pin_enter() has to follow.
 */
bool pin_claim(struct pin *p);

/**
 * pin_enter() - register a range in mm_iommu, where KVM finds it
 * @p: claimed; its uses may be dropped meanwhile
 *
 * If that fails, or mm_iommu would have other pages, KVM does not find the range.
 *
 * Context: faults user pages in: no lock may be held. In a thread of the owner.
 */
void pin_enter(struct pin *p);

#endif
