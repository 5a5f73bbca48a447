/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shadow.h - our own copy of what a window's TCEs hold.
 *
 * Contract: a TCE that is not in the shadow is not in the hypervisor's table. The shadow is
 * filled lazily, in leaves of one hypercall's worth of TCEs, so an empty window costs next to
 * nothing whatever its size.
 *
 * Each leaf has its own lock. Leaves stay until the window's end, and are found without a lock.
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

/* Entries that get KVM's slots together: 16 leaves, some 160 KiB. */
#define SHADOW_NEAR_TCES	(16ULL << SHADOW_LEAF_SHIFT)

/*
 * Mark of an unknown entry: a failed call may or may not have changed the TCE. It is a bit that
 * no TCE uses (IOMMU pages have at least 4 KiB, permissions are bits 0 and 1).
 */
#define SHADOW_UNKNOWN	(1ULL << 2)

/*
 * Mark of an entry whose TCE an unfinished UNMAP has invalidated; the entry is kept in case the
 * UNMAP is undone. Only entries without a region have this mark.
 */
#define SHADOW_ERASED	(1ULL << 3)

#define SHADOW_MARKS	(SHADOW_UNKNOWN | SHADOW_ERASED)

/**
 * struct shadow_run - consecutive entries that hold consecutive pages of one region
 * @pages:  the pages, in the user's memory
 * @region: the region; without marks, and never REGIONS_V1
 * @from:   the first entry; the leaf's entries outside of the run are invalid
 */
struct shadow_run {
	struct region_run pages;
	u32 region;
	u32 from;
};

/**
 * struct shadow_cells - a leaf's entries one by one
 * @tce:    what each TCE holds: host physical address, permissions and marks; 0 is an
 *          invalid TCE
 * @region: id of the registered region that pins each non-zero entry; 0 when KVM wrote
 *          the entry: KVM counts it in mm_iommu (kvm_mapped.h)
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
 * @flat:  the entries are in @cells, else in @run
 * @run:   the entries as a run
 * @slots: the user address that KVM keeps for each entry; NULL where KVM was lent no slots; a
 *         leaf with slots has cells, too. Set once, with a release; KVM's call for a slot reads it
 *         without the lock, with an acquire
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
 * @mm:        whose locked memory is charged for it; NULL for nobody's
 * @bytes:     memory in use, and what the cells of each leaf will take: when they are
 *             allocated, they can no longer be refused
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
 * @mm:   whose locked memory is charged, may be NULL
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int shadow_init(struct shadow *s, u64 tces, struct mm_struct *mm);

/**
 * shadow_free() - free all memory, whatever the entries hold
 *
 * Context: may sleep.
 */
void shadow_free(struct shadow *s);

/**
 * shadow_cells() - allocate cells for a leaf, not cleared
 * @gfp: how; they have been charged since the leaf was made
 *
 * kvfree() frees them. Context: as @gfp says. Return: NULL without memory.
 */
struct shadow_cells *shadow_cells(gfp_t gfp);

/**
 * shadow_populated() - do leaves exist for a range?
 * @slots: with slots for KVM
 */
bool shadow_populated(const struct shadow *s, u64 first, u64 n, bool slots);

/**
 * shadow_populate() - make leaves for a range
 * @s:     the shadow
 * @lock:  held while a leaf is put in its place, for lock-free readers
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
 * shadow_populate_near() - make leaves with slots around a range, as far as memory allows
 * @s:     the shadow
 * @lock:  as for shadow_populate()
 * @first: first entry
 * @n:     number of entries
 *
 * The range grows to both sides to a multiple of SHADOW_NEAR_TCES, within the window.
 *
 * Context: may sleep; @s->grow is held.
 */
void shadow_populate_near(struct shadow *s, spinlock_t *lock, u64 first, u64 n);

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
 * shadow_leaf_has_cells() - can the leaf be made flat? Once true, it stays true.
 */
static inline bool shadow_leaf_has_cells(const struct shadow_leaf *leaf)
{
	return READ_ONCE(leaf->cells);
}

int shadow_new_cells(struct shadow_leaf *leaf, gfp_t gfp);

/**
 * shadow_give_cells() - make sure that a leaf can be made flat
 *
 * Context: as @gfp says. Return: 0 or -ENOMEM.
 */
static inline int shadow_give_cells(struct shadow_leaf *leaf, gfp_t gfp)
{
	return shadow_leaf_has_cells(leaf) ? 0 : shadow_new_cells(leaf, gfp);
}

/* Add @n live entries. Code that only asks whether there are any reads this without the lock. */
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
 * It finds each leaf that had a live entry when the caller last held its lock, or before the call.
 *
 * Context: may sleep. Return: its index, or @end.
 */
u64 shadow_next_used(const struct shadow *s, u64 idx, u64 end);

/**
 * shadow_next_batch() - the next entries that need a hypercall
 * @s:    the shadow
 * @idx:  where to begin; set to the first non-zero entry of [@idx, @end), or to @end
 * @end:  the first entry behind the range
 * @look: lock each leaf on the way once. Else leaves that seem to have no live entry are skipped:
 *        for callers that know of all entries there, or have locked the leaves before
 *
 * Costs in proportion to what was mapped, not to the size of the range.
 *
 * Context: may sleep. Return: how many entries from there to the last non-zero one that one call
 * can reach; 0 when there is none.
 */
u32 shadow_next_batch(const struct shadow *s, u64 *idx, u64 end, bool look);

/**
 * shadow_next_live() - the first entry that shadow_next_batch() finds without @look
 */
u64 shadow_next_live(const struct shadow *s, u64 idx, u64 end);

/**
 * shadow_next_leaf() - first entry in [idx, end) that has a leaf
 *
 * Return: its index, or @end.
 */
u64 shadow_next_leaf(const struct shadow *s, u64 idx, u64 end);

/**
 * shadow_set() - change one entry, with its leaf's lock held, and update the counts
 * @s:      the shadow
 * @leaf:   the leaf that holds the entry, flat
 * @slot:   the entry's place in it
 * @tce:    new content with its mark, 0 for none
 * @region: region that pins it; ignored when @tce is 0
 *
 * Return: by how many the number of unknown entries has grown.
 */
int shadow_set(struct shadow *s, struct shadow_leaf *leaf, u32 slot, u64 tce,
		u32 region);

/**
 * shadow_turn() - shadow_set() for an entry that becomes valid or invalid, without marks
 * @s:      the shadow
 * @leaf:   the leaf that holds the entry, flat
 * @slot:   the entry's place in it
 * @tce:    new content; 0 for none: then the entry was valid before
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
 * @region: the region that pins each
 */
void shadow_store(struct shadow *s, struct shadow_leaf *leaf, u32 slot, u32 n,
		  const __be64 *list, const u32 *region);

/**
 * shadow_taken() - count @n valid, known entries of a flat leaf that were set to 0
 */
void shadow_taken(struct shadow *s, struct shadow_leaf *leaf, u32 n);

#endif
