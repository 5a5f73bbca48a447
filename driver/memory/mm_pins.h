/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mm_pins.h - what several users of one address space have in common.
 *
 * A process may have several containers, and KVM finds what any of them has shown to it. Which
 * ranges are pinned (pin.h) and what KVM counts (kvm_mapped.h) is therefore known for each address
 * space.
 */
#ifndef VFIO_PSERIES_MM_PINS_H
#define VFIO_PSERIES_MM_PINS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct mm_struct;

/**
 * struct mm_pins - one address space
 * @link:    among all; this and @refs are guarded by a lock of mm_pins.c
 * @refs:    one for each memory, pinned range and open kvm_mapped
 * @mm:      the address space, referenced
 * @lock:    guards the rest; taken inside an IOAS's lock
 * @pins:    pinned ranges by address and size: of several with the same, the last
 * @orphans: pinned ranges that nobody uses and KVM still counts, longest first
 * @open:    tables that KVM has slots of
 * @lost:    counts that closed tables have left behind
 *
 * Registered memory of mm_iommu's is put under @lock, which takes the mmap_lock. Its user
 * can hold that for ever: it is one user's lock, and nobody else waits for it.
 */
struct mm_pins {
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
 * mm_pins_get() - what is known of an address space, found or made
 *
 * The address space stays for as long as its mm_pins does.
 *
 * Context: may sleep. Return: a reference; NULL without memory.
 */
struct mm_pins *mm_pins_get(struct mm_struct *mm);

/* One more reference. */
void mm_pins_hold(struct mm_pins *l);

void mm_pins_put(struct mm_pins *l);

#endif
