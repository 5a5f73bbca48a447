/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ownership.h - the choice between three variants of ownership, by the kernel.
 *
 * The arguments of the kernel's table-group operations tell which variant it needs; probes
 * find them. Exactly one of ownership_device.c, ownership_group.c and ownership_none.c is
 * built; "modinfo -F ownership" says which, for tests that depend on it.
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
/* The kernel's own operations, the same for all groups; NULL before the first PE was seen. */
extern struct iommu_table_group_ops *ownership_kernel_ops;
#endif

/* The arguments of the kernel's take and release. */
#ifdef OWNERSHIP_DEVICE
#define OWNERSHIP_ARGS	struct iommu_table_group *group, struct device *dev
#define OWNERSHIP_PASS	group, dev
#else
#define OWNERSHIP_ARGS	struct iommu_table_group *group
#define OWNERSHIP_PASS	group
#endif

/*
 * ownership_take(), ownership_release() - a variant's replacement of the kernel's
 * take and release
 *
 * Called with the group's mutex held, once for each device of the group;
 * ownership_release() also for a device that appears in a PE that the host owns.
 */
#ifndef OWNERSHIP_NONE
long ownership_take(OWNERSHIP_ARGS);
void ownership_release(OWNERSHIP_ARGS);
#endif

#endif
