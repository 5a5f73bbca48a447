// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - a window's table as a whole: creation, end, and queries.
 *
 * The shadow says what the hypervisor's TCEs hold, so nothing is ever read back.
 *
 * An operation of several critical sections owns its range meanwhile (range_lock.h). Only KVM may
 * still write an entry there, whenever the leaf's lock is free. An entry that KVM wrote has no
 * region: KVM counts the mapping itself, and keeps the user address in a slot.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include "memory/regions.h"
#include "tce/range_lock.h"
#include "tce/shadow_leaf.h"
#include "tce/table.h"

int table_init(struct table *t, u64 tces, struct regions *regions)
{
	memset(t, 0, sizeof(*t));
	t->regions = regions;
	if (range_locks_init(&t->ranges, t))
		return -ENOMEM;
	if (!shadow_init(&t->shadow, tces, regions->mm))
		return 0;
	range_locks_free(&t->ranges);
	return -ENOMEM;
}

void table_free(struct table *t)
{
	/* KVM's counts have to stay while the pages that they stand for are reachable. */
	if (t->kvm_mapped.mm && !table_live(t))
		kvm_mapped_close(&t->kvm_mapped);
	shadow_free(&t->shadow);
	range_locks_free(&t->ranges);
}

void table_begin(struct table *t)
{
	range_lock_only(&t->ranges)->tired = false;
}

u64 table_live(const struct table *t)
{
	return atomic64_read(&t->shadow.live) + READ_ONCE(t->lost);
}

u64 table_tce(const struct table *t, u64 idx)
{
	struct shadow_leaf *leaf = shadow_leaf(&t->shadow, idx);
	u64 tce;

	if (!leaf)
		return 0;
	spin_lock(&leaf->lock);
	tce = shadow_leaf_tce(leaf, idx & SHADOW_LEAF_MASK, t->regions);
	spin_unlock(&leaf->lock);
	return tce;
}
