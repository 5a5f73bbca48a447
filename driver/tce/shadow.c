// SPDX-License-Identifier: GPL-2.0-only
/*
 * shadow.c - a lazily filled array of TCEs in three levels.
 *
 * top[] -> middle block -> leaf. The number of leaves of a window is split so that the top array
 * never has more than 2^12 pointers (32 KiB) and, for the usual windows, a middle block is as
 * small as the top. A block is allocated when a range is mapped for the first time, and freed
 * with the window: memory follows what was mapped, not the size of the window.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "tce/shadow.h"

#define SHADOW_TOP_SHIFT_MAX	12

/* Leaves that are freed in one go. */
#define SHADOW_FREED		64

static u64 shadow_leaves(u64 tces)
{
	return (tces + SHADOW_LEAF_MASK) >> SHADOW_LEAF_SHIFT;
}

static u32 shadow_mid_shift(u64 leaves)
{
	u32 bits = leaves > 1 ? ilog2(leaves - 1) + 1 : 0;

	return bits - min_t(u32, bits / 2, SHADOW_TOP_SHIFT_MAX);
}

/* Zeroed memory, charged to the owner's locked memory, as are @later bytes to come. */
static void *shadow_alloc(struct shadow *s, size_t size, size_t later, gfp_t gfp)
{
	unsigned long pages = DIV_ROUND_UP(s->bytes + size + later, PAGE_SIZE);
	void *p;

	if (s->mm && pages > s->charged) {
		if (account_locked_vm(s->mm, pages - s->charged, true))
			return NULL;
		s->charged = pages;
	}
	p = kvzalloc(size, gfp);
	if (p)
		WRITE_ONCE(s->bytes, s->bytes + size + later);
	return p;
}

static void shadow_uncharge(struct shadow *s)
{
	if (s->mm && s->charged)
		account_locked_vm(s->mm, s->charged, false);
	s->charged = 0;
	s->bytes = 0;
}

int shadow_init(struct shadow *s, u64 tces, struct mm_struct *mm)
{
	u64 leaves = shadow_leaves(tces);

	memset(s, 0, sizeof(*s));
	s->tces = tces;
	s->mm = mm;
	mutex_init(&s->grow);
	s->mid_shift = shadow_mid_shift(leaves);
	s->tops = ((leaves - 1) >> s->mid_shift) + 1;
	s->top = shadow_alloc(s, s->tops * sizeof(*s->top), 0, GFP_KERNEL_ACCOUNT);
	if (!s->top) {
		shadow_uncharge(s);
		return -ENOMEM;
	}
	return 0;
}

/* Most leaves have neither slots nor cells; a window that is in use for long has many leaves. */
static void shadow_free_leaf(struct shadow_leaf *leaf)
{
	if (leaf->slots)
		kvfree(leaf->slots);
	if (leaf->cells)
		kvfree(leaf->cells);
	kvfree(leaf);
}

static void shadow_free_mid(struct shadow *s, struct shadow_leaf **mid)
{
	u32 i;

	for (i = 0; i < 1U << s->mid_shift; i++) {
		if (mid[i])
			shadow_free_leaf(mid[i]);
		if (i % SHADOW_FREED == 0)
			cond_resched();
	}
	kvfree(mid);
}

void shadow_free(struct shadow *s)
{
	u32 i;

	for (i = 0; s->top && i < s->tops; i++) {
		if (s->top[i])
			shadow_free_mid(s, s->top[i]);
		cond_resched();
	}
	kvfree(s->top);
	s->top = NULL;
	shadow_uncharge(s);
}

static struct shadow_leaf **shadow_mid(const struct shadow *s, u64 leaf)
{
	return READ_ONCE(s->top[leaf >> s->mid_shift]);
}

struct shadow_cells *shadow_cells(gfp_t gfp)
{
	return kmalloc(sizeof(struct shadow_cells), gfp);
}

/* Publish a new object, completely written, in a pointer that others read without a lock. */
#define shadow_place(lock, where, what) ({		\
	typeof(*(where)) new_ = (what);			\
							\
	if (new_) {					\
		spin_lock(lock);			\
		smp_store_release(where, new_);		\
		spin_unlock(lock);			\
	}						\
	new_ ? 0 : -ENOMEM;				\
})

/* Another call, from its stock, or KVM may give the leaf cells first: then ours are freed. */
int shadow_new_cells(struct shadow_leaf *leaf, gfp_t gfp)
{
	struct shadow_cells *cells = shadow_cells(gfp);

	if (!cells)
		return -ENOMEM;
	spin_lock(&leaf->lock);
	if (!leaf->cells) {
		WRITE_ONCE(leaf->cells, cells);
		cells = NULL;
	}
	spin_unlock(&leaf->lock);
	kvfree(cells);
	return 0;
}

