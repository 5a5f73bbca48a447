/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shadow_leaf.h - the two forms of a leaf of the shadow: a run, or entry by entry.
 *
 * What is mapped in one call is mostly one user range of one region. Such a leaf says
 * that in a few words (struct shadow_run), whatever its pages' host addresses are: the region
 * knows those. It is written, cleared and settled as a whole. As soon as anybody does something
 * to an entry in the middle it is made flat: entry by entry, for which it has to have cells. That
 * cannot fail: it happens with the lock held, so whoever may have to has some at hand
 * (range_lock.h). A flat leaf becomes a run again when a MAP replaces all that is in it, and keeps
 * its cells.
 *
 * All functions are called with the leaf's lock held, unless the leaf is a journal's.
 */
#ifndef VFIO_PSERIES_SHADOW_LEAF_H
#define VFIO_PSERIES_SHADOW_LEAF_H

#include <linux/types.h>
#include "memory/regions.h"
#include "tce/shadow.h"

/**
 * shadow_leaf_flatten() - entry by entry from now on
 * @leaf: a leaf with cells
 * @m:    where its run's region is
 */
void shadow_leaf_flatten(struct shadow_leaf *leaf, struct regions *m);

/**
 * shadow_leaf_tce() - an entry with its marks, 0 when it is invalid; the form stays
 */
u64 shadow_leaf_tce(const struct shadow_leaf *leaf, u32 slot, struct regions *m);

/**
 * shadow_leaf_write() - new pages for a run's entries
 * @leaf: the leaf, without unknown entries
 * @run:  what its entries hold from now on
 *
 * Return: false when the leaf cannot say that as a run; then nothing was changed.
 */
bool shadow_leaf_write(struct shadow_leaf *leaf, const struct shadow_run *run);

/**
 * shadow_leaf_part() - the part of the leaf's run that lies in [slot, end)
 *
 * Not for flat leaves. Return: a run of no entries when there is none.
 */
struct shadow_run shadow_leaf_part(const struct shadow_leaf *leaf, u32 slot, u32 end);

/**
 * shadow_leaf_cut() - a part of the leaf's run becomes invalid
 *
 * Return: false when it is cut out of the middle; then nothing was changed.
 */
bool shadow_leaf_cut(struct shadow_leaf *leaf, const struct shadow_run *part);

/**
 * shadow_leaf_copy() - @to becomes what @from is, without slots and with cells of its own
 *
 * Return: false when @from is flat and @to has no cells; then nothing was changed.
 */
bool shadow_leaf_copy(struct shadow_leaf *to, const struct shadow_leaf *from);

#endif
