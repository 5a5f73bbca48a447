/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * group_list.h - all PEs that were found.
 *
 * The list's spinlock is taken inside everything else and never held over a sleep.
 */
#ifndef VFIO_PSERIES_GROUP_LIST_H
#define VFIO_PSERIES_GROUP_LIST_H

#include <linux/types.h>
#include "group/group.h"

struct device;
struct device_node;
struct iommu_table;
struct iommu_table_group;

/**
 * group_list_find() - the PE of a table group, NULL when it was not seen yet
 *
 * The PE lives as long as the group's node. Context: any.
 */
struct group_pe *group_list_find(const struct iommu_table_group *group);

/**
 * group_list_add() - number a PE that was found, and add it to the list
 *
 * The caller's reference becomes the list's. Context: no other thread describes PEs.
 */
void group_list_add(struct group_pe *gp);

/**
 * group_list_remove() - remove the PE of a node that goes from the list
 *
 * Return: the PE, with the list's reference; NULL when there is none.
 */
struct group_pe *group_list_remove(const struct device_node *dn);

/**
 * group_list_hold() - keep a PE's node while the core is made to forget its group; or release it
 *
 * Return: false when the table group may be gone; else it stays until @hold is false.
 */
bool group_list_hold(struct group_pe *gp, bool hold);

/**
 * group_list_is_table() - is this the table group's table @i now?
 *
 * Also safe when the PE's node has been removed: false. Context: any.
 */
bool group_list_is_table(const struct group_pe *gp, size_t i, const struct iommu_table *tbl);

/**
 * group_list_forget_device() - forget a device that has left its group: its address may be reused
 */
void group_list_forget_device(const struct device *dev);

/**
 * group_list_end() - forget all PEs
 *
 * Context: no call for a PE runs or comes any more.
 */
void group_list_end(void);

/**
 * group_each() - call @fn for every PE until one call does not return 0
 *
 * The PE stays described while @fn runs, even if its node is removed; @fn may sleep.
 * Return: what the last call returned, 0 without a PE.
 */
int group_each(int (*fn)(struct group_pe *gp, void *data), void *data);

/**
 * group_pe_put() - drop one reference
 */
void group_pe_put(struct group_pe *gp);

#endif