/* KVM writes to leaves with slots and cannot wait for memory: the leaf gets cells first. */
static int shadow_populate_slots(struct shadow *s, struct shadow_leaf *leaf, gfp_t gfp)
{
	const size_t size = SHADOW_LEAF_TCES * sizeof(__be64);
	int rc = shadow_give_cells(leaf, gfp);

	return rc ? rc : shadow_place(&leaf->lock, &leaf->slots, shadow_alloc(s, size, 0, gfp));
}

/* A new leaf is a run of no entries. */
static struct shadow_leaf *shadow_new_leaf(struct shadow *s, gfp_t gfp)
{
	struct shadow_leaf *leaf = shadow_alloc(s, sizeof(*leaf), sizeof(struct shadow_cells), gfp);

	if (leaf)
		spin_lock_init(&leaf->lock);
	return leaf;
}

/**
 * struct growth - how leaves are made
 * @lock:  see shadow_populate()
 * @slots: see shadow_populate()
 * @gfp:   how memory is allocated
 */
struct growth {
	spinlock_t *lock;
	bool slots;
	gfp_t gfp;
};

static int shadow_populate_leaf(struct shadow *s, u64 leaf, const struct growth *g)
{
	struct shadow_leaf ***mid = &s->top[leaf >> s->mid_shift];
	const size_t mid_size = sizeof(**mid) << s->mid_shift;
	struct shadow_leaf **at;
	int rc = 0;

	if (!*mid)
		rc = shadow_place(g->lock, mid, shadow_alloc(s, mid_size, 0, g->gfp));
	if (rc)
		return rc;
	at = *mid + (leaf & ((1ULL << s->mid_shift) - 1));
	if (!*at)
		rc = shadow_place(g->lock, at, shadow_new_leaf(s, g->gfp));
	return !rc && g->slots && !(*at)->slots ? shadow_populate_slots(s, *at, g->gfp) : rc;
}

bool shadow_populated(const struct shadow *s, u64 first, u64 n, bool slots)
{
	u64 idx = first & ~(u64)SHADOW_LEAF_MASK;

	for (; idx < first + n; idx += SHADOW_LEAF_TCES) {
		const struct shadow_leaf *leaf = shadow_leaf(s, idx);

		if (!leaf || (slots && !READ_ONCE(leaf->slots)))
			return false;
		cond_resched();
	}
	return true;
}

