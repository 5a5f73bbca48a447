/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * group_device_tree.h - a PE's description in the device tree, and properties of its windows.
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
 * group_node() - the node that a table group belongs to: the device's own or one above
 *
 * Context: any; the device stays meanwhile. Return: the node, without a reference; NULL when there
 * is none.
 */
struct device_node *group_node(struct device *dev, const struct iommu_table_group *tg);

/**
 * group_read_default() - read where the default window is
 * @dn: the PE's node
 * @d:  its geometry, and whether firmware has it now
 *
 * Context: any. Return: 0; -ENODEV when the node does not say.
 */
int group_read_default(struct device_node *dn, struct pe_window *d);

/**
 * group_read_address() - read how RTAS addresses a PE, and which calls it has
 * @dev:  a function of the PE
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
 * group_property_added() - prepare a property that was added to a node for its removal
 *
 * The kernel removes a property's file in sysfs by the file's name. It crashes if it had no memory
 * for that name, which it does not report.
 *
 * Context: may sleep.
 */
void group_property_added(struct property *p);

#endif
