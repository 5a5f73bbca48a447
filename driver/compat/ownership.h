/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ownership.h - which of three variants of ownership is built for a kernel.
 *
 * They are told by what the kernel's table-group operations name, which probes
 * find. Exactly one of ownership_device.c, ownership_group.c and ownership_none.c
 * is built; "modinfo -F ownership" says which, for tests that depend on it.
 *
 *            the kernel's operations name  host's windows by   operations by
 *   device   the device and its group      the kernel          ownership_replace.c
 *   group    the group alone               ownership_host_windows.c ownership_replace.c
 *   none     there are none                ownership_host_windows.c the IOMMU core
 */
#ifndef VFIO_PSERIES_COMPAT_OWNERSHIP_H
#define VFIO_PSERIES_COMPAT_OWNERSHIP_H

#include "config.h"

#if defined(HAVE_TABLE_GROUP_DEVICE)
#define OWNERSHIP_DEVICE
#elif defined(HAVE_TABLE_GROUP_ALONE)
#define OWNERSHIP_GROUP
#else
#define OWNERSHIP_NONE
#endif

struct device;
struct iommu_table_group;
struct iommu_table_group_ops;

#ifndef OWNERSHIP_NONE
/* The kernel's own operations, the same for all groups; NULL before a PE was met. */
extern struct iommu_table_group_ops *ownership_kernel_ops;
#endif

/* What the kernel's take and release are told. */
#ifdef OWNERSHIP_DEVICE
#define OWNERSHIP_ARGS	struct iommu_table_group *group, struct device *dev
#define OWNERSHIP_PASS	group, dev
#else
#define OWNERSHIP_ARGS	struct iommu_table_group *group
#define OWNERSHIP_PASS	group
#endif

/*
 * ownership_take(), ownership_release() - what a variant has in place of the
 * kernel's take and release
 *
 * Called with the group's mutex held, once for each device of the group; the
 * second also for a device that appears in a PE that the host owns.
 */
#ifndef OWNERSHIP_NONE
long ownership_take(OWNERSHIP_ARGS);
void ownership_release(OWNERSHIP_ARGS);
#endif

#endif
