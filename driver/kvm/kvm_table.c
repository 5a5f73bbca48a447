// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_table.c - KVM's writes to a window's table, beside the user's.
 *
 * For a guest's request KVM finds the registered memory, asks for a slot, counts a mapping of the
 * memory, has the TCE exchanged, counts down for the page that it is told was there, and writes
 * the user address into the slot. It does all this without a lock, so two processors of the guest
 * can collide. This file always tells KVM that the TCE was invalid before. So KVM only counts up,
 * and the counts are taken down with the leaf's lock held (kvm_mapped.h). They can be too high,
 * but never too low: memory that KVM's TCEs reach cannot be unpinned.
 *
 * A slot must not be freed while KVM is between asking for it and writing to it. KVM does not
 * sleep there, so kvm_iommu_wait() waits that out (on kernels that preempt KVM it cannot: there
 * KVM is lent no slot). For the same reason nothing is allocated here: KVM sends the request to
 * user space, whose MAP brings slots, as each MAP does while KVM has the table
 * (kvm_table_wanted()).
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include "kvm/kvm_table.h"
#include "memory/regions.h"
#include "tce/shadow_leaf.h"

/* Tries for one TCE while the hypervisor is busy; nothing can wait here. */
#define LEND_TRIES	100

void kvm_table_init(struct kvm_table *l)
{
	rwlock_init(&l->lock);
	l->t = NULL;
	l->stopped = false;
	l->next = NULL;
}

void kvm_table_begin(struct kvm_table *l, struct table *t)
{
	write_lock(&l->lock);
	l->first = t->w.start >> t->w.page_shift;
	l->stopped = false;
	l->t = t;
	write_unlock(&l->lock);
}

static void kvm_table_set_stopped(struct kvm_table *l, bool stopped)
{
	write_lock(&l->lock);
	l->stopped = stopped;
	write_unlock(&l->lock);
}

void kvm_table_stop(struct kvm_table *l)
{
	if (!l)
		return;
	kvm_table_set_stopped(l, true);
	/* Only a MAP adds slots, and no MAP runs meanwhile. */
	if (l->t && l->t->kvm_mapped.mm)
		kvm_iommu_wait();
}

void kvm_table_go(struct kvm_table *l)
{
	if (l)
		kvm_table_set_stopped(l, false);
}

void kvm_table_end(struct kvm_table *l)
{
	if (!l)
		return;
	write_lock(&l->lock);
	l->t = NULL;
	write_unlock(&l->lock);
}

void kvm_table_exclude(struct kvm_table *l) __acquires(&l->lock)
{
	write_lock(&l->lock);
}

void kvm_table_admit(struct kvm_table *l) __releases(&l->lock)
{
	write_unlock(&l->lock);
}

/* With the lock held. Return: the table that holds KVM's @index; @idx is its place there. */
static struct table *kvm_table_of(const struct kvm_table *l, u64 index, u64 *idx)
{
	lockdep_assert_held(&l->lock);
	*idx = index - l->first;
	return l->t && index >= l->first && *idx < l->t->shadow.tces ? l->t : NULL;
}

/*
 * KVM gets no slot for a TCE that is larger than the kernel's pages: it relies on mm_iommu for
 * the size of a region's pages, and that can be wrong.
 */
static __be64 *kvm_table_slot_in(struct table *t, u64 idx)
{
	struct shadow_leaf *leaf;
	__be64 *slots;

	if (t->w.page_shift > PAGE_SHIFT || t->regions->v1)
		return NULL;
	leaf = shadow_leaf(&t->shadow, idx);
	/* Whoever sees slots sees that kvm_mapped is open, without the leaf's lock. */
	slots = leaf ? smp_load_acquire(&leaf->slots) : NULL;
	if (!slots || t->kvm_mapped.mm != current->mm || READ_ONCE(t->lost) ||
	    !kvm_mapped_lends(&t->kvm_mapped, atomic64_read(&t->shadow.live)))
		return NULL;
	return slots + (idx & SHADOW_LEAF_MASK);
}

__be64 *kvm_table_slot(struct kvm_table *l, u64 index)
{
	__be64 *slot = NULL;
	struct table *t;
	u64 idx;

	read_lock(&l->lock);
	t = kvm_table_of(l, index, &idx);
	if (t && !l->stopped)
		slot = kvm_table_slot_in(t, idx);
	read_unlock(&l->lock);
	return slot;
}

/* Bounded: LEND_TRIES. */
static int kvm_table_put_one(u32 liobn, u64 ioba, u64 tce)
{
	u32 tries = 0;
	int rc;

	do {
		rc = hcall_put_one(liobn, ioba, tce);
	} while (rc > 0 && ++tries < LEND_TRIES);
	return rc;
}

static int kvm_table_put(struct table *t, u64 idx, u64 tce)
{
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	u32 i;

	lockdep_assert_held(&t->kvm->lock);
	for (i = 0; i < t->pes; i++) {
		int rc = kvm_table_put_one(t->liobn[i], ioba, tce);

		counters_one(&t->counters, rc);
		if (rc)
			return -EIO;
	}
	return 0;
}

