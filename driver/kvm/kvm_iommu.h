/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_iommu.h - tables for those who look into the kernel's table group.
 *
 * KVM finds a container's windows there by offset, size and page size.
 */
#ifndef VFIO_PSERIES_KVM_IOMMU_H
#define VFIO_PSERIES_KVM_IOMMU_H

#include <asm/iommu.h>
#include "kvm/kvm_table.h"

/**
 * kvm_iommu_table() - what to publish for a window; NULL for NULL
 */
struct iommu_table *kvm_iommu_table(struct kvm_table *l);

/**
 * kvm_iommu_make_inert() - keep KVM's hands off a table of the host's
 * @tbl: the table, which cannot go meanwhile; NULL or one of ours is no such
 *
 * KVM can be made to find the table of a group that no container has. What it
 * does there from now on has no effect.
 *
 * Context: may sleep. Return: @tbl with a reference, for kvm_iommu_make_normal() or
 * kvm_iommu_abandon(); NULL when it is left as it is.
 */
struct iommu_table *kvm_iommu_make_inert(struct iommu_table *tbl);

/**
 * kvm_iommu_make_normal() - undo kvm_iommu_make_inert(); the reference stays
 *
 * KVM may be inside our operations until kvm_iommu_wait() has returned.
 */
void kvm_iommu_make_normal(struct iommu_table *tbl);

/**
 * kvm_iommu_abandon() - drop the reference to an inert table that the host has no more
 *
 * It stays inert for KVM, and if that has it still, so does this module stay:
 * the hypervisor's table of that name may be somebody else's by now.
 *
 * Context: sleeps, as kvm_iommu_wait().
 */
void kvm_iommu_abandon(struct iommu_table *tbl);

#endif
