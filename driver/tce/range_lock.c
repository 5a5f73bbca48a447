// SPDX-License-Identifier: GPL-2.0-only
/*
 * range_lock.c - ranges that are taken, and what calls need for themselves.
 *
 * Calls are few, and what they need is kept for the next ones. There is no call that fails for
 * want of memory here: it waits for another one to end.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "hv/hcall.h"
#include "tce/range_lock.h"
#include "tce/shadow_leaf.h"
#include "tce/table.h"

static void call_free(struct call *c)
{
	u32 i;

	/* Bounded: CALL_SPARES. */
	for (i = 0; i < c->spares; i++)
		kvfree(c->spare[i]);
	kfree(c->region);
	kfree(c->list);
	kfree(c);
}

static struct call *call_alloc(struct table *t)
{
	struct call *c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);

	if (!c)
		return NULL;
	c->t = t;
	/* An allocation of a power of two is aligned to its own size. */
	c->list = kzalloc(HV_BATCH * sizeof(*c->list), GFP_KERNEL_ACCOUNT);
	c->region = kcalloc(HV_BATCH, sizeof(*c->region), GFP_KERNEL_ACCOUNT);
	if (c->list && c->region)
		return c;
	call_free(c);
	return NULL;
}

int calls_init(struct calls *cs, struct table *t)
{
	spin_lock_init(&cs->lock);
	init_waitqueue_head(&cs->wait);
	cs->running = NULL;
	cs->made = 1;
	cs->idle = call_alloc(t);
	return cs->idle ? 0 : -ENOMEM;
}

void calls_free(struct calls *cs)
{
	/* Bounded: CALLS_MOST. */
	while (cs->idle) {
		struct call *c = cs->idle;

		cs->idle = c->next;
		call_free(c);
	}
}

/* Bounded: CALLS_MOST. */
static bool calls_overlap(const struct calls *cs, u64 first, u64 end)
{
	const struct call *c = cs->running;

	while (c && (c->end <= first || end <= c->first))
		c = c->next;
	return c;
}

/* One more, unless there are enough. */
static struct call *calls_add(struct calls *cs, struct table *t)
{
	struct call *c = NULL;
	bool more;

	spin_lock(&cs->lock);
	more = !cs->idle && cs->made < CALLS_MOST;
	cs->made += more;
	spin_unlock(&cs->lock);
	if (more)
		c = call_alloc(t);
	if (!more || c)
		return c;
	spin_lock(&cs->lock);
	cs->made--;
	spin_unlock(&cs->lock);
	return NULL;
}

/* Take the range for @c, or for an idle one if that is NULL; false when it has to wait. */
static bool call_try(struct calls *cs, u64 first, u64 end, struct call **c)
{
	bool can;

	spin_lock(&cs->lock);
	can = !calls_overlap(cs, first, end) && (*c || cs->idle);
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

/* With the lock: to be used again. */
static void call_rest(struct calls *cs, struct call *c)
{
	c->next = cs->idle;
	cs->idle = c;
}

/* With a call of its own that was not used. */
static struct call *call_killed(struct calls *cs, struct call *c)
{
	if (!c)
		return NULL;
	spin_lock(&cs->lock);
	call_rest(cs, c);
	spin_unlock(&cs->lock);
	return NULL;
}

/* Somebody else is in the way, or needs what is there. */
static noinline struct call *call_wait(struct calls *cs, struct table *t, u64 first, u64 end,
				       bool killable)
{
	struct call *c = calls_add(cs, t);

	if (!killable)
		wait_event(cs->wait, call_try(cs, first, end, &c));
	else if (wait_event_killable(cs->wait, call_try(cs, first, end, &c)))
		return call_killed(cs, c);
	return c;
}

struct call *call_begin(struct calls *cs, u64 first, u64 n, bool killable)
{
	struct table *t = container_of(cs, struct table, calls);
	struct call *c = NULL;

	if (!call_try(cs, first, first + n, &c))
		return call_wait(cs, t, first, first + n, killable);
	return c;
}

void call_end(struct calls *cs, struct call *c)
{
	struct call **at = &cs->running;

	spin_lock(&cs->lock);
	/* Bounded: CALLS_MOST. */
	while (*at != c)
		at = &(*at)->next;
	WRITE_ONCE(*at, c->next);
	call_rest(cs, c);
	spin_unlock(&cs->lock);
	wake_up_all(&cs->wait);
}

bool call_vacant_now(struct calls *cs, u64 idx)
{
	bool vacant;

	spin_lock(&cs->lock);
	vacant = !calls_overlap(cs, idx, idx + 1);
	spin_unlock(&cs->lock);
	return vacant;
}

int call_fill_stock(struct call *c, gfp_t gfp)
{
	/* Bounded: CALL_SPARES. */
	while (c->spares < CALL_SPARES) {
		struct shadow_cells *cells = shadow_cells(gfp);

		if (!cells)
			return -ENOMEM;
		c->spare[c->spares++] = cells;
	}
	return 0;
}

void call_flatten_run(struct call *c, struct shadow_leaf *leaf)
{
	if (!leaf->cells)
		WRITE_ONCE(leaf->cells, c->spare[--c->spares]);
	leaf_flatten(leaf, c->t->memory);
}
