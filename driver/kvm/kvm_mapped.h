/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_mapped.h - KVM's counts of mappings of registered memory.
 *
 * For each page that KVM puts into a table, KVM counts one mapping of the registered memory and
 * writes the user address into the slot that it was lent for that TCE. KVM only counts up: it is
 * always told that the TCE was invalid before (kvm_table.h). This file counts down; its callers
 * know that the page is no longer reachable.
 */
#ifndef VFIO_PSERIES_KVM_MAPPED_H
#define VFIO_PSERIES_KVM_MAPPED_H

#include <linux/atomic.h>
#include <linux/types.h>

struct user_mm;
struct mm_struct;

/* KVM gets no slot once it has lost more counts than this for a table, or in an address space. */
#define KVM_MAPPED_MOST_LOST	65536

/**
 * struct kvm_mapped - the counts of a table whose slots KVM was lent
 * @user_mm: those of its address space
 * @mm:      the address space of KVM's user; NULL while no slot was lent
 * @counted: mappings that KVM counted for this table and that were not counted down yet
 */
struct kvm_mapped {
	struct user_mm *user_mm;
	struct mm_struct *mm;
	atomic64_t counted;
};

/**
 * kvm_mapped_is_open() - may KVM have slots? No slot exists before this is true.
 */
static inline bool kvm_mapped_is_open(const struct kvm_mapped *y)
{
	return READ_ONCE(y->mm);
}

/**
 * kvm_mapped_open() - from now on KVM may count mappings for a table
 *
 * Context: may sleep; one call at a time (shadow.grow).
 */
void kvm_mapped_open(struct kvm_mapped *y, struct user_mm *l);

/**
 * kvm_mapped_close() - all slots of the table are settled, and no page can be reached
 * through it
 *
 * Memory that waited for this is unpinned.
 *
 * Context: may sleep.
 */
void kvm_mapped_close(struct kvm_mapped *y);

/**
 * kvm_mapped_lends() - may KVM get another slot?
 * @y:    an open kvm_mapped
 * @live: valid entries of its table
 *
 * When two processors of a guest write one TCE at once, KVM loses a slot, and its count stays for
 * good. After many such losses KVM gets no slot, and its requests go to user space.
 */
bool kvm_mapped_lends(const struct kvm_mapped *y, s64 live);

/**
 * kvm_mapped_pull() - take the user address out of a slot
 * @y:    an open kvm_mapped
 * @slot: one of its slots
 *
 * Only for a TCE that is known not to hold KVM's page any more: the slot is always written after
 * the TCE.
 *
 * Context: the lock of the slot's leaf is held.
 * Return: a user address for kvm_mapped_down(), 0 for none.
 */
unsigned long kvm_mapped_pull(struct kvm_mapped *y, __be64 *slot);

/**
 * kvm_mapped_down() - count down the mapping that a slot stood for
 *
 * Costs as much as mm_iommu takes to find one of its regions.
 *
 * Context: any.
 */
void kvm_mapped_down(const struct kvm_mapped *y, unsigned long ua);

#endif
