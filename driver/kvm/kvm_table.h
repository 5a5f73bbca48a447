/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_table.h - a window's table as KVM uses it.
 *
 * KVM keeps the table that it was given and writes single TCEs without any lock of ours, also
 * after the window, the container and its user are gone. So it is given an object of its own,
 * which leads to the table while that exists, and to nothing after that.
 */
#ifndef VFIO_PSERIES_KVM_TABLE_H
#define VFIO_PSERIES_KVM_TABLE_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include "hv/hcall.h"
#include "memory/regions.h"
#include "tce/table.h"

/**
 * struct kvm_table - the object that KVM is given
 * @lock:    guards all, and which members the table has; KVM's processors hold it for reading
 *           while they write, and take a leaf's lock inside of it; never held over a sleep
 * @t:       the table, NULL before its window is ready and after it is gone
 * @first:   the table's first TCE as KVM counts them: bus address by page size
 * @stopped: KVM gets no slot; it may still remove TCEs
 * @next:    in a list of kvm_tables that are out of use
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
 * kvm_table_begin() - KVM can write to the table from now on
 */
void kvm_table_begin(struct kvm_table *l, struct table *t);

/**
 * kvm_table_stop() - KVM adds nothing to the table any more, and is not about to
 *
 * A guest's requests to map go to user space meanwhile, and wait there. NULL does
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
 * kvm_table_end() - take the table from KVM: it is about to be removed
 *
 * Called before the hypervisor's table is removed: its name may be used at once for
 * another one. KVM is stopped. NULL does nothing.
 */
void kvm_table_end(struct kvm_table *l);

/**
 * kvm_table_exclude() - no processor of KVM writes until kvm_table_admit()
 *
 * For changes that each write has to see as a whole. Context: does not sleep.
 */
void kvm_table_exclude(struct kvm_table *l);
void kvm_table_admit(struct kvm_table *l);

/**
 * kvm_table_slot() - the place where KVM keeps the user address of what it writes
 * @l:     the object
 * @index: the TCE, as KVM counts them
 *
 * A part of the table where the user has not mapped anything since KVM got the table has no slots
 * yet: the user's next MAP there brings them.
 *
 * Context: does not sleep. KVM writes to the slot without sleeping in between.
 * Return: the slot; NULL makes KVM hand the guest's request to user space.
 */
__be64 *kvm_table_slot(struct kvm_table *l, u64 index);

/**
 * kvm_table_exchange() - KVM writes one TCE
 * @l:     the object
 * @index: the TCE, as KVM counts them
 * @hpa:   host physical address; mm_iommu counts its mapping already
 * @perm:  PAPR_TCE_READ and/or PAPR_TCE_WRITE; 0 invalidates the TCE
 *
 * One H_PUT_TCE for each member, none for a TCE that is invalid already. This function releases
 * the page that the TCE held. The caller tells KVM that there was none, so that KVM does not
 * count down, mark dirty or put anything back itself.
 *
 * Context: does not sleep.
 * Return: 0, also when the table is gone; -EIO when the hypervisor refuses: then
 * the TCE is what it was, or invalid.
 */
int kvm_table_exchange(struct kvm_table *l, u64 index, u64 hpa, u64 perm);

/*
 * The kernel's object around it: kvm_iommu.c, and a replacement in the unit tests.
 */

/**
 * kvm_iommu_alloc() - a new object, with a reference of ours
 *
 * Context: may sleep. Return: NULL without memory.
 */
struct kvm_table *kvm_iommu_alloc(void);

/**
 * kvm_iommu_place() - set where the window is, before it is published
 */
void kvm_iommu_place(struct kvm_table *l, const struct dma_window *w);

/**
 * kvm_iommu_held() - does KVM hold a reference to it?
 */
bool kvm_iommu_held(struct kvm_table *l);

/**
 * kvm_iommu_wanted() - does KVM hold it, and may KVM be lent slots?
 */
bool kvm_iommu_wanted(struct kvm_table *l);

/**
 * kvm_table_wanted() - does KVM have the table? Then a MAP brings slots and shows the memory to KVM
 *
 * KVM asks for a slot only after it has found the memory that the guest names. The two conditions
 * under which kvm_table_slot() never lends a slot are checked here, too: see there.
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
 * kvm_iommu_wait() - wait until KVM has left the code that it was in when this was called
 *
 * After that KVM takes no reference to a table that was no longer published before, and writes to
 * no slot that it had asked for before.
 *
 * Context: sleeps until every processor has switched tasks, which is enforced soon; on kernels that
 * can be preempted until every task has been in user space or asleep.
 */
void kvm_iommu_wait(void);

/**
 * kvm_iommu_put() - drop our references
 * @l: a list of kvm_tables that are not published any more
 *
 * Context: sleeps, as kvm_iommu_wait() does.
 */
void kvm_iommu_put(struct kvm_table *l);

#endif
