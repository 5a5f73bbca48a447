// SPDX-License-Identifier: GPL-2.0-only
/*
 * regions.c - registered memory: its regions, by address and by id.
 *
 * A region is one use of a pinned range (pin.h). It ends only in regions_unregister() or at the
 * IOAS's end, and only when no shadow entry names it. KVM counts a page in mm_iommu before it
 * puts the page into a table, and only kvm_mapped.c counts down. Until then the range cannot
 * leave mm_iommu.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "memory/user_mm.h"
#include "memory/pin.h"
#include "memory/region.h"
#include "memory/regions.h"

#define REGIONS_FIRST_ROOM	16

void regions_init(struct regions *m)
{
	memset(m, 0, sizeof(*m));
	spin_lock_init(&m->lock);
	m->pages.lock = &m->lock;
}

int regions_adopt_mm(struct regions *m)
{
	if (m->mm)
		return regions_foreign(m) ? -EPERM : 0;
	m->user_mm = user_mm_get(current->mm);
	if (!m->user_mm)
		return -ENOMEM;
	m->mm = current->mm;
	return 0;
}

/* --- regions by address --- */

static void regions_link(struct regions *m, struct region *r)
{
	struct rb_node **at = &m->by_ua.rb_node, *parent = NULL;

	while (*at) {
		parent = *at;
		at = region_of(parent)->ua < r->ua ? &parent->rb_right : &parent->rb_left;
	}
	rb_link_node(&r->node, parent, at);
	rb_insert_color(&r->node, &m->by_ua);
}

static bool regions_aligned(u64 ua, u64 size)
{
	return !((ua | size) & ~PAGE_MASK) && ua + size > ua;
}

/* -EBUSY for a range that is registered or about to be, -EINVAL for a part of one. */
static int regions_vacant(const struct regions *m, u64 ua, u64 size)
{
	const struct region *r = regions_find(m, ua);

	if (!r || r->ua > ua + (size - 1))
		return 0;
	return r->ua == ua && r->size == size ? -EBUSY : -EINVAL;
}

/* --- regions by id --- */

/* Replace the array of regions, which KVM's writes read under the lock. */
static void regions_move(struct regions *m, struct region **by_id)
{
	if (m->room)
		memcpy(by_id, m->by_id, m->room * sizeof(*by_id));
	spin_lock(&m->lock);
	swap(m->by_id, by_id);
	spin_unlock(&m->lock);
	kvfree(by_id);
}

/* All ids are in use: double their number. */
static void regions_add_room(struct regions *m, struct region **by_id, u32 *spare, u32 room)
{
	u32 id;

	regions_move(m, by_id);
	kvfree(m->spare);
	m->spare = spare;
	/* The lowest id is used next. */
	for (id = room; id > m->room; id--)
		*spare++ = id;
	m->room = room;
}

static int regions_grow(struct regions *m)
{
	u32 room = m->room ? m->room * 2 : REGIONS_FIRST_ROOM;
	struct region **by_id;
	u32 *spare;

	if (m->count < m->room)
		return 0;
	by_id = kvcalloc(room, sizeof(*by_id), GFP_KERNEL_ACCOUNT);
	spare = kvcalloc(room, sizeof(*spare), GFP_KERNEL_ACCOUNT);
	if (!by_id || !spare) {
		kvfree(by_id);
		kvfree(spare);
		return -ENOMEM;
	}
	regions_add_room(m, by_id, spare, room);
	return 0;
}

static void regions_name(struct regions *m, struct region *r, u32 id)
{
	spin_lock(&m->lock);
	m->by_id[id - 1] = r;
	spin_unlock(&m->lock);
}

static void regions_extract(struct regions *m, struct region *r)
{
	rb_erase(&r->node, &m->by_ua);
	regions_name(m, NULL, r->id);
	m->count--;
	m->spare[m->room - m->count - 1] = r->id;
	kfree(r);
}

/* --- registration, in three steps --- */

int regions_reserve(struct regions *m, u64 ua, u64 size, struct region **reserved)
{
	struct region *r;
	int rc;

	if (!regions_aligned(ua, size))
		return -EINVAL;
	rc = regions_vacant(m, ua, size);
	if (rc)
		return rc;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	r->ua = ua;
	r->size = size;
	r->user_mm = m->user_mm;
	user_mm_hold(r->user_mm);
	regions_link(m, r);
	*reserved = r;
	return 0;
}

