/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * range_lock.h - calls on one table that run at the same time, each with a range of its own.
 *
 * An operation that needs more than one critical section is a "call". A call owns a range of
 * entries until it has ended, successful or not, so that nobody sees what it may still undo.
 * Other calls wait for the range. A range is taken as a whole, so no call waits while it has one.
 * KVM's writes are not calls: a call has to expect them at each entry.
 *
 * A write of a single entry needs no range: it holds its leaf's lock, and asks
 * range_lock_vacant() there. A call takes each leaf's lock once before it relies on the leaf's
 * content. So either the write sees that the range is taken, or the call sees what was written.
 * New leaves are put in place with ranges.lock held, for the same reason.
 */
#ifndef VFIO_PSERIES_RANGE_LOCK_H
#define VFIO_PSERIES_RANGE_LOCK_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include "tce/shadow.h"

struct table;

/* Most calls on a table at a time; others wait. */
#define RANGE_LOCKS_MOST	16

/*
 * Most leaves that become flat under one lock: a batch lies in two leaves at most, and each of
 * them may have a record in the journal.
 */
#define RANGE_LOCK_SPARES	4

/**
 * struct range_lock - a call, and what it owns
 * @t:      the table
 * @first:  the first entry of its range
 * @end:    the first entry behind its range
 * @tired:  the hypervisor was busy for too long in this call and has not answered since
 * @alone:  no other call runs: the IOAS's lock is held for writing
 * @spare:  cells for leaves that become flat under their locks, taken from the end
 * @spares: how many there are
 * @list:   4 KiB aligned list page for hcall_put()
 * @region: for each TCE of @list the region that pins it
 * @next:   in one of the table's lists
 */
struct range_lock {
	struct table *t;
	u64 first;
	u64 end;
	bool tired;
	bool alone;
	struct shadow_cells *spare[RANGE_LOCK_SPARES];
	u32 spares;
	__be64 *list;
	u32 *region;
	struct range_lock *next;
};

/**
 * struct range_locks - the calls of one table
 * @lock:    guards the rest; taken inside of a leaf's lock
 * @running: calls that have a range
 * @idle:    calls to be used again, the last one first; at least one when none is running
 * @made:    how many calls there are
 * @wait:    for those who wait for a range or an idle call
 */
struct range_locks {
	spinlock_t lock;
	struct range_lock *running;
	struct range_lock *idle;
	u32 made;
	wait_queue_head_t wait;
};

/**
 * range_locks_init() - make one call, which is idle
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int range_locks_init(struct range_locks *cs, struct table *t);

void range_locks_free(struct range_locks *cs);

/**
 * range_lock_begin() - take a range
 * @cs:       the table's calls
 * @first:    first entry
 * @n:        entries, at least 1
 * @killable: a fatal signal ends the wait
 *
 * Context: may sleep; the IOAS's lock is held. Return: the call; NULL when killed.
 */
struct range_lock *range_lock_begin(struct range_locks *cs, u64 first, u64 n, bool killable);

/**
 * range_lock_end() - release the range
 */
void range_lock_end(struct range_locks *cs, struct range_lock *c);

/**
 * range_lock_only() - the call for a caller that has the whole table to itself, and needs no range
 *
 * Always the same one until other calls can run. Context: the IOAS's lock is held for writing.
 */
static inline struct range_lock *range_lock_only(const struct range_locks *cs)
{
	return cs->idle;
}

int range_lock_fill_stock(struct range_lock *c, gfp_t gfp);

/**
 * range_lock_stock() - get cells for all leaves that may become flat, before a lock is taken
 *
 * Context: as @gfp says. Return: 0 or -ENOMEM.
 */
static inline int range_lock_stock(struct range_lock *c, gfp_t gfp)
{
	return c->spares == RANGE_LOCK_SPARES ? 0 : range_lock_fill_stock(c, gfp);
}

/* range_lock_stock() before a lock is taken, where the call must not fail any more. */
static inline void range_lock_must_stock(struct range_lock *c)
{
	range_lock_stock(c, GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
}

void range_lock_flatten_run(struct range_lock *c, struct shadow_leaf *leaf);

/**
 * range_lock_flatten() - make a leaf flat; the stock was filled before the lock was taken
 */
static inline void range_lock_flatten(struct range_lock *c, struct shadow_leaf *leaf)
{
	if (!leaf->flat)
		range_lock_flatten_run(c, leaf);
}

/* Is an entry in no call's range? Takes ranges.lock. */
bool range_lock_vacant_now(struct range_locks *cs, u64 idx);

/**
 * range_lock_vacant() - may a single entry be written?
 *
 * Context: the leaf's lock is held.
 */
static inline bool range_lock_vacant(struct range_locks *cs, u64 idx)
{
	return !READ_ONCE(cs->running) || range_lock_vacant_now(cs, idx);
}

#endif
