// SPDX-License-Identifier: GPL-2.0-only
/*
 * range_lock.c - running calls, their ranges, and the memory that calls need.
 *
 * Few calls run at a time, and their memory is kept for later calls. No call fails here for lack
 * of memory: it waits until another call has ended.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "hv/hcall.h"
#include "tce/range_lock.h"
#include "tce/shadow_leaf.h"
#include "tce/table.h"

static void range_lock_free(struct range_lock *c)
{
	u32 i;

	/* Bounded: RANGE_LOCK_SPARES. */
	for (i = 0; i < c->spares; i++)
		kvfree(c->spare[i]);
	kfree(c->region);
	kfree(c->list);
	kfree(c);
}

static struct range_lock *range_lock_alloc(struct table *t)
{
	struct range_lock *c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);

	if (!c)
		return NULL;
	c->t = t;
	/* An allocation of a power of two is aligned to its own size. */
	c->list = kzalloc(HCALL_BATCH * sizeof(*c->list), GFP_KERNEL_ACCOUNT);
	c->region = kcalloc(HCALL_BATCH, sizeof(*c->region), GFP_KERNEL_ACCOUNT);
	if (c->list && c->region)
		return c;
	range_lock_free(c);
	return NULL;
}

int range_locks_init(struct range_locks *cs, struct table *t)
{
	spin_lock_init(&cs->lock);
	init_waitqueue_head(&cs->wait);
	cs->running = NULL;
	cs->made = 1;
	cs->idle = range_lock_alloc(t);
	return cs->idle ? 0 : -ENOMEM;
}

void range_locks_free(struct range_locks *cs)
{
	/* Bounded: RANGE_LOCKS_MOST. */
	while (cs->idle) {
		struct range_lock *c = cs->idle;

		cs->idle = c->next;
		range_lock_free(c);
	}
}

/* Bounded: RANGE_LOCKS_MOST. */
static bool range_locks_overlap(const struct range_locks *cs, u64 first, u64 end)
{
	const struct range_lock *c = cs->running;

	while (c && (c->end <= first || end <= c->first))
		c = c->next;
	return c;
}

/* One more call; NULL when one is idle, when there are enough, or without memory. */
static struct range_lock *range_locks_add(struct range_locks *cs, struct table *t)
{
	struct range_lock *c = NULL;
	bool more;

	spin_lock(&cs->lock);
	more = !cs->idle && cs->made < RANGE_LOCKS_MOST;
	cs->made += more;
	spin_unlock(&cs->lock);
	if (more)
		c = range_lock_alloc(t);
	if (!more || c)
		return c;
	spin_lock(&cs->lock);
	cs->made--;
	spin_unlock(&cs->lock);
	return NULL;
}

/* Take the range for @c, or for an idle call if @c is NULL; false when it has to wait. */
static bool range_lock_try(struct range_locks *cs, u64 first, u64 end, struct range_lock **c)
{
	bool can;

	spin_lock(&cs->lock);
	can = !range_locks_overlap(cs, first, end) && (*c || cs->idle);
	if (can && !*c) {
		*c = cs->idle;
		cs->idle = (*c)->next;
	}
	if (can) {
		(*c)->first = first;
		(*c)->end = end;
		(*c)->tired = false;
		(*c)->next = cs->running;
		WRITE_ONCE(cs->running, *c);
	}
	spin_unlock(&cs->lock);
	return can;
}

/* With the lock held: keep a call for later. */
static void range_lock_rest(struct range_locks *cs, struct range_lock *c)
{
	c->next = cs->idle;
	cs->idle = c;
}

/* The wait was killed: keep the call that was allocated for it, if any. */
static struct range_lock *range_lock_killed(struct range_locks *cs, struct range_lock *c)
{
	if (!c)
		return NULL;
	spin_lock(&cs->lock);
	range_lock_rest(cs, c);
	spin_unlock(&cs->lock);
	return NULL;
}

/* Another call has a part of the range, or no call is idle. */
static noinline struct range_lock *range_lock_wait(struct range_locks *cs, struct table *t,
						   u64 first, u64 end,
						   bool killable)
{
	struct range_lock *c = range_locks_add(cs, t);

	if (!killable)
		wait_event(cs->wait, range_lock_try(cs, first, end, &c));
	else if (wait_event_killable(cs->wait, range_lock_try(cs, first, end, &c)))
		return range_lock_killed(cs, c);
	return c;
}

struct range_lock *range_lock_begin(struct range_locks *cs, u64 first, u64 n, bool killable)
{
	struct table *t = container_of(cs, struct table, ranges);
	struct range_lock *c = NULL;

	if (!range_lock_try(cs, first, first + n, &c))
		return range_lock_wait(cs, t, first, first + n, killable);
	return c;
}

void range_lock_end(struct range_locks *cs, struct range_lock *c)
{
	struct range_lock **at = &cs->running;

	spin_lock(&cs->lock);
	/* Bounded: RANGE_LOCKS_MOST. */
	while (*at != c)
		at = &(*at)->next;
	WRITE_ONCE(*at, c->next);
	range_lock_rest(cs, c);
	spin_unlock(&cs->lock);
	wake_up_all(&cs->wait);
}

bool range_lock_vacant_now(struct range_locks *cs, u64 idx)
{
	bool vacant;

	spin_lock(&cs->lock);
	vacant = !range_locks_overlap(cs, idx, idx + 1);
	spin_unlock(&cs->lock);
	return vacant;
}

int range_lock_fill_stock(struct range_lock *c, gfp_t gfp)
{
	/* Bounded: RANGE_LOCK_SPARES. */
	while (c->spares < RANGE_LOCK_SPARES) {
		struct shadow_cells *cells = shadow_cells(gfp);

		if (!cells)
			return -ENOMEM;
		c->spare[c->spares++] = cells;
	}
	return 0;
}

void range_lock_flatten_run(struct range_lock *c, struct shadow_leaf *leaf)
{
	if (!leaf->cells)
		WRITE_ONCE(leaf->cells, c->spare[--c->spares]);
	shadow_leaf_flatten(leaf, c->t->regions);
}
