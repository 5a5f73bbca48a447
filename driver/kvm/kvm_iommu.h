/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_iommu.h - the tables that KVM finds in the kernel's table group.
 *
 * KVM finds a container's windows there by offset, size and page size.
 */
#ifndef VFIO_PSERIES_KVM_IOMMU_H
#define VFIO_PSERIES_KVM_IOMMU_H

#include <asm/iommu.h>
#include "kvm/kvm_table.h"

/**
 * kvm_iommu_table() - the table to publish for a window; NULL for NULL
 */
struct iommu_table *kvm_iommu_table(struct kvm_table *l);

/**
 * kvm_iommu_make_inert() - keep KVM away from a table of the host
 * @tbl: the table, which cannot be freed meanwhile; may be NULL or one of ours
 *
 * User space can make KVM find the table of a group that no container has. KVM's
 * operations on it have no effect from now on.
 *
 * Context: may sleep. Return: @tbl with a reference, for kvm_iommu_make_normal() or
 * kvm_iommu_abandon(); NULL when the table was left as it is.
 */
struct iommu_table *kvm_iommu_make_inert(struct iommu_table *tbl);

/**
 * kvm_iommu_make_normal() - undo kvm_iommu_make_inert(); the reference stays held
 *
 * KVM may be inside our operations until kvm_iommu_wait() has returned.
 */
void kvm_iommu_make_normal(struct iommu_table *tbl);

/**
 * kvm_iommu_abandon() - drop the reference to an inert table that the host no longer has
 *
 * The table stays inert for KVM. If KVM still has it, this module stays loaded, too:
 * the hypervisor's table of that name may belong to another user by now.
 *
 * Context: sleeps, as kvm_iommu_wait().
 */
void kvm_iommu_abandon(struct iommu_table *tbl);

#endif
