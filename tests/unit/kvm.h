/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm.h - KVM as a table's second writer: what it does for a guest's H_PUT_TCE, step by step and
 * without a lock.
 */
#ifndef KVM_H
#define KVM_H

#include "kvm/kvm_table.h"

/* What the guest gets; the second stands for the way through user space. */
#define KVM_DONE	0
#define KVM_TOO_HARD	1

/* Where KVM can be overtaken by others. */
enum kvm_point {
	KVM_HAS_SLOT,
	KVM_HAS_COUNTED,
	KVM_HAS_WRITTEN,
	KVM_POINTS
};

/* Called at each of them while it is not NULL. */
extern void (*kvm_pause)(enum kvm_point at);

/* Times that KVM would have warned. */
extern u64 kvm_warnings;

/**
 * kvm_find() - KVM takes what it finds of a window in a group, to be dropped with
 * shim_lookup_drop()
 * @kvm: where the group has it
 *
 * Return: NULL when there is none.
 */
struct kvm_table *kvm_find(struct kvm_table *const *kvm);

/**
 * kvm_put_tce() - a guest maps a page, in a table of 4 KiB pages
 * @l:    what KVM found
 * @ioba: bus address
 * @ua:   where the guest's page is in the address space of the calling thread
 * @perm: permissions; 0 removes what is there
 */
int kvm_put_tce(struct kvm_table *l, u64 ioba, u64 ua, u64 perm);

#endif
