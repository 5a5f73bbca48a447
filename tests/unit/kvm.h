/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm.h - KVM as a table's second writer: what it does for a guest's H_PUT_TCE, step by step and
 * without a lock.
 */
#ifndef KVM_H
#define KVM_H

#include "kvm/kvm_table.h"

/* The guest's result; KVM_TOO_HARD sends the call through user space. */
#define KVM_DONE	0
#define KVM_TOO_HARD	1

/* The points at which others can overtake KVM. */
enum kvm_point {
	KVM_HAS_SLOT,
	KVM_HAS_COUNTED,
	KVM_HAS_WRITTEN,
	KVM_POINTS
};

/* Called at each of these points while it is not NULL. */
extern void (*kvm_pause)(enum kvm_point at);

/* How often KVM would have warned. */
extern u64 kvm_warnings;

/**
 * kvm_find() - KVM takes a window's table that it finds in a group; shim_lookup_drop() drops it
 * @kvm: the group's pointer to the table
 *
 * Return: NULL when there is none.
 */
struct kvm_table *kvm_find(struct kvm_table *const *kvm);

/**
 * kvm_put_tce() - a guest maps a page, in a table of 4 KiB pages
 * @l:    what KVM found
 * @ioba: bus address
 * @ua:   the guest's page in the address space of the calling thread
 * @perm: permissions; 0 clears the TCE
 */
int kvm_put_tce(struct kvm_table *l, u64 ioba, u64 ua, u64 perm);

#endif
