/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pin.h - a user range that is pinned and paid for, by all who registered it in its process.
 *
 * Two containers of a process that register the same range share one pin when, and only when, the
 * pages are still those that are mapped there. KVM finds memory in the kernel's mm_iommu alone: a
 * pin enters that when it is mapped in a table that KVM has, and not before.
 */
#ifndef VFIO_PSERIES_PIN_H
#define VFIO_PSERIES_PIN_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include "memory/page_runs.h"

struct mm_pins;
struct mm_iommu_table_group_mem_t;

/**
 * enum pin_kvm - can KVM find it?
 * @PIN_OUT:      nobody has asked for that
 * @PIN_ENTERING: somebody is at it
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
 * @mm_pins: of its address space, referenced
 * @node:    in @mm_pins's pins, or cleared
 * @link:    in @mm_pins's orphans, or empty
 * @ua:      user address of its first byte
 * @pages:   how many
 * @uses:    regions that have it
 * @kvm:     can KVM find it?
 * @mem:     what KVM finds
 * @charged: pages of locked memory that are charged for it, beside what mm_iommu charges for @mem
 * @runs:    where its pages are; does not change once it is pinned
 * @files:   pages of ordinary files are among them
 * @written: a device may write to it, or could
 *
 * The mm_pins' lock guards @node, @link, @uses, @kvm and @mem; whoever makes it enter mm_iommu
 * has @charged to himself meanwhile.
 */
struct pin {
	struct mm_pins *mm_pins;
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
 * pin_range() - one more use of a range of the calling process
 * @l:     of its address space
 * @ua:    user address, page aligned
 * @pages: how many, at least 1
 * @pin:   the range: pinned now, or before by another use of the same pages
 *
 * On error nothing is pinned or charged.
 *
 * Context: faults user pages in, which may take for ever: no lock may be held.
 * Return: 0; -ENOMEM (also RLIMIT_MEMLOCK, and a page that is pinned very often); -EINTR; -EFAULT.
 */
int pin_range(struct mm_pins *l, unsigned long ua, unsigned long pages, struct pin **pin);

/**
 * pin_expose() - a device will be able to write to it
 *
 * Its pages of ordinary files are marked dirty before they are unpinned. Context: any; it is used.
 */
static inline void pin_expose(struct pin *p)
{
	if (!READ_ONCE(p->written))
		WRITE_ONCE(p->written, true);
}

/**
 * pin_release() - one use less; with the last it is unpinned
 *
 * Context: may sleep; takes the user's mmap_lock, and waits for pages of his files.
 * Return: 0; -EBUSY when it is the last use and KVM counts a page of it, or is about to find it.
 */
int pin_release(struct pin *p);

/**
 * pin_abandon() - one use less, whatever KVM says
 *
 * With the last it is unpinned as soon as KVM counts it no more. Context: as pin_release().
 */
void pin_abandon(struct pin *p);

/**
 * pin_go_or_wait() - its last use has gone
 *
 * Context: the mm_pins' lock is held. Return: true when it is nobody's any more, and pin_free() has
 * to follow; else it waits for KVM.
 */
bool pin_go_or_wait(struct pin *p);

/**
 * pin_retry() - unpin what waits for KVM and has not to wait any more
 * @l:    of the address space
 * @most: how many to look at, those first that have waited longest
 *
 * Context: as pin_release().
 */
void pin_retry(struct mm_pins *l, u32 most);

/**
 * pin_claim() - has KVM to be shown this range?
 *
 * Context: may sleep. Return: true once for a pin; then pin_enter() has to follow.
 */
bool pin_claim(struct pin *p);

/**
 * pin_enter() - make it known to mm_iommu
 * @p: claimed; its uses may go meanwhile
 *
 * If that cannot be, or mm_iommu would have other pages, KVM does not find it.
 *
 * Context: faults user pages in: no lock may be held. By a thread of the owner's.
 */
void pin_enter(struct pin *p);

#endif
