/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * user_mm.h - what all containers of one address space share: its pins, and KVM's counts.
 *
 * A process may have several containers, and KVM finds what any of them has shown to it. So the
 * pinned ranges (pin.h) and what KVM counts (kvm_mapped.h) are kept for each address space.
 */
#ifndef VFIO_PSERIES_USER_MM_H
#define VFIO_PSERIES_USER_MM_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct mm_struct;

/**
 * struct user_mm - what is kept for one address space
 * @link:    in the list of all; this and @refs are guarded by a lock of user_mm.c
 * @refs:    one for each memory, pinned range and open kvm_mapped
 * @mm:      the address space, referenced
 * @lock:    guards the rest; taken inside an IOAS's lock
 * @pins:    pinned ranges by address and size; of several that have both equal, the latest
 * @orphans: pinned ranges that nobody uses and KVM still counts, the longest waiting first
 * @open:    tables in which KVM has slots
 * @lost:    counts that closed tables have left behind
 *
 * Ranges are removed from mm_iommu under @lock, which takes the mmap_lock. The user can hold the
 * mmap_lock for ever: @lock is one user's, and no other user waits for it.
 */
struct user_mm {
	struct list_head link;
	u32 refs;
	struct mm_struct *mm;
	struct mutex lock;
	struct rb_root pins;
	struct list_head orphans;
	u32 open;
	u64 lost;
};

/**
 * user_mm_get() - the user_mm of an address space, found or made
 *
 * They hold a reference to the address space.
 *
 * Context: may sleep. Return: a reference; NULL without memory.
 */
struct user_mm *user_mm_get(struct mm_struct *mm);

/* One more reference. */
void user_mm_hold(struct user_mm *l);

void user_mm_put(struct user_mm *l);

#endif
