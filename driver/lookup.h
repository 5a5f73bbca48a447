/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lookup.h - tables for those who look into the kernel's table group.
 *
 * KVM finds a container's windows there by offset, size and page size.
 */
#ifndef VFIO_PSERIES_LOOKUP_H
#define VFIO_PSERIES_LOOKUP_H

#include <asm/iommu.h>
#include "lend.h"

/**
 * lookup_table() - what to publish for a window; NULL for NULL
 */
struct iommu_table *lookup_table(struct lend *l);

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
