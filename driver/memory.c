// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - registered memory: regions by address and by name.
 *
 * A region is one use of a pinned range (pin.h). It ends only in memory_unregister() or
 * at the space's end, and only when no shadow entry names it. What KVM has put into a
 * table it has counted in mm_iommu before, where only tally.c counts down: the range
 * cannot leave that before.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "ledger.h"
#include "memory.h"
#include "pages.h"
#include "papr.h"
#include "pin.h"

#define MEMORY_FIRST_ROOM	16

void memory_init(struct memory *m)
{
	memset(m, 0, sizeof(*m));
	spin_lock_init(&m->lock);
	m->pages.lock = &m->lock;
}

int memory_adopt_mm(struct memory *m)
{
	if (m->mm)
		return memory_foreign(m) ? -EPERM : 0;
	m->ledger = ledger_get(current->mm);
	if (!m->ledger)
		return -ENOMEM;
	m->mm = current->mm;
	return 0;
}

/* --- by address --- */

static struct region *region_of(struct rb_node *node)
{
	return rb_entry(node, struct region, node);
}

static unsigned long region_last(const struct region *r)
{
	return r->ua + (r->size - 1);
}

/* The first region, reserved ones among them, that ends after @ua; NULL when there is none. */
static inline struct region *memory_find(const struct memory *m, unsigned long ua)
{
	struct rb_node *node = m->regions.rb_node;
	struct region *found = NULL;

	while (node) {
		if (region_last(region_of(node)) < ua) {
			node = node->rb_right;
		} else {
			found = region_of(node);
			node = node->rb_left;
		}
	}
	return found;
}

/* The registered region that has the byte at @ua. */
static inline struct region *memory_at(const struct memory *m, unsigned long ua)
{
	struct region *r = memory_find(m, ua);

	return r && r->id && r->ua <= ua ? r : NULL;
}

static void memory_link(struct memory *m, struct region *r)
{
	struct rb_node **at = &m->regions.rb_node, *parent = NULL;

	while (*at) {
		parent = *at;
		at = region_of(parent)->ua < r->ua ? &parent->rb_right : &parent->rb_left;
	}
	rb_link_node(&r->node, parent, at);
	rb_insert_color(&r->node, &m->regions);
}

static bool memory_aligned(u64 ua, u64 size)
{
	return !((ua | size) & ~PAGE_MASK) && ua + size > ua;
}

/* -EBUSY for a range that is registered or about to be, -EINVAL for a part of one. */
static int memory_vacant(const struct memory *m, u64 ua, u64 size)
{
	const struct region *r = memory_find(m, ua);

	if (!r || r->ua > ua + (size - 1))
		return 0;
	return r->ua == ua && r->size == size ? -EBUSY : -EINVAL;
}

/* --- by name --- */

/* Where the regions are, for KVM's writes, too. */
static void memory_move(struct memory *m, struct region **by_id)
{
	if (m->room)
		memcpy(by_id, m->by_id, m->room * sizeof(*by_id));
	spin_lock(&m->lock);
	swap(m->by_id, by_id);
	spin_unlock(&m->lock);
	kvfree(by_id);
}

/* All ids are in use: as many again. */
static void memory_add_room(struct memory *m, struct region **by_id, u32 *spare, u32 room)
{
	u32 id;

	memory_move(m, by_id);
	kvfree(m->spare);
	m->spare = spare;
	/* The lowest is the next. */
	for (id = room; id > m->room; id--)
		*spare++ = id;
	m->room = room;
}

static int memory_grow(struct memory *m)
{
	u32 room = m->room ? m->room * 2 : MEMORY_FIRST_ROOM;
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
	memory_add_room(m, by_id, spare, room);
	return 0;
}

static void memory_name(struct memory *m, struct region *r, u32 id)
{
	spin_lock(&m->lock);
	m->by_id[id - 1] = r;
	spin_unlock(&m->lock);
}

