/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table_ops.h - the arguments of struct iommu_table_ops' functions.
 *
 * @realmode is set by KVM's real-mode handlers. They serve a machine's own hypervisor; KVM in a
 * partition has none of them. So the argument is ignored.
 */
#ifndef VFIO_PSERIES_COMPAT_TABLE_OPS_H
#define VFIO_PSERIES_COMPAT_TABLE_OPS_H

#include "config.h"

#ifdef HAVE_XCHG_REALMODE
#define TABLE_OPS_REALMODE	, bool realmode
#else
#define TABLE_OPS_REALMODE
#endif

#endif
