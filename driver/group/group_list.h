/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * group_list.h - the PEs that are known.
 *
 * The list's spinlock is taken inside everything else and never held over a sleep.
 */
#ifndef VFIO_PSERIES_GROUP_LIST_H
#define VFIO_PSERIES_GROUP_LIST_H

#include <linux/types.h>
#include "group/group.h"

struct device;
struct device_node;
struct iommu_table_group;

/**
 * group_list_find() - the PE of a table group, NULL when it was not met yet
 *
 * It lives as long as the group's node. Context: any.
 */
struct group_pe *group_list_find(const struct iommu_table_group *group);

/**
 * group_list_add() - a PE was found: number it, list it
 *
 * Its caller's reference is the list's. Context: nobody else describes PEs.
 */
void group_list_add(struct group_pe *gp);

/**
 * group_list_remove() - the PE of a node that goes is in the list no more
 *
 * Return: the PE, with the list's reference; NULL when there is none.
 */
struct group_pe *group_list_remove(const struct device_node *dn);

/**
 * group_list_hold() - while the core is made to forget a PE's group: the node must not go
 *
 * Return: false when the table group may be gone; else it stays until it is let go.
 */
bool group_list_hold(struct group_pe *gp, bool hold);

/**
 * group_list_forget_device() - a device has left its group, and another may get its address
 */
void group_list_forget_device(const struct device *dev);

/**
 * group_list_end() - no PE is known any more
 *
 * Context: nothing calls in any more on behalf of a PE.
 */
void group_list_end(void);

/**
 * group_each() - call @fn for every PE until one call does not return 0
 *
 * The PE stays described while @fn runs, even if it goes; @fn may sleep.
 * Return: what the last call said, 0 without a PE.
 */
int group_each(int (*fn)(struct group_pe *gp, void *data), void *data);

/**
 * group_pe_put() - one reference less
 */
void group_pe_put(struct group_pe *gp);

#endif
