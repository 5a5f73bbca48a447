/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lookup.h - tables for those who look into the kernel's table group.
 *
 * KVM finds a container's windows there by offset, size and page size. What it
 * finds are these stand-ins: they have the right geometry and tell KVM, in its
 * own terms, to leave every request to user space.
 */
#ifndef VFIO_PSERIES_LOOKUP_H
#define VFIO_PSERIES_LOOKUP_H

#include <linux/list.h>
#include <asm/iommu.h>
#include "hv.h"

/**
 * lookup_table_get() - a stand-in for a window
 * @retired: earlier ones; one that nobody else holds is used again
 * @w:       the window
 *
 * Context: may sleep. Return: the table or NULL.
 */
struct iommu_table *lookup_table_get(struct list_head *retired, const struct hv_window *w);

/**
 * lookup_table_retire() - its window is gone, KVM may still hold it
 *
 * KVM reads the group's pointers without a lock, so the memory has to stay
 * while the group is attached.
 */
void lookup_table_retire(struct list_head *retired, struct iommu_table *tbl);

/**
 * lookup_tables_put() - the group is no longer attached
 *
 * Context: sleeps for an RCU grace period if there is anything to do.
 */
void lookup_tables_put(struct list_head *retired);

/**
 * lookup_make_inert() - keep KVM's hands off a table of the host's
 *
 * KVM can be made to find the table of a group that no container has. What it
 * does there from now on has no effect. @tbl may be NULL or one of ours.
 */
void lookup_make_inert(struct iommu_table *tbl);

/**
 * lookup_make_normal() - undo lookup_make_inert()
 */
void lookup_make_normal(struct iommu_table *tbl);

#endif