/* Make the leaves of [@first, @end). */
static int shadow_grow(struct shadow *s, u64 first, u64 end, const struct growth *g)
{
	u64 leaf = first >> SHADOW_LEAF_SHIFT;
	u64 last = (end - 1) >> SHADOW_LEAF_SHIFT;

	lockdep_assert_held(&s->grow);
	for (; leaf <= last; leaf++) {
		int rc = shadow_populate_leaf(s, leaf, g);

		if (rc)
			return rc;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int shadow_populate(struct shadow *s, spinlock_t *lock, u64 first, u64 n, bool slots)
{
	const struct growth g = { lock, slots, GFP_KERNEL_ACCOUNT };

	return shadow_grow(s, first, first + n, &g);
}

/* Nobody has asked for these leaves: where memory is short they are not worth an effort. */
void shadow_populate_near(struct shadow *s, spinlock_t *lock, u64 first, u64 n)
{
	const struct growth g = { lock, true, GFP_KERNEL_ACCOUNT | __GFP_NORETRY | __GFP_NOWARN };
	const u64 mask = SHADOW_NEAR_TCES - 1;

	shadow_grow(s, first & ~mask, min(s->tces, (first + n + mask) & ~mask), &g);
}

u32 shadow_leaf_next(const struct shadow_leaf *leaf, u32 slot, u32 end)
{
	if (!leaf->live)
		return end;
	if (!leaf->flat) {
		slot = max(slot, leaf->run.from);
		return slot - leaf->run.from < leaf->run.pages.n ? min(slot, end) : end;
	}
	while (slot < end && !leaf->cells->tce[slot])
		slot++;
	return slot;
}

/* The entry behind the last non-zero one of [slot, end); @slot when there is none. */
static u32 shadow_leaf_last(const struct shadow_leaf *leaf, u32 slot, u32 end)
{
	if (!leaf->flat)
		return max(slot, min(end, leaf->run.from + leaf->run.pages.n));
	while (end > slot && !leaf->cells->tce[end - 1])
		end--;
	return end;
}

static u64 shadow_block_end(const struct shadow *s, u64 idx)
{
	return (idx | ((1ULL << (s->mid_shift + SHADOW_LEAF_SHIFT)) - 1)) + 1;
}

u64 shadow_next_leaf(const struct shadow *s, u64 idx, u64 end)
{
	while (idx < end && !shadow_leaf(s, idx))
		idx = shadow_mid(s, idx >> SHADOW_LEAF_SHIFT) ? (idx | SHADOW_LEAF_MASK) + 1
							      : shadow_block_end(s, idx);
	return min(idx, end);
}

u64 shadow_next_used(const struct shadow *s, u64 idx, u64 end)
{
	while (atomic64_read(&s->live) && (idx = shadow_next_leaf(s, idx, end)) < end) {
		if (READ_ONCE(shadow_leaf(s, idx)->live))
			return idx;
		idx = (idx | SHADOW_LEAF_MASK) + 1;
		cond_resched();
	}
	return end;
}

/* In a leaf's [@slot, @end), move @slot to the first live entry. Return: how many to the last. */
static __always_inline u32 shadow_leaf_batch(struct shadow_leaf *leaf, u32 *slot, u32 end)
{
	spin_lock(&leaf->lock);
	*slot = shadow_leaf_next(leaf, *slot, end);
	end = shadow_leaf_last(leaf, *slot, end);
	spin_unlock(&leaf->lock);
	return end - *slot;
}

/* shadow_leaf_batch() by index, for entries of one leaf; false when there are none. */
static bool shadow_batch(const struct shadow *s, u64 *idx, u64 end, u32 *n)
{
	const u64 base = *idx & ~(u64)SHADOW_LEAF_MASK;
	u32 slot = *idx - base;

	*n = shadow_leaf_batch(shadow_leaf(s, *idx), &slot, end - base);
	*idx = base + slot;
	return *n;
}

/*
 * A batch of @n entries ends within the leaf of @idx: extend it by live entries of the next leaf,
 * to SHADOW_LEAF_TCES at most. Rare: most batches begin where a leaf begins.
 */
static noinline u32 shadow_batch_goes_on(const struct shadow *s, u64 idx, u32 n, u64 end)
{
	u64 next = (idx | SHADOW_LEAF_MASK) + 1;
	struct shadow_leaf *leaf;
	u32 slot = 0, more;

	end = min(end, idx + SHADOW_LEAF_TCES);
	leaf = next < end ? shadow_leaf(s, next) : NULL;
	more = leaf ? shadow_leaf_batch(leaf, &slot, end - next) : 0;
	return more ? next + slot + more - idx : n;
}

u32 shadow_next_batch(const struct shadow *s, u64 *idx, u64 end, bool look)
{
	u32 n;

	while ((*idx = look ? shadow_next_leaf(s, *idx, end)
			    : shadow_next_used(s, *idx, end)) < end) {
		u64 stop = min(end, (*idx | SHADOW_LEAF_MASK) + 1);

		if (shadow_batch(s, idx, stop, &n))
			return *idx & SHADOW_LEAF_MASK ? shadow_batch_goes_on(s, *idx, n, end) : n;
		*idx = stop;
		cond_resched();
	}
	return 0;
}

u64 shadow_next_live(const struct shadow *s, u64 idx, u64 end)
{
	shadow_next_batch(s, &idx, end, false);
	return idx;
}

int shadow_set(struct shadow *s, struct shadow_leaf *leaf, u32 slot, u64 tce, u32 region)
{
	u64 old = leaf->cells->tce[slot];
	int live = !!tce - !!old;
	int unknown = !!(tce & SHADOW_UNKNOWN) - !!(old & SHADOW_UNKNOWN);

	leaf->cells->tce[slot] = tce;
	leaf->cells->region[slot] = tce ? region : 0;
	if (live) {
		shadow_leaf_count(leaf, live);
		atomic64_add(live, &s->live);
	}
	if (unknown)
		atomic64_add(unknown, &s->unknown);
	return unknown;
}

void shadow_store(struct shadow *s, struct shadow_leaf *leaf, u32 slot, u32 n,
		  const __be64 *list, const u32 *region)
{
	u64 *tce = leaf->cells->tce + slot;
	u32 live = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		live += !tce[i];
		tce[i] = be64_to_cpu(list[i]);
	}
	memcpy(leaf->cells->region + slot, region, n * sizeof(*region));
	shadow_leaf_count(leaf, live);
	atomic64_add(live, &s->live);
}

void shadow_taken(struct shadow *s, struct shadow_leaf *leaf, u32 n)
{
	shadow_leaf_count(leaf, -n);
	atomic64_sub(n, &s->live);
}
