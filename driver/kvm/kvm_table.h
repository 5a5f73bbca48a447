/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_table.h - a window's table as KVM has it.
 *
 * KVM holds on to what it was given and writes single TCEs without any lock of
 * ours, also when the window, the container and its user are long gone. What it
 * is given is therefore an object of its own, which stands for a table while
 * that lives and for nothing afterwards.
 */
#ifndef VFIO_PSERIES_KVM_TABLE_H
#define VFIO_PSERIES_KVM_TABLE_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include "hv/hcall.h"
#include "memory/regions.h"
#include "tce/table.h"

/**
 * struct kvm_table - what KVM was given
 * @lock:    guards all, and the members of the table that it stands for; KVM's processors hold it
 *           to read while they write, outside of a leaf's lock; never held over a sleep
 * @t:       the table, NULL before its window is ready and when it is gone
 * @first:   its first TCE as KVM counts them: bus address by page size
 * @stopped: KVM gets no slot; what it may still do is to remove
 * @next:    in a list of those that are out of use
 */
struct kvm_table {
	rwlock_t lock;
	struct table *t;
	u64 first;
	bool stopped;
	struct kvm_table *next;
};

void kvm_table_init(struct kvm_table *l);

/**
 * kvm_table_begin() - the table can be written to
 */
void kvm_table_begin(struct kvm_table *l, struct table *t);

/**
 * kvm_table_stop() - KVM adds nothing to the table any more, and nobody is about to
 *
 * What a guest maps goes to user space meanwhile, and waits there. NULL does
 * nothing.
 *
 * Context: sleeps for an RCU grace period if KVM was ever lent a slot.
 */
void kvm_table_stop(struct kvm_table *l);

/**
 * kvm_table_go() - undo kvm_table_stop()
 */
void kvm_table_go(struct kvm_table *l);

/**
 * kvm_table_end() - the table is about to go
 *
 * Before the hypervisor's: its name may come back at once for another one. KVM is
 * stopped. NULL does nothing.
 */
void kvm_table_end(struct kvm_table *l);

/**
 * kvm_table_exclude() - no processor of KVM's writes until kvm_table_admit()
 *
 * For changes that each of its writes has to see as a whole. Context: does not sleep.
 */
void kvm_table_exclude(struct kvm_table *l);
void kvm_table_admit(struct kvm_table *l);

/**
 * kvm_table_slot() - where KVM keeps the user address of what it writes
 * @l:     the object
 * @index: the TCE, as KVM counts them
 *
 * In a part of a table where the user has not mapped anything since KVM has the
 * table there is none yet: his next MAP there brings it.
 *
 * Context: does not sleep. KVM writes to the slot without sleeping in between.
 * Return: the slot; NULL makes KVM hand the guest's request to user space.
 */
__be64 *kvm_table_slot(struct kvm_table *l, u64 index);

/**
 * kvm_table_exchange() - KVM writes one TCE
 * @l:     the object
 * @index: the TCE, as KVM counts them
 * @hpa:   host physical address, counted in mm_iommu before
 * @perm:  PAPR_TCE_READ and/or PAPR_TCE_WRITE; 0 invalidates the TCE
 *
 * One H_PUT_TCE for each member, none where it is invalid already. The page that
 * was there is dealt with: KVM is to be told that there was none, so that it
 * neither counts down, marks dirty nor puts anything back by itself.
 *
 * Context: does not sleep.
 * Return: 0, also when the table is gone; -EIO when the hypervisor refuses, and
 * the TCE is what it was or invalid.
 */
int kvm_table_exchange(struct kvm_table *l, u64 index, u64 hpa, u64 perm);

/*
 * The kernel's object around it: kvm_iommu.c, and the tests' world.
 */

/**
 * kvm_iommu_alloc() - one more, held by us
 *
 * Context: may sleep. Return: NULL without memory.
 */
struct kvm_table *kvm_iommu_alloc(void);

/**
 * kvm_iommu_place() - say where the window is, before it is published
 */
void kvm_iommu_place(struct kvm_table *l, const struct dma_window *w);

/**
 * kvm_iommu_held() - does anybody but us hold it?
 */
bool kvm_iommu_held(struct kvm_table *l);

/**
 * kvm_iommu_wanted() - has KVM got it, and may it be lent slots?
 */
bool kvm_iommu_wanted(struct kvm_table *l);

/**
 * kvm_table_wanted() - has KVM got it? Then a MAP brings slots for it, and it is to find the memory
 *
 * KVM does not ask for a slot before it has found the memory that the guest names. It is never lent
 * one where kvm_table_slot() says so, too: see there.
 *
 * Context: the IOAS's lock is held.
 */
static inline bool kvm_table_wanted(const struct table *t)
{
	if (!t->kvm || t->w.page_shift > PAGE_SHIFT || t->regions->v1)
		return false;
	return kvm_iommu_wanted(t->kvm);
}

/**
 * kvm_iommu_wait() - KVM is out of what it was in when this began
 *
 * It takes no more references to what is published no more, and writes to no more slots that it
 * asked for before.
 *
 * Context: sleeps until every processor has been elsewhere, which it is made to be soon, or where
 * the kernel can be preempted until every task has been seen outside of the kernel, or asleep.
 */
void kvm_iommu_wait(void);

/**
 * kvm_iommu_put() - we hold them no more
 * @l: a list of those that are published nowhere
 *
 * Context: sleeps, as kvm_iommu_wait().
 */
void kvm_iommu_put(struct kvm_table *l);

#endif
