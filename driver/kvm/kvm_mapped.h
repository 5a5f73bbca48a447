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

struct ledger;
struct mm_struct;

/* Most counts that KVM may lose for a table, or in an address space, before it gets no slot. */
#define TALLY_MOST_LOST	65536

/**
 * struct tally - a table that KVM was lent slots of
 * @ledger:  of its address space
 * @mm:      whose KVM; NULL while no slot was lent
 * @counted: what KVM counted for this table and nobody has counted down
 */
struct tally {
	struct ledger *ledger;
	struct mm_struct *mm;
	atomic64_t counted;
};

/**
 * tally_is_open() - may KVM have slots? Slots come after this is true.
 */
static inline bool tally_is_open(const struct tally *y)
{
	return READ_ONCE(y->mm);
}

/**
 * tally_open() - from now on KVM may count mappings for a table
 *
 * Context: may sleep; one call at a time (shadow.grow).
 */
void tally_open(struct tally *y, struct ledger *l);

/**
 * tally_close() - all slots of the table are settled, nothing can reach a page
 * through it
 *
 * Memory that had to wait for this is unpinned.
 *
 * Context: may sleep.
 */
void tally_close(struct tally *y);

/**
 * tally_lends() - may KVM get another slot?
 * @y:    an open tally
 * @live: valid entries of its table
 *
 * A guest that has two processors write one TCE at once makes KVM lose a slot, and a
 * count for good. When that has happened very often its requests go to user space.
 */
bool tally_lends(const struct tally *y, s64 live);

/**
 * tally_pull() - take out what a slot says
 * @y:    an open tally
 * @slot: one of its slots
 *
 * Only when the TCE is known not to hold what KVM wrote any more: what the
 * slot says now was written after the TCE that it stands for.
 *
 * Context: the lock of the slot's leaf is held.
 * Return: a user address for tally_down(), 0 for none.
 */
unsigned long tally_pull(struct tally *y, __be64 *slot);

/**
 * tally_down() - count down for what a slot said
 *
 * Costs as much as mm_iommu takes to find one of its regions.
 *
 * Context: any.
 */
void tally_down(const struct tally *y, unsigned long ua);

#endif
