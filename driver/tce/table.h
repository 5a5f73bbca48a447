/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - the contents of one window: map, unmap, clear.
 *
 * A table is written in batches of up to HCALL_BATCH TCEs. Each batch is one critical section
 * under the locks of its leaves: the hypercall and the shadow's change belong together. KVM
 * writes single TCEs (kvm_table.h) in critical sections of its own. Calls on different ranges run
 * at the same time, calls on the same range one after the other (range_lock.h). A call that fails
 * puts back what it changed. What it cannot put back is marked unknown, and the pages that it may
 * reach stay pinned.
 */
#ifndef VFIO_PSERIES_TABLE_H
#define VFIO_PSERIES_TABLE_H

#include <linux/types.h>
#include "debug/counters.h"
#include "hv/hcall.h"
#include "kvm/kvm_mapped.h"
#include "tce/range_lock.h"
#include "tce/shadow.h"

struct kvm_table;
struct regions;

/* Most PEs that one container can have in one table. */
#define TABLE_MAX_PES	32

/**
 * struct table - the contents of one window
 * @w:      geometry; its liobn is that of the first PE that ever was a member
 * @liobn:  the hypervisor's table of each member PE
 * @pes:    number of members; this and @liobn change with the IOAS's lock held for writing
 *          and kvm_table.lock, too
 * @regions:    where its pages come from
 * @shadow:     what the TCEs hold
 * @counters:   what was asked of the hypervisor for it
 * @kvm:        what KVM sees of it, NULL before it is published
 * @kvm_mapped: KVM's counts for it; open once slots were lent
 * @lent:   KVM has written to it, and may write again at any time; this and @lost are set under the
 *          lock of the leaf that KVM writes to: calls on that leaf are the first that must see them
 * @lost:   the hypervisor neither did nor undid a write of KVM's: the content of a TCE
 *          is not known, nor which TCE it is
 * @ranges: running calls, each with its range
 * @next:   in a list of tables whose windows are gone
 */
struct table {
	struct dma_window w;
	u32 liobn[TABLE_MAX_PES];
	u32 pes;
	struct regions *regions;
	struct shadow shadow;
	struct counters counters;
	struct kvm_table *kvm;
	struct kvm_mapped kvm_mapped;
	bool lent;
	bool lost;
	struct range_locks ranges;
	struct table *next;
};

/**
 * table_init() - make an empty table
 * @t:       to be filled
 * @tces:    its entries
 * @regions: where its pages come from
 *
 * table_join() adds the hypervisor's table of a PE.
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int table_init(struct table *t, u64 tces, struct regions *regions);

/**
 * table_join() - add one more PE's window, all of whose TCEs are invalid
 * @t: the table; the first window that joins decides the table's place
 * @w: a window with the geometry of the table
 *
 * What is mapped is written to the new window, too.
 *
 * Context: may sleep; the IOAS's lock is held for writing.
 * Return: 0; -EBUSY while TCEs are unknown; -ENOSPC (too many); -EINTR, -EIO,
 * -ENOMEM. After an error table_part() has to follow.
 */
int table_join(struct table *t, const struct dma_window *w);

/**
 * table_begin() - begin a user's call: a busy hypervisor is waited for again
 * @t: the table
 *
 * The functions that map, unmap, clear or join do that themselves. Before table_part()
 * the caller does it, because many PEs may leave in one call.
 *
 * Context: any; the IOAS's lock is held for writing.
 */
void table_begin(struct table *t);

/**
 * table_part() - remove a PE's window; the other members are not touched
 * @t:     the table; KVM adds nothing to it meanwhile
 * @liobn: the window
 *
 * Context: may sleep; the IOAS's lock is held for writing.
 * Return: true when every TCE of the window is invalid.
 */
bool table_part(struct table *t, u32 liobn);

/**
 * table_free() - free the memory of a table
 *
 * Takes its owner's mmap_lock. Context: may sleep.
 */
void table_free(struct table *t);

/**
 * table_map() - map user pages, replacing what was mapped there
 * @t:      the table
 * @first:  index of the first TCE, counted from the window's start
 * @n:      TCEs, at least 1; the range lies in the window
 * @ua:     user address, aligned to the IOMMU page
 * @perm:   PAPR_TCE_READ and/or PAPR_TCE_WRITE, as the device sees it
 * @wanted: the result of kvm_table_wanted()
 *
 * Context: may sleep; the IOAS's lock is held.
 * Return: 0; -EINVAL (regions_covers()); -ENOMEM; -EINTR; -EIO. On error
 * everything is as before, unknown TCEs excepted.
 */
int table_map(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm, bool wanted);

/**
 * table_unmap() - invalidate a range; unmapped parts are no error
 *
 * Context: may sleep; the IOAS's lock is held.
 * Return: 0; -EINTR (the caller is dying; a part may be gone); -EIO, -ENOMEM
 * (everything as before, unknown TCEs excepted).
 */
int table_unmap(struct table *t, u64 first, u64 n);

/**
 * table_unmap_all() - table_unmap() for the whole table
 *
 * Context: may sleep; the IOAS's lock is held for writing. Return: as table_unmap().
 */
int table_unmap_all(struct table *t);

/**
 * table_clear() - invalidate everything before the window is removed
 *
 * It continues after errors.
 *
 * Context: may sleep; the IOAS's lock is held for writing.
 * Return: the number of TCEs that stay unknown.
 */
u64 table_clear(struct table *t);

/**
 * table_live() - TCEs that may be valid
 */
u64 table_live(const struct table *t);

/**
 * table_forget() - the hypervisor's table is gone, and every TCE with it
 *
 * Unknown entries become invalid: their pages are released, and KVM's counts for them
 * are settled.
 *
 * Context: may sleep; the IOAS's lock is held for writing.
 */
void table_forget(struct table *t);

/**
 * table_tce() - the content of a TCE as the shadow has it, with its marks
 *
 * Context: any; takes the lock of its leaf.
 */
u64 table_tce(const struct table *t, u64 idx);

/**
 * table_entry_kvms() - may the TCE hold what KVM wrote?
 *
 * Context: the leaf's lock is held.
 */
static inline bool table_entry_kvms(const struct shadow_leaf *leaf, u32 slot)
{
	return leaf->flat && leaf->cells->tce[slot] &&
	       (!leaf->cells->region[slot] || leaf->cells->tce[slot] & SHADOW_UNKNOWN);
}

#endif
