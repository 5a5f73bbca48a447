/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * journal.h - what a MAP replaces: released when the MAP succeeds, put back when it fails.
 */
#ifndef VFIO_PSERIES_JOURNAL_H
#define VFIO_PSERIES_JOURNAL_H

#include <linux/types.h>
#include "tce/range_lock.h"
#include "tce/table.h"

struct record;

/**
 * struct journal - records of the leaves that were not empty, in order
 * @first: the first one
 * @last:  the last one
 * @at:    a record that is not behind the leaf that is being written
 */
struct journal {
	struct record *first;
	struct record *last;
	struct record *at;
};

/**
 * journal_make() - copy those leaves of a range that have live entries in it
 * @t:     the table
 * @first: the first entry
 * @n:     how many, at least 1; all of them have leaves
 * @j:     to be filled
 *
 * Each leaf is locked once.
 *
 * Context: may sleep; in a call that has the range. Return: 0, or -ENOMEM and an empty journal.
 */
int journal_make(struct table *t, u64 first, u64 n, struct journal *j);

/**
 * journal_note() - note what a batch replaces, since KVM may have written after journal_make()
 * @c:   the call
 * @j:   its journal
 * @idx: the first entry that is about to be replaced, not below one of an earlier batch
 * @n:   how many
 *
 * KVM's pages are marked dirty at once, while they are certainly pinned.
 *
 * Context: the leaves' locks are held.
 */
void journal_note(struct range_lock *c, struct journal *j, u64 idx, u32 n);

/**
 * journal_settle() - the MAP has succeeded: release what it replaced
 *
 * Context: may sleep; in the call that has the range.
 */
void journal_settle(struct table *t, const struct journal *j, u64 first, u64 n);

/**
 * journal_roll_back() - undo the first @n entries of a MAP, last leaf first
 * @c:     its call
 * @first: its first entry
 * @n:     how many were written or tried
 * @j:     its journal
 *
 * What cannot be put back is marked unknown.
 *
 * Context: may sleep.
 */
void journal_roll_back(struct range_lock *c, u64 first, u64 n, const struct journal *j);

/**
 * journal_free() - free the journal
 *
 * Context: may sleep.
 */
void journal_free(struct journal *j);

#endif