static void memory_extract(struct memory *m, struct region *r)
{
	rb_erase(&r->node, &m->regions);
	memory_name(m, NULL, r->id);
	m->count--;
	m->spare[m->room - m->count - 1] = r->id;
	kfree(r);
}

/* --- registration, in three steps --- */

int memory_reserve(struct memory *m, u64 ua, u64 size, struct region **reserved)
{
	struct region *r;
	int rc;

	if (!memory_aligned(ua, size))
		return -EINVAL;
	rc = memory_vacant(m, ua, size);
	if (rc)
		return rc;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	r->ua = ua;
	r->size = size;
	r->ledger = m->ledger;
	ledger_hold(r->ledger);
	memory_link(m, r);
	*reserved = r;
	return 0;
}

int memory_pin(struct region *r)
{
	return pin_range(r->ledger, r->ua, r->size >> PAGE_SHIFT, &r->pin);
}

int memory_publish(struct memory *m, struct region *r)
{
	int rc = memory_grow(m);

	if (rc)
		return rc;
	ledger_put(r->ledger);
	r->ledger = NULL;
	r->id = m->spare[m->room - m->count - 1];
	m->files |= r->pin->files;
	m->count++;
	memory_name(m, r, r->id);
	return 0;
}

void memory_cancel(struct memory *m, struct region *r)
{
	rb_erase(&r->node, &m->regions);
}

void memory_discard(struct region *r)
{
	if (r->pin)
		pin_abandon(r->pin);
	ledger_put(r->ledger);
	kfree(r);
}

/* --- the end of a region --- */

/* May a TCE that is ours reach the region? */
static bool memory_reachable(struct memory *m, const struct region *r)
{
	bool suspect;

	spin_lock(&m->lock);
	suspect = r->suspect && m->unknown;
	spin_unlock(&m->lock);
	return suspect || m->poison || atomic64_read_acquire(&r->mapped);
}

/* Return: the first address after the page, or the compound page. */
static u64 memory_dirty_page(u64 hpa)
{
	struct page *page = pfn_to_page(hpa >> PAGE_SHIFT);
	struct page *head = compound_head(page);

	page_mark(page);
	return (u64)(page_to_pfn(head) + compound_nr(head)) << PAGE_SHIFT;
}

u64 memory_dirty(u64 hpa, u32 page_shift)
{
	u64 end = hpa + (1ULL << page_shift);

	/* A large IOMMU page may lie over neighbours that are one piece by chance. */
	do {
		hpa = memory_dirty_page(hpa);
	} while (hpa < end);
	return hpa;
}

void memory_mark_files(u64 hpa, u32 page_shift)
{
	u64 bytes = max_t(u64, 1ULL << page_shift, PAGE_SIZE);

	pages_mark_files(hpa >> PAGE_SHIFT, bytes >> PAGE_SHIFT);
}

/* Nobody knows which of its pages a device wrote to: all of them, then. */
static void memory_dirty_region(const struct region *r)
{
	struct piece piece;

	runs_find(&r->pin->runs, r->ua, &piece);
	do {
		u64 hpa = piece.hpa, end = hpa + piece.left;

		while (hpa < end) {
			hpa = memory_dirty(hpa, PAGE_SHIFT);
			cond_resched();
		}
	} while (runs_next(&r->pin->runs, &piece));
}

/* No TCE is in an unknown state: what was suspect is so no more, but written to perhaps. */
static void memory_trust(struct memory *m)
{
	lockdep_assert_held(&m->lock);
	while (m->suspect) {
		struct region *r = m->suspect;

		m->suspect = r->next_suspect;
		r->tainted = true;
		r->suspect = false;
	}
}

/* Nothing of ours keeps a region; may it go? */
static bool memory_free_to_go(struct memory *m, struct region *r)
{
	if (memory_reachable(m, r))
		return false;
	/* KVM may have settled the last unknown TCE. */
	spin_lock(&m->lock);
	if (r->suspect)
		memory_trust(m);
	spin_unlock(&m->lock);
	if (r->tainted)
		memory_dirty_region(r);
	return true;
}