int regions_pin(struct region *r)
{
	return pin_range(r->user_mm, r->ua, r->size >> PAGE_SHIFT, &r->pin);
}

int regions_publish(struct regions *m, struct region *r)
{
	int rc = regions_grow(m);

	if (rc)
		return rc;
	user_mm_put(r->user_mm);
	r->user_mm = NULL;
	r->id = m->spare[m->room - m->count - 1];
	m->files |= r->pin->files;
	m->count++;
	regions_name(m, r, r->id);
	return 0;
}

void regions_cancel(struct regions *m, struct region *r)
{
	rb_erase(&r->node, &m->by_ua);
}

void regions_discard(struct region *r)
{
	if (r->pin)
		pin_abandon(r->pin);
	user_mm_put(r->user_mm);
	kfree(r);
}

/* --- the end of a region --- */

/* May a TCE of ours still reach the region? */
static bool regions_reachable(struct regions *m, const struct region *r)
{
	bool suspect;

	spin_lock(&m->lock);
	suspect = r->suspect && m->unknown;
	spin_unlock(&m->lock);
	return suspect || m->poison || atomic64_read_acquire(&r->mapped);
}

/* It is not known to which of its pages a device wrote: mark all of them. */
static void regions_dirty_region(const struct region *r)
{
	struct piece piece;

	page_runs_find(&r->pin->runs, r->ua, &piece);
	do {
		u64 hpa = piece.hpa, end = hpa + piece.left;

		while (hpa < end) {
			hpa = regions_dirty(hpa, PAGE_SHIFT);
			cond_resched();
		}
	} while (page_runs_next(&r->pin->runs, &piece));
}

/* True when no TCE of ours can reach the region; then its pages are dirty if it was suspect. */
static bool regions_free_to_go(struct regions *m, struct region *r)
{
	if (regions_reachable(m, r))
		return false;
	/* KVM may have settled the last unknown TCE, which leaves regions suspect. */
	spin_lock(&m->lock);
	if (r->suspect)
		regions_trust(m);
	spin_unlock(&m->lock);
	if (r->tainted)
		regions_dirty_region(r);
	return true;
}

int regions_unregister(struct regions *m, u64 ua, u64 size)
{
	struct region *r;
	int rc;

	if (!regions_aligned(ua, size))
		return -EINVAL;
	r = regions_at(m, ua);
	if (!r || r->ua != ua || r->size != size)
		return -ENOENT;
	if (!regions_free_to_go(m, r))
		return -EBUSY;
	rc = pin_release(r->pin);
	if (!rc)
		regions_extract(m, r);
	return rc;
}

/* At the IOAS's end: false when the region has to stay for good. */
static bool regions_let_go(struct regions *m, struct region *r)
{
	if (!regions_free_to_go(m, r))
		return false;
	pin_abandon(r->pin);
	regions_extract(m, r);
	return true;
}

/* Return: the number of pages of regions that had to stay. */
static u64 regions_let_all_go(struct regions *m)
{
	struct rb_node *node, *next;
	u64 stuck = 0;

	for (node = rb_first(&m->by_ua); node; node = next) {
		struct region *r = region_of(node);

		next = rb_next(node);
		/* A reserved range is discarded by the call that reserved it. */
		if (r->id && !regions_let_go(m, r))
			stuck += r->size >> PAGE_SHIFT;
		cond_resched();
	}
	return stuck;
}

/*
 * What a device may still reach stays pinned for good, with its address space and these arrays.
 * Tell kmemleak, which looks for memory that nothing refers to.
 */
static void regions_keep(struct regions *m)
{
	kmemleak_not_leak(m->by_id);
	kmemleak_not_leak(m->spare);
	kmemleak_not_leak(m->pages.bucket);
}

u64 regions_release(struct regions *m)
{
	struct rb_root reserved;
	u64 stuck;

	/* KVM may have settled the last unknown TCE, which leaves pages suspect. */
	if (!m->unknown && !m->poison)
		v1_pages_trust(&m->pages);
	regions_wash(m);
	stuck = m->pages.pages + regions_let_all_go(m);
	if (stuck) {
		regions_keep(m);
		return stuck;
	}
	kvfree(m->by_id);
	kvfree(m->spare);
	v1_pages_free(&m->pages);
	if (m->user_mm)
		user_mm_put(m->user_mm);
	reserved = m->by_ua;
	regions_init(m);
	m->by_ua = reserved;
	return 0;
}
