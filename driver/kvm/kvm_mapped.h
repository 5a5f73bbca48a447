/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_mapped.h - what KVM counts in registered memory.
 *
 * For each page that KVM puts into a table it counts one mapping of the
 * registered memory, and writes the user address into the slot that it was
 * lent for that TCE. KVM only ever counts up: it is told each time that there
 * was nothing before (kvm_table.h). Counting down is done here, by those who know
 * that the page is reachable no more.
 */
#ifndef VFIO_PSERIES_KVM_MAPPED_H
#define VFIO_PSERIES_KVM_MAPPED_H

#include <linux/atomic.h>
#include <linux/types.h>

struct mm_pins;
struct mm_struct;

/* Most counts that KVM may lose for a table, or in an address space, before it gets no slot. */
#define KVM_MAPPED_MOST_LOST	65536

/**
 * struct kvm_mapped - a table that KVM was lent slots of
 * @mm_pins: of its address space
 * @mm:      whose KVM; NULL while no slot was lent
 * @counted: what KVM counted for this table and nobody has counted down
 */
struct kvm_mapped {
	struct mm_pins *mm_pins;
	struct mm_struct *mm;
	atomic64_t counted;
};

/**
 * kvm_mapped_is_open() - may KVM have slots? Slots come after this is true.
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
void kvm_mapped_open(struct kvm_mapped *y, struct mm_pins *l);

/**
 * kvm_mapped_close() - all slots of the table are settled, nothing can reach a page
 * through it
 *
 * Memory that had to wait for this is unpinned.
 *
 * Context: may sleep.
 */
void kvm_mapped_close(struct kvm_mapped *y);

/**
 * kvm_mapped_lends() - may KVM get another slot?
 * @y:    an open kvm_mapped
 * @live: valid entries of its table
 *
 * A guest that has two processors write one TCE at once makes KVM lose a slot, and a
 * count for good. When that has happened very often its requests go to user space.
 */
bool kvm_mapped_lends(const struct kvm_mapped *y, s64 live);

/**
 * kvm_mapped_pull() - take out what a slot says
 * @y:    an open kvm_mapped
 * @slot: one of its slots
 *
 * Only when the TCE is known not to hold what KVM wrote any more: what the
 * slot says now was written after the TCE that it stands for.
 *
 * Context: the lock of the slot's leaf is held.
 * Return: a user address for kvm_mapped_down(), 0 for none.
 */
unsigned long kvm_mapped_pull(struct kvm_mapped *y, __be64 *slot);

/**
 * kvm_mapped_down() - count down for what a slot said
 *
 * Costs as much as mm_iommu takes to find one of its regions.
 *
 * Context: any.
 */
void kvm_mapped_down(const struct kvm_mapped *y, unsigned long ua);

#endif