int memory_unregister(struct memory *m, u64 ua, u64 size)
{
	struct region *r;
	int rc;

	if (!memory_aligned(ua, size))
		return -EINVAL;
	r = memory_at(m, ua);
	if (!r || r->ua != ua || r->size != size)
		return -ENOENT;
	if (!memory_free_to_go(m, r))
		return -EBUSY;
	rc = pin_release(r->pin);
	if (!rc)
		memory_extract(m, r);
	return rc;
}

/* For the end: false when the region has to stay for good. */
static bool memory_let_go(struct memory *m, struct region *r)
{
	if (!memory_free_to_go(m, r))
		return false;
	pin_abandon(r->pin);
	memory_extract(m, r);
	return true;
}

/* Return: pages of those regions that had to stay. */
static u64 memory_let_all_go(struct memory *m)
{
	struct rb_node *node, *next;
	u64 stuck = 0;

	for (node = rb_first(&m->regions); node; node = next) {
		struct region *r = region_of(node);

		next = rb_next(node);
		/* Whoever has reserved it comes back for it. */
		if (r->id && !memory_let_go(m, r))
			stuck += r->size >> PAGE_SHIFT;
		cond_resched();
	}
	return stuck;
}

/*
 * What a device may still reach stays for good, and belongs to an address space: it is kept for
 * that. A kernel that looks for memory which nobody refers to is told so.
 */
static void memory_keep(struct memory *m)
{
	kmemleak_not_leak(m->by_id);
	kmemleak_not_leak(m->spare);
	kmemleak_not_leak(m->pages.bucket);
}

u64 memory_release(struct memory *m)
{
	struct rb_root reserved;
	u64 stuck;

	/* KVM may have settled the last unknown TCE. */
	if (!m->unknown && !m->poison)
		loose_trust(&m->pages);
	memory_wash(m);
	stuck = m->pages.pages + memory_let_all_go(m);
	if (stuck) {
		memory_keep(m);
		return stuck;
	}
	kvfree(m->by_id);
	kvfree(m->spare);
	loose_free(&m->pages);
	if (m->ledger)
		ledger_put(m->ledger);
	reserved = m->regions;
	memory_init(m);
	m->regions = reserved;
	return 0;
}

/* --- mapping --- */

int memory_covers(const struct memory *m, unsigned long ua, u64 size, u32 page_shift)
{
	unsigned long end = ua + size;

	if (end < ua)
		return -EINVAL;
	while (!m->loose && ua < end) {
		struct region *r = memory_at(m, ua);
		unsigned long stop;

		if (!r)
			return -EINVAL;
		/* An IOMMU page in two regions, pinned by neither as a whole, fits in none. */
		stop = min(end, r->ua + r->size);
		if (!runs_fit(&r->pin->runs, ua, stop, page_shift))
			return -EINVAL;
		ua = stop;
		cond_resched();
	}
	return 0;
}

struct pin *memory_hidden(struct memory *m, unsigned long *ua, unsigned long end)
{
	while (!m->loose && *ua < end) {
		struct region *r = memory_at(m, *ua);

		if (!r)
			return NULL;
		*ua = r->ua + r->size;
		if (pin_claim(r->pin))
			return r->pin;
		cond_resched();
	}
	return NULL;
}

/* Pages of a region were pinned when it was registered: count them. */
static u32 memory_hold_region(struct memory *m, const struct memory_run *run, __be64 *list,
			      u32 *region)
{
	struct region *r = memory_at(m, run->ua);
	u64 left = (r->ua + r->size - run->ua) >> run->page_shift;
	u32 n = min_t(u64, run->n, left);

	if (run->perm & PAPR_TCE_WRITE)
		pin_expose(r->pin);
	runs_list(&r->pin->runs, run->ua, run->page_shift, run->perm, n, list);
	atomic64_add(n, &r->mapped);
	*region = r->id;
	return n;
}

