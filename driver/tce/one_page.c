// SPDX-License-Identifier: GPL-2.0-only
/*
 * one_page.c - MAP and UNMAP of a single page: the short path.
 *
 * Most calls of some users are for one page. Where KVM does not take part in the table and its
 * content is known, only the entry has to be checked: under its leaf's lock one hypercall is made
 * and the entry is changed, without a range, a list or a journal. Where that is not possible,
 * nothing has happened yet, and the call takes the path for many pages. When the hypervisor is
 * busy or refuses, the entry is unknown, and a call has to settle it.
 *
 * All rare parts are out of line (map_many.h, unmap_many.h), so that the call for one page saves
 * few registers.
 */
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include "kvm/kvm_table.h"
#include "memory/regions.h"
#include "tce/batch.h"
#include "tce/map_many.h"
#include "tce/range_lock.h"
#include "tce/shadow_leaf.h"
#include "tce/table.h"
#include "tce/unmap_many.h"

/*
 * NULL where KVM has the table, or had slots. Else KVM cannot write a valid TCE before a later
 * MAP. It can clear a TCE at any time, for which it needs nothing of ours.
 */
static inline struct shadow_leaf *table_plain_leaf(struct table *t, u64 idx, bool wanted)
{
	if (wanted || kvm_mapped_is_open(&t->kvm_mapped) || READ_ONCE(t->lent))
		return NULL;
	return shadow_leaf(&t->shadow, idx);
}

/* With the leaf's lock held: write one TCE for every member. */
static inline int table_put_page(struct table *t, struct shadow_leaf *leaf, u64 idx, u64 tce)
{
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	int rc = 0;
	u32 i;

	lockdep_assert_held(&leaf->lock);
	for (i = 0; i < t->pes && !rc; i++) {
		rc = hcall_put_one(t->liobn[i], ioba, tce);
		counters_one(&t->counters, rc);
	}
	return rc;
}

/* The TCE was refused, or is not written yet: its content is unknown until a call settles it. */
static noinline void table_page_unknown(struct table *t, struct shadow_leaf *leaf, u64 idx, u64 tce,
					u32 region)
{
	batch_set(t, leaf, idx & SHADOW_LEAF_MASK, tce | SHADOW_UNKNOWN, region);
}

/*
 * The page is held. Return: 0; -ENOENT when the entry is valid or in a call's range; else the
 * result of hcall_put_one(), and the entry is unknown.
 */
static int table_map_page(struct table *t, struct shadow_leaf *leaf, u64 idx, u64 tce, u32 region)
{
	int rc = -ENOENT;

	spin_lock(&leaf->lock);
	if (!leaf->flat)
		shadow_leaf_flatten(leaf, t->regions);
	if (range_lock_vacant(&t->ranges, idx) && !leaf->cells->tce[idx & SHADOW_LEAF_MASK]) {
		rc = table_put_page(t, leaf, idx, tce);
		if (!rc)
			shadow_turn(&t->shadow, leaf, idx & SHADOW_LEAF_MASK, tce, region);
		else
			table_page_unknown(t, leaf, idx, tce, region);
	}
	spin_unlock(&leaf->lock);
	if (rc == -ENOENT)
		regions_drop(t->regions, region, 1);
	return rc;
}

int table_map(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm, bool wanted)
{
	struct shadow_leaf *leaf = n == 1 ? table_plain_leaf(t, first, wanted) : NULL;
	struct region_page page = { 0 };
	int rc = -ENOENT;

	if (leaf && shadow_give_cells(leaf, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	if (leaf)
		page = regions_hold_page(t->regions, ua, t->w.page_shift, perm);
	if (page.region)
		rc = table_map_page(t, leaf, first, page.hpa | perm, page.region);
	if (rc && rc != -ENOENT)
		rc = table_map_again(t, first, page.hpa | perm, page.region, rc);
	if (rc != -ENOENT)
		return rc;
	return table_map_many(t, first, n, ua, perm, wanted);
}

/* As table_map_page(), but -ENOENT when the entry is invalid, marked, KVM's or in a range. */
static int table_unmap_page(struct table *t, struct shadow_leaf *leaf, u64 idx)
{
	u32 slot = idx & SHADOW_LEAF_MASK;
	int rc = -ENOENT;
	u32 region;
	u64 tce;

	spin_lock(&leaf->lock);
	if (!leaf->flat)
		shadow_leaf_flatten(leaf, t->regions);
	region = leaf->cells->region[slot];
	tce = leaf->cells->tce[slot];
	if (tce && region && !(tce & SHADOW_MARKS) && range_lock_vacant(&t->ranges, idx)) {
		rc = table_put_page(t, leaf, idx, 0);
		if (!rc)
			shadow_turn(&t->shadow, leaf, slot, 0, 0);
		else
			table_page_unknown(t, leaf, idx, tce, region);
	}
	spin_unlock(&leaf->lock);
	if (rc)
		return rc;
	if (tce & PAPR_TCE_WRITE) {
		regions_dirty(tce & PAGE_MASK, t->w.page_shift);
		if (t->regions->files)
			regions_mark_files(tce & PAGE_MASK, t->w.page_shift);
	}
	regions_drop(t->regions, region, 1);
	return 0;
}

int table_unmap(struct table *t, u64 first, u64 n)
{
	struct shadow_leaf *leaf = n == 1 ? table_plain_leaf(t, first, kvm_table_wanted(t)) : NULL;
	int rc = -ENOENT;

	if (leaf && !t->regions->v1) {
		shadow_give_cells(leaf, GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
		rc = table_unmap_page(t, leaf, first);
	}
	if (rc == -ENOENT)
		return table_unmap_many(t, first, n);
	return rc ? table_unmap_again(t, first, rc) : 0;
}
