/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * group_device_tree.h - the device tree's word on a PE, and properties of windows in it.
 */
#ifndef VFIO_PSERIES_GROUP_DEVICE_TREE_H
#define VFIO_PSERIES_GROUP_DEVICE_TREE_H

struct device;
struct device_node;
struct group_pe;
struct ddw_pe;
struct iommu_table_group;
struct pe_window;
struct property;

/**
 * group_node() - the node that a table group hangs on, above (or at) the device's own
 *
 * Context: any; the device stays meanwhile. Return: the node, without a reference; NULL when there
 * is none.
 */
struct device_node *group_node(struct device *dev, const struct iommu_table_group *tg);

/**
 * group_read_default() - where the default window is
 * @dn: the PE's node
 * @d:  its geometry, and whether firmware has it now
 *
 * Context: any. Return: 0; -ENODEV when the node does not tell.
 */
int group_read_default(struct device_node *dn, struct pe_window *d);

/**
 * group_read_address() - how RTAS addresses a PE, and what it can be asked
 * @dev:  a function of the PE's
 * @dn:   the PE's node
 * @addr: to be filled; its tokens are left alone where the node has none
 *
 * Context: any.
 */
void group_read_address(struct device *dev, struct device_node *dn, struct ddw_pe *addr);

/**
 * group_has_window() - does a node describe a window, firmware's or the host's?
 */
bool group_has_window(const struct device_node *dn);

/**
 * group_find_ddw() - look for the host's dynamic window in the device tree
 * @gp: the PE; @gp->ddw is filled
 */
void group_find_ddw(struct group_pe *gp);

/**
 * group_property_copy() - a device-tree property with another's value
 *
 * Return: the property, for of_add_property(); NULL without memory.
 */
struct property *group_property_copy(const char *name, const struct property *from);

/**
 * group_property_added() - a property is in a node, from which it is to be removed again
 *
 * The kernel removes a property's file in sysfs by the file's name, and dies where there was no
 * memory for that name, which it does not tell.
 *
 * Context: may sleep.
 */
void group_property_added(struct property *p);

#endif