static void memory_hold_loose(struct memory *m, const struct memory_run *run, __be64 *list)
{
	u64 *hpa = (__force u64 *)list;
	u32 i;

	loose_add(&m->pages, m->pins, run->ua, 1ULL << run->page_shift, run->n, hpa);
	for (i = 0; i < run->n; i++)
		list[i] = cpu_to_be64(hpa[i] | run->perm);
}

u32 memory_hold(struct memory *m, const struct memory_run *run, __be64 *list, u32 *region)
{
	if (!m->loose)
		return memory_hold_region(m, run, list, region);
	*region = MEMORY_LOOSE;
	memory_hold_loose(m, run, list);
	return run->n;
}

/* A region that is mapped is not moved or renamed; where the names are kept may change. */
static const struct runs *memory_runs(struct memory *m, u32 region)
{
	const struct region *r;

	spin_lock(&m->lock);
	r = m->by_id[region - 1];
	spin_unlock(&m->lock);
	return &r->pin->runs;
}

void memory_list(struct memory *m, u32 region, const struct memory_run *run, __be64 *list)
{
	runs_list(memory_runs(m, region), run->ua, run->page_shift, run->perm, run->n, list);
}

void memory_dirty_run(struct memory *m, u32 region, const struct memory_run *run)
{
	const struct runs *runs = memory_runs(m, region);
	u64 bytes = (u64)run->n << run->page_shift;
	struct piece piece;
	bool more;

	runs_find(runs, run->ua, &piece);
	do {
		u64 hpa = piece.hpa, end = hpa + min(piece.left, bytes);

		bytes -= end - hpa;
		while (hpa < end)
			hpa = memory_dirty(hpa, run->page_shift);
		more = bytes && runs_next(runs, &piece);
	} while (more);
}

struct memory_page memory_hold_page(struct memory *m, unsigned long ua, u32 page_shift, u64 perm)
{
	struct region *r = NULL;

	if (page_shift <= PAGE_SHIFT && !m->loose)
		r = memory_at(m, ua);
	if (!r)
		return (struct memory_page){ 0 };
	if (perm & PAPR_TCE_WRITE)
		pin_expose(r->pin);
	atomic64_inc(&r->mapped);
	return (struct memory_page){ runs_page(&r->pin->runs, ua), r->id };
}

void memory_drop_loose(struct memory *m, const u64 *tce, u32 n)
{
	loose_drop(&m->pages, tce, n);
}

int memory_begin_loose(struct memory *m, struct loose_pins *pins)
{
	int rc = loose_hold(&m->pages, pins);

	if (!rc)
		m->pins = pins;
	return rc;
}

void memory_end_loose(struct memory *m)
{
	loose_end(&m->pages, m->pins);
	m->pins = NULL;
	memory_wash(m);
}

void memory_drop_late(struct memory *m, u32 region, u64 n)
{
	spin_lock(&m->lock);
	region_drop(m->by_id[region - 1], n);
	spin_unlock(&m->lock);
}

void memory_suspect(struct memory *m, u32 region)
{
	struct region *r;

	spin_lock(&m->lock);
	r = m->by_id[region - 1];
	if (!r->suspect) {
		r->suspect = true;
		r->next_suspect = m->suspect;
		m->suspect = r;
	}
	spin_unlock(&m->lock);
}

void memory_suspect_loose(struct memory *m, u64 tce)
{
	loose_suspect(&m->pages, tce);
}

void memory_unknown(struct memory *m, s64 n)
{
	bool none;

	spin_lock(&m->lock);
	m->unknown += n;
	none = !m->unknown;
	if (none)
		memory_trust(m);
	spin_unlock(&m->lock);
	if (none && m->loose)
		loose_trust(&m->pages);
}

void memory_known(struct memory *m)
{
	spin_lock(&m->lock);
	m->unknown--;
	spin_unlock(&m->lock);
}

void memory_poison(struct memory *m)
{
	m->poison = true;
}
