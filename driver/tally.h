/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tally.h - what KVM counts in registered memory.
 *
 * For each page that KVM puts into a table it counts one mapping of the
 * registered memory, and writes the user address into the slot that it was
 * lent for that TCE. KVM only ever counts up: it is told each time that there
 * was nothing before (lend.h). Counting down is done here, by those who know
 * that the page is reachable no more.
 */
#ifndef VFIO_PSERIES_TALLY_H
#define VFIO_PSERIES_TALLY_H

#include <linux/list.h>
#include <linux/types.h>

struct mm_struct;
struct mm_iommu_table_group_mem_t;

/**
 * struct tally - a table that KVM was lent slots of
 * @link: among all
 * @mm:   whose KVM; NULL while no slot was lent
 */
struct tally {
	struct list_head link;
	struct mm_struct *mm;
};

/**
 * tally_open() - from now on KVM may count mappings for a table
 *
 * Context: may sleep.
 */
void tally_open(struct tally *y, struct mm_struct *mm);

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
 * tally_take() - count down for what a slot says, if it says anything
 * @y:    an open tally
 * @slot: one of its slots
 *
 * Only when the TCE is known not to hold what KVM wrote any more: what the
 * slot says now was written after the TCE that it stands for.
 *
 * Context: any.
 */
void tally_take(const struct tally *y, __be64 *slot);

/**
 * tally_put() - mm_iommu_put() that is not held up for ever
 *
 * KVM may lose a slot when two processors of a guest write one TCE at once; its
 * count is then too high. What is counted when no table is left that KVM could
 * have counted for is dropped.
 *
 * Context: may sleep. Return: as mm_iommu_put(): 0, -EBUSY.
 */
long tally_put(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem);

/**
 * tally_orphan() - tally_put() as soon as it is possible
 *
 * For memory whose owner goes while KVM has put it into another one's table.
 *
 * Context: may sleep.
 */
void tally_orphan(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem);

#endif
