// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_slots.c - the count-down of KVM's mappings for TCEs that no longer hold KVM's pages.
 *
 * A slot holds the user address for which KVM counts a mapping of an entry (kvm_mapped.h). To
 * settle a slot, this file takes the address out with the leaf's lock held, when the TCE is known
 * not to hold KVM's page any more. It counts down without the lock, because mm_iommu may take
 * long to find the memory.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include "kvm/kvm_mapped.h"
#include "tce/kvm_slots.h"
#include "tce/shadow.h"
#include "tce/table.h"

/* Slots that are settled at a time. */
#define SLOTS_MOST	64

/* Take up to SLOTS_MOST user addresses out of slots whose entries hold nothing of KVM's. */
static u32 slots_pull(struct table *t, struct shadow_leaf *leaf, u32 *slot, u32 end,
		      unsigned long *ua)
{
	u32 n = 0;

	spin_lock(&leaf->lock);
	for (; leaf->slots && !READ_ONCE(t->lost) && *slot < end && n < SLOTS_MOST; (*slot)++) {
		if (table_entry_kvms(leaf, *slot))
			continue;
		ua[n] = kvm_mapped_pull(&t->kvm_mapped, &leaf->slots[*slot]);
		n += !!ua[n];
	}
	spin_unlock(&leaf->lock);
	return n;
}

/* Settle a leaf's slots whose entries hold nothing of KVM's. */
static void slots_settle_leaf(struct table *t, struct shadow_leaf *leaf, u32 slot, u32 end)
{
	unsigned long ua[SLOTS_MOST];
	u32 i, n;

	while ((n = slots_pull(t, leaf, &slot, end, ua))) {
		for (i = 0; i < n; i++) {
			kvm_mapped_down(&t->kvm_mapped, ua[i]);
			cond_resched();
		}
	}
}

void slots_settle(struct table *t, u64 first, u64 end)
{
	u64 idx = first;

	while (kvm_mapped_is_open(&t->kvm_mapped) &&
	       (idx = shadow_next_leaf(&t->shadow, idx, end)) < end) {
		u32 slot = idx & SHADOW_LEAF_MASK;
		u32 stop = min_t(u64, SHADOW_LEAF_TCES, end - idx + slot);

		slots_settle_leaf(t, shadow_leaf(&t->shadow, idx), slot, stop);
		idx += stop - slot;
		cond_resched();
	}
}
