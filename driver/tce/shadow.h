/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shadow.h - our own copy of what a window's TCEs hold.
 *
 * Contract: what is not in the shadow is not in the hypervisor's table. The
 * shadow is filled lazily, in leaves of one hypercall's worth of TCEs, so an
 * empty window costs next to nothing whatever its size.
 *
 * Each leaf has a lock of its own. Leaves come and never go, and are found without a lock.
 */
#ifndef VFIO_PSERIES_SHADOW_H
#define VFIO_PSERIES_SHADOW_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include "memory/regions.h"

struct mm_struct;

#define SHADOW_LEAF_SHIFT	9
#define SHADOW_LEAF_TCES	(1U << SHADOW_LEAF_SHIFT)
#define SHADOW_LEAF_MASK	(SHADOW_LEAF_TCES - 1)

/*
 * A mark kept in a bit of an entry that no TCE uses (IOMMU pages have at least
 * 4 KiB, permissions are bits 0 and 1): a failed call may have left it.
 */
#define SHADOW_UNKNOWN	(1ULL << 2)

/*
 * Another one: an UNMAP that has not ended has invalidated the TCE, and the
 * entry is there for its way back. Only entries without a region have it.
 */
#define SHADOW_ERASED	(1ULL << 3)

#define SHADOW_MARKS	(SHADOW_UNKNOWN | SHADOW_ERASED)

/**
 * struct shadow_run - consecutive entries that hold consecutive pages of one region
 * @pages:  of the user's memory
 * @region: the region, none of the marks, and never REGIONS_V1
 * @from:   the first entry; all others of the leaf are invalid
 */
struct shadow_run {
	struct region_run pages;
	u32 region;
	u32 from;
};

/**
 * struct shadow_cells - a leaf's entries one by one
 * @tce:    what each TCE holds, host physical address and permissions, and the
 *          mark; 0 is an invalid TCE
 * @region: id of the registered region that each non-zero entry is pinned by; 0
 *          when KVM wrote it, which counts in mm_iommu (kvm_mapped.h)
 */
struct shadow_cells {
	u64 tce[SHADOW_LEAF_TCES];
	u32 region[SHADOW_LEAF_TCES];
};

/**
 * struct shadow_leaf - 512 consecutive TCEs, in one of two forms (shadow_leaf.h); 64 bytes
 * @lock:  guards the rest and the order of hypercalls on these TCEs; never held over a sleep.
 *         Of two leaves the lower one's is taken first
 * @live:  number of non-zero entries
 * @flat:  @cells say what they hold, else @run does
 * @run:   what they hold
 * @slots: what KVM keeps of each, NULL where it was never in charge; where there
 *         are some there are cells, too
 * @cells: NULL until the leaf is made flat for the first time
 */
struct shadow_leaf {
	spinlock_t lock;
	u16 live;
	bool flat;
	struct shadow_run run;
	__be64 *slots;
	struct shadow_cells *cells;
};

/**
 * struct shadow - three levels: top, middle, leaf
 * @tces:      TCEs of the window
 * @mid_shift: log2 of the leaves that one middle block points to
 * @tops:      number of middle blocks
 * @top:       pointers to middle blocks, NULL where nothing was ever mapped
 * @mm:        whose locked memory pays for it; NULL for nobody
 * @bytes:     memory in use, and what each leaf's cells will take when they come: there is
 *             no way to refuse them then
 * @charged:   pages of @mm's locked memory that stand for @bytes
 * @grow:      one call at a time adds leaves; guards @mm, @bytes and @charged
 * @live:      non-zero entries in all leaves
 * @unknown:   entries marked SHADOW_UNKNOWN
 */
struct shadow {
	u64 tces;
	u32 mid_shift;
	u32 tops;
	struct shadow_leaf ***top;
	struct mm_struct *mm;
	u64 bytes;
	unsigned long charged;
	struct mutex grow;
	atomic64_t live;
	atomic64_t unknown;
};

/**
 * shadow_init() - make an empty shadow
 * @s:    to be filled
 * @tces: entries, at least 1
 * @mm:   whose locked memory pays, may be NULL
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int shadow_init(struct shadow *s, u64 tces, struct mm_struct *mm);

/**
 * shadow_free() - give back all memory, whatever the entries say
 *
 * Context: may sleep.
 */
void shadow_free(struct shadow *s);

/**
 * shadow_cells() - room for the entries of a leaf, not cleared
 * @gfp: how; they are paid for since the leaf came
 *
 * kvfree() gives it back. Context: as @gfp says. Return: NULL when there is no memory.
 */
struct shadow_cells *shadow_cells(gfp_t gfp);

/**
 * shadow_populated() - do leaves exist for a range?
 * @slots: with slots for KVM
 */
bool shadow_populated(const struct shadow *s, u64 first, u64 n, bool slots);

/**
 * shadow_populate() - make sure that they do
 * @s:     the shadow
 * @lock:  held while a leaf is put in its place, for those who look
 * @first: first entry
 * @n:     number of entries
 * @slots: with slots for KVM
 *
 * Leaves allocated before a failure stay: they are empty and charged.
 *
 * Context: may sleep; @s->grow is held.
 * Return: 0, -ENOMEM (memory or locked memory), -EINTR.
 */
