/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shadow_leaf.h - the two forms of a leaf of the shadow: a run, or entry by entry.
 *
 * One MAP mostly maps one user range of one region. A leaf describes that as a run (struct
 * shadow_run), whatever the pages' host addresses are: the region knows those. A run is written,
 * cleared and settled as a whole. When a single entry in the middle changes, the leaf is made
 * flat: it then has its entries one by one, in cells. That cannot fail: it happens with the lock
 * held, so each caller that may need it has cells in stock (range_lock.h). A flat leaf becomes a
 * run again when a MAP replaces its whole content; it keeps its cells.
 *
 * All functions are called with the leaf's lock held, unless the leaf is a journal's.
 */
#ifndef VFIO_PSERIES_SHADOW_LEAF_H
#define VFIO_PSERIES_SHADOW_LEAF_H

#include <linux/types.h>
#include "memory/regions.h"
#include "tce/shadow.h"

/**
 * shadow_leaf_flatten() - make a leaf flat: it has its entries one by one from now on
 * @leaf: a leaf with cells
 * @m:    the memory that its run's region belongs to
 */
void shadow_leaf_flatten(struct shadow_leaf *leaf, struct regions *m);

/**
 * shadow_leaf_tce() - an entry with its marks, 0 when it is invalid; the leaf's form stays
 */
u64 shadow_leaf_tce(const struct shadow_leaf *leaf, u32 slot, struct regions *m);

/**
 * shadow_leaf_write() - write a run of pages to entries of the leaf
 * @leaf: the leaf, without unknown entries
 * @run:  what these entries hold from now on
 *
 * Return: false when the leaf would not be one run then; nothing was changed.
 */
bool shadow_leaf_write(struct shadow_leaf *leaf, const struct shadow_run *run);

/**
 * shadow_leaf_part() - the part of the leaf's run that lies in [slot, end)
 *
 * Not for flat leaves. Return: a run of no entries when there is none.
 */
struct shadow_run shadow_leaf_part(const struct shadow_leaf *leaf, u32 slot, u32 end);

/**
 * shadow_leaf_cut() - invalidate a part of the leaf's run
 *
 * Return: false when the part is in the middle of the run; then nothing was changed.
 */
bool shadow_leaf_cut(struct shadow_leaf *leaf, const struct shadow_run *part);

/**
 * shadow_leaf_copy() - copy @from to @to, without slots, and into the cells of @to
 *
 * Return: false when @from is flat and @to has no cells; then nothing was changed.
 */
bool shadow_leaf_copy(struct shadow_leaf *to, const struct shadow_leaf *from);

#endif