/* The TCE is exchanged and known: update the shadow. The old page was pinned until now. */
static void kvm_table_store(struct table *t, struct shadow_leaf *leaf, u32 slot, u64 tce)
{
	u32 region = leaf->cells->region[slot];
	u64 old = leaf->cells->tce[slot];

	if (old & PAPR_TCE_WRITE)
		regions_dirty(old & PAGE_MASK, t->w.page_shift);
	shadow_set(&t->shadow, leaf, slot, tce, 0);
	if (old & SHADOW_UNKNOWN)
		regions_known(t->regions);
	if (!old || !region)
		return;
	if (region == REGIONS_V1)
		regions_drop_v1(t->regions, &old, 1);
	else
		regions_drop_late(t->regions, region, 1);
}

/*
 * The TCE may still be valid: its page stays pinned. An entry that an UNMAP has marked as erased
 * is known to be invalid.
 */
static void kvm_table_unknown(struct table *t, struct shadow_leaf *leaf, u32 slot)
{
	u64 tce = leaf->cells->tce[slot];

	if (tce & SHADOW_MARKS)
		return;
	shadow_set(&t->shadow, leaf, slot, tce | SHADOW_UNKNOWN, leaf->cells->region[slot]);
	regions_unknown(t->regions, 1);
}

/*
 * KVM counts down for a page that it could not put into a table, so no TCE may hold that page:
 * the TCE is invalidated. If that fails, too, KVM is told that it succeeded. Its count then keeps
 * the page pinned, and no count is taken down before the window is gone. The TCE counts as valid,
 * so that whoever unmaps it has it invalidated.
 */
static int kvm_table_refused(struct table *t, struct shadow_leaf *leaf, u32 slot, u64 idx, u64 tce)
{
	if (!tce) {
		kvm_table_unknown(t, leaf, slot);
		return -EIO;
	}
	/* At least one member may have held the TCE, and a device may have written. */
	if (tce & PAPR_TCE_WRITE)
		regions_dirty(tce & PAGE_MASK, t->w.page_shift);
	if (!kvm_table_put(t, idx, 0)) {
		kvm_table_store(t, leaf, slot, 0);
		return -EIO;
	}
	pr_err_ratelimited("vfio_pseries: window %x: a guest's TCE %llx is in an unknown state\n",
			   t->liobn[0], (unsigned long long)idx);
	if (!leaf->cells->tce[slot])
		shadow_set(&t->shadow, leaf, slot, tce, 0);
	kvm_table_unknown(t, leaf, slot);
	WRITE_ONCE(t->lost, true);
	return 0;
}

/*
 * A leaf with slots has cells, too. In a leaf without slots KVM can only clear what was mapped
 * before it had the table. If memory is not available at once, KVM asks user space to do it.
 */
static bool kvm_table_flatten(struct table *t, struct shadow_leaf *leaf)
{
	if (!leaf->cells)
		WRITE_ONCE(leaf->cells, shadow_cells(GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN));
	if (!leaf->cells)
		return false;
	shadow_leaf_flatten(leaf, t->regions);
	return true;
}

static int kvm_table_write(struct table *t, struct shadow_leaf *leaf, u64 idx, u64 tce)
{
	u32 slot = idx & SHADOW_LEAF_MASK;

	lockdep_assert_held(&leaf->lock);
	if (!tce && !shadow_leaf_live(leaf, slot))
		return 0;
	if (!kvm_table_flatten(t, leaf))
		return -EIO;
	WRITE_ONCE(t->lent, true);
	if (kvm_table_put(t, idx, tce))
		return kvm_table_refused(t, leaf, slot, idx, tce);
	kvm_table_store(t, leaf, slot, tce);
	if (leaf->slots && !READ_ONCE(t->lost))
		kvm_mapped_down(&t->kvm_mapped,
				kvm_mapped_pull(&t->kvm_mapped, &leaf->slots[slot]));
	return 0;
}

static int kvm_table_exchange_in(struct table *t, u64 idx, u64 hpa, u64 perm)
{
	/* A guest may set any of the bits between address and permissions. */
	u64 tce = perm ? (hpa & ~((1ULL << t->w.page_shift) - 1)) | perm : 0;
	struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
	int rc = 0;

	if (leaf) {
		spin_lock(&leaf->lock);
		rc = kvm_table_write(t, leaf, idx, tce);
		spin_unlock(&leaf->lock);
	}
	/* KVM counts a page before it is written, and counts down when this returns an error. */
	if (tce && !rc)
		atomic64_inc(&t->kvm_mapped.counted);
	return rc;
}

int kvm_table_exchange(struct kvm_table *l, u64 index, u64 hpa, u64 perm)
{
	struct table *t;
	int rc = 0;
	u64 idx;

	read_lock(&l->lock);
	t = kvm_table_of(l, index, &idx);
	if (t)
		rc = kvm_table_exchange_in(t, idx, hpa, perm);
	read_unlock(&l->lock);
	return rc;
}