int shadow_populate(struct shadow *s, spinlock_t *lock, u64 first, u64 n, bool slots);

/**
 * shadow_leaf() - the leaf that holds an entry
 *
 * Return: the leaf, NULL when nothing near @idx was ever mapped.
 */
static inline struct shadow_leaf *shadow_leaf(const struct shadow *s, u64 idx)
{
	u64 leaf = idx >> SHADOW_LEAF_SHIFT;
	struct shadow_leaf **mid = READ_ONCE(s->top[leaf >> s->mid_shift]);

	return mid ? READ_ONCE(mid[leaf & ((1ULL << s->mid_shift) - 1)]) : NULL;
}

/**
 * shadow_leaf_has_cells() - can the leaf be made flat? It can from then on.
 */
static inline bool shadow_leaf_has_cells(const struct shadow_leaf *leaf)
{
	return READ_ONCE(leaf->cells);
}

int shadow_new_cells(struct shadow_leaf *leaf, gfp_t gfp);

/**
 * shadow_give_cells() - see to it
 *
 * Context: as @gfp says. Return: 0 or -ENOMEM.
 */
static inline int shadow_give_cells(struct shadow_leaf *leaf, gfp_t gfp)
{
	return shadow_leaf_has_cells(leaf) ? 0 : shadow_new_cells(leaf, gfp);
}

/* @n more live entries: who only looks whether there are any has no lock. */
static inline void shadow_leaf_count(struct shadow_leaf *leaf, int n)
{
	WRITE_ONCE(leaf->live, leaf->live + n);
}

/**
 * shadow_leaf_live() - is an entry of a leaf not 0?
 */
static inline bool shadow_leaf_live(const struct shadow_leaf *leaf, u32 slot)
{
	return leaf->flat ? leaf->cells->tce[slot] : slot - leaf->run.from < leaf->run.pages.n;
}

/**
 * shadow_leaf_next() - the first non-zero entry of a leaf's [slot, end), else @end
 */
u32 shadow_leaf_next(const struct shadow_leaf *leaf, u32 slot, u32 end);

/**
 * shadow_next_used() - first entry of [idx, end) whose leaf seems to have live entries
 *
 * It says so of each that had one when its lock was held by the caller last, or before he came.
 *
 * Context: may sleep. Return: its index, or @end.
 */
u64 shadow_next_used(const struct shadow *s, u64 idx, u64 end);

/**
 * shadow_next_batch() - the next entries that are worth a hypercall
 * @s:    the shadow
 * @idx:  where to look from; then the first non-zero entry of [@idx, @end), or @end
 * @end:  the first entry behind the range
 * @look: lock each leaf on the way once. Else one that seems to have no live entry is passed by:
 *        that is for those who know of all that is there, or have looked
 *
 * Costs in proportion to what was mapped, not to the size of the range.
 *
 * Context: may sleep. Return: how many entries from there to the last non-zero one within reach of
 * one call; 0 when there is none.
 */
u32 shadow_next_batch(const struct shadow *s, u64 *idx, u64 end, bool look);

/**
 * shadow_next_live() - the first of them alone, without @look
 */
u64 shadow_next_live(const struct shadow *s, u64 idx, u64 end);

/**
 * shadow_next_leaf() - first entry in [idx, end) that has a leaf
 *
 * Return: its index, or @end.
 */
u64 shadow_next_leaf(const struct shadow *s, u64 idx, u64 end);

/**
 * shadow_set() - change one entry, with its leaf's lock, and keep the counts right
 * @s:      the shadow
 * @leaf:   the leaf that holds the entry, flat
 * @slot:   the entry's place in it
 * @tce:    new content with its mark, 0 for none
 * @region: region that pins it; ignored when @tce is 0
 *
 * Return: how many more entries are unknown.
 */
int shadow_set(struct shadow *s, struct shadow_leaf *leaf, u32 slot, u64 tce,
		u32 region);

/**
 * shadow_turn() - shadow_set() for an entry that becomes valid or invalid, without marks
 * @s:      the shadow
 * @leaf:   the leaf that holds the entry, flat
 * @slot:   the entry's place in it
 * @tce:    new content; 0 for none, and then there was one
 * @region: region that pins it, or 0 for none
 */
static inline void shadow_turn(struct shadow *s, struct shadow_leaf *leaf, u32 slot, u64 tce,
			       u32 region)
{
	leaf->cells->tce[slot] = tce;
	leaf->cells->region[slot] = region;
	shadow_leaf_count(leaf, tce ? 1 : -1);
	atomic64_add(tce ? 1 : -1, &s->live);
}

/**
 * shadow_store() - shadow_set() for consecutive entries, none of them unknown
 * @s:      the shadow
 * @leaf:   the leaf that holds the entries, flat; none of them is unknown
 * @slot:   the first one's place in it
 * @n:      number of entries
 * @list:   their new content, big-endian, none of them 0
 * @region: what pins each
 */
void shadow_store(struct shadow *s, struct shadow_leaf *leaf, u32 slot, u32 n,
		  const __be64 *list, const u32 *region);

/**
 * shadow_taken() - @n valid, known entries of a flat leaf were set to 0
 */
void shadow_taken(struct shadow *s, struct shadow_leaf *leaf, u32 n);

#endif
