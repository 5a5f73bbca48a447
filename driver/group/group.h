/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * group.h - the kernel's side of a PE: table group, device tree, PCI devices.
 */
#ifndef VFIO_PSERIES_GROUP_H
#define VFIO_PSERIES_GROUP_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/of.h>
#include <asm/iommu.h>
#include "pe/pe.h"

struct device;
struct iommu_group;

/* The device-tree property of a PE's default window. */
#define GROUP_DEFAULT_NAME	"ibm,dma-window"

/**
 * struct host_ddw_value - the kernel's property for a dynamic window that it created
 * @liobn:        the window's name
 * @start:        its first bus address
 * @page_shift:   log2 of the IOMMU page size
 * @window_shift: log2 of its size in bytes
 *
 * Not packed: there are four bytes of padding before @start.
 */
struct host_ddw_value {
	__be32 liobn;
	__be64 start;
	__be32 page_shift;
	__be32 window_shift;
};

/**
 * struct host_ddw - the dynamic window that the host had when its PE was taken
 * @prop:   its property (linux,direct64- or linux,dma64-ddr-window-info)
 * @w:      its geometry
 * @direct: all RAM is mapped in it, one to one
 * @valid:  there was one
 * @lost:   it could not be made again when the host got the PE back, see
 *          compat/ownership_host_windows.c
 */
struct host_ddw {
	struct property *prop;
	struct dma_window w;
	bool direct;
	bool valid;
	bool lost;
};

/**
 * struct group_pe - a PE, and the kernel's objects for it
 * @pe:      its part that is the same for host and user
 * @ref:     one for the list of all PEs, one for each use meanwhile
 * @link:    in the list of all PEs, which is in the order of @number
 * @number:  PEs are numbered as they are found
 * @held:    its node must not go yet: the core is being made to forget the group
 * @group:   the kernel's table group; valid while the group has a device
 * @node:    the device-tree node with ibm,dma-window
 * @name:    for messages
 * @dev:     the device for which take or release was called, during the call;
 *           guarded by group_owner_lock
 * @ddw:     the host's dynamic window, while a user owns the PE
 * @last:    the kernel is going down: the next kernel creates its own window
 * @aside:   the host's tables, while a user owns the PE (where this module keeps them)
 * @inert:   the results of kvm_iommu_make_inert() for the group's tables; guarded by
 *           the PE's lock
 * @wide:    the device whose own table was @aside's second; never dereferenced
 * @reset:   the device that is being reset while the host owns the PE, see
 *           compat/ownership_device.c; never dereferenced, guarded by the group's mutex
 * @list:    4 KiB page for TCE lists
 * @saved:   spare device-tree property, see compat/ownership_device.c
 * @lent:    another one, of the default window, for a PE with one window at a time
 * @single:  the host has given up its default window for @ddw, see
 *           compat/ownership_host_windows.c
 * @listed:  the value that the kernel's list of windows points at, see
 *           compat/ownership_host_windows.c
 */
struct group_pe {
	struct pe pe;
	struct kref ref;
	struct list_head link;
	u64 number;
	bool held;
	struct iommu_table_group *group;
	struct device_node *node;
	char name[48];
	struct device *dev;
	struct host_ddw ddw;
	bool last;
	struct iommu_table *aside[IOMMU_TABLE_GROUP_MAX_TABLES];
	struct iommu_table *inert[IOMMU_TABLE_GROUP_MAX_TABLES];
	struct device *wide;
	struct device *reset;
	__be64 *list;
	struct property *saved;
	struct property *lent;
	bool single;
	struct host_ddw_value *listed;
};

static inline struct group_pe *to_group_pe(struct pe *pe)
{
	return container_of(pe, struct group_pe, pe);
}

/**
 * group_table_group() - the table group of a device, NULL for a device without a group
 *
 * Context: any.
 */
struct iommu_table_group *group_table_group(struct device *dev);

/**
 * group_pe_get() - the PE of a device, described when it is first seen
 * @dev: a PCI device that is in an IOMMU group
 *
 * Context: may sleep. Return: the PE, or ERR_PTR: -ENODEV (not a device of a
 * partition, or its default window isn't known), -ENOMEM.
 */
struct group_pe *group_pe_get(struct device *dev);

/**
 * group_pe_of_group() - the PE of a group if it was seen before, else NULL
 */
struct pe *group_pe_of_group(struct iommu_group *group);

/**
 * group_init() - describe all PEs, and watch for those that come and go later
 */
int group_init(void);

/**
 * group_exit() - forget all PEs; the host owns all of them
 */
void group_exit(void);

/**
 * group_shutdown() - give all PEs back to the host now, and never take one again
 *
 * For a reboot. Their devices do no DMA until a driver starts them.
 * Context: may sleep.
 */
void group_shutdown(void);

/**
 * group_tables_inert() - keep KVM away from the tables that the host uses now
 *
 * References to tables that the host no longer uses are dropped. Does nothing while a
 * user owns the PE.
 * Context: sleeps, as kvm_iommu_wait(), if a table has gone; takes the PE's lock.
 */
void group_tables_inert(struct group_pe *gp);

/**
 * group_tables_end() - make the host's tables normal again, with nobody in our operations
 *
 * Called when the core has forgotten all PEs.
 * Context: sleeps, as kvm_iommu_wait().
 */
void group_tables_end(void);

/**
 * struct host_table - one of the tables in which the host's drivers map pages, at one moment
 * @w:    its place; where the kernel maps RAM in a part of a window, the rest of it
 * @used: pages of @w that are mapped
 */
struct host_table {
	struct dma_window w;
	u64 used;
};

/**
 * group_table_read() - what the host has in table @i of a PE
 *
 * Context: may sleep; with the PE's lock held.
 * Return: false when the host has no such table, or none that can be read safely now.
 */
bool group_table_read(struct group_pe *gp, size_t i, struct host_table *t);

/**
 * group_take() - take a device's group for a user
 *
 * Called for every device of the group with its mutex held; the first call does
 * the work. Return: 0 or the reason why the host keeps it.
 */
int group_take(struct device *dev);

/**
 * group_release() - release a device's group to the host
 *
 * As group_take(). Return: false when no user owned it.
 */
bool group_release(struct device *dev);

/**
 * group_publish(), group_isolate() - see struct host_ops
 */
int group_publish(struct pe *pe, u32 num, struct kvm_table *kvm);
void group_isolate(struct pe *pe);

/*
 * compat/ownership_*.c for the kernel at hand: it calls group_take() and group_release(), and
 * defines how the host leaves a PE and gets it back.
 */
extern const struct host_ops ownership_host_ops;

/**
 * ownership_removed_default() - GROUP_DEFAULT_NAME of a node, when the kernel has removed
 * it together with the window
 *
 * Return: the property, which lives as long as the node; or NULL.
 */
struct property *ownership_removed_default(struct device_node *dn);

/**
 * ownership_init() - groups can change hands from now on
 */
int ownership_init(void);

/**
 * ownership_meet() - a PE was seen first, or again when a driver binds to its device
 *
 * Context: may sleep; takes the IOMMU core's group mutex.
 * Return: false when a user had it before this module was loaded, and still has it.
 */
bool ownership_meet(struct group_pe *gp);

/**
 * ownership_forget() - undo ownership_meet() at unload; no user owns the PE
 *
 * Afterwards no call for this PE is inside our operations.
 */
void ownership_forget(struct group_pe *gp);

#endif
