// SPDX-License-Identifier: GPL-2.0-only
/*
 * members.c - the member PEs of a table: joining and parting.
 *
 * A PE that joins gets what the shadow has, batch by batch. A PE that parts has its own TCEs
 * cleared; the TCEs of the other members are not touched. KVM may write meanwhile, to each
 * member. So a PE becomes a member before the mapped TCEs are written to it, and stays one until
 * they are cleared.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "debug/counters.h"
#include "kvm/kvm_table.h"
#include "tce/batch.h"
#include "tce/range_lock.h"
#include "tce/table.h"

static int table_try_one(struct range_lock *c, u32 liobn, u64 idx, u32 n, bool put)
{
	struct table *t = c->t;
	u64 ioba = t->w.start + (idx << t->w.page_shift);
	struct leaves l = batch_lock(t, idx, n);
	int rc;

	if (put)
		batch_from_shadow(c, idx, n, NULL);
	rc = put ? hcall_put(liobn, ioba, t->w.page_shift, c->list, n)
		 : hcall_stuff(liobn, ioba, t->w.page_shift, n);
	counters_batch(&t->counters, n, put, rc);
	batch_unlock(l);
	return rc;
}

/* One batch for one member alone: the shadow's content, or invalid TCEs. */
static int table_call_one(struct range_lock *c, u32 liobn, u64 idx, u32 n, bool put)
{
	int rc = batch_patiently(c, table_try_one(c, liobn, idx, n, put));

	return rc > 0 ? -EIO : rc;
}

static int table_replay(struct table *t, u32 liobn)
{
	struct range_lock *c = range_lock_only(&t->ranges);
	u64 idx = 0;
	u32 n;

	table_begin(t);
	for (; (n = batch_next(t, &idx, t->shadow.tces)); idx += n) {
		int rc;

		rc = table_call_one(c, liobn, idx, n, true);
		if (rc)
			return rc;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int table_join(struct table *t, const struct dma_window *w)
{
	bool unknown;

	if (t->pes == TABLE_MAX_PES)
		return -ENOSPC;
	if (!t->pes)
		t->w = *w;
	/* What KVM writes from now on goes to the new member, too. */
	kvm_table_exclude(t->kvm);
	unknown = atomic64_read(&t->shadow.unknown) || READ_ONCE(t->lost);
	if (!unknown)
		t->liobn[t->pes++] = w->liobn;
	kvm_table_admit(t->kvm);
	return unknown ? -EBUSY : table_replay(t, w->liobn);
}

static void table_drop_member(struct table *t, u32 liobn)
{
	u32 i;

	kvm_table_exclude(t->kvm);
	for (i = 0; i < t->pes; i++)
		if (t->liobn[i] == liobn)
			t->liobn[i--] = t->liobn[--t->pes];
	kvm_table_admit(t->kvm);
}

bool table_part(struct table *t, u32 liobn)
{
	struct range_lock *c = range_lock_only(&t->ranges);
	bool clean = true;
	u64 idx = 0;
	u32 n;

	/* The PE stays a member until the end, so that KVM's own removals reach it, too. */
	for (; (n = batch_next(t, &idx, t->shadow.tces)); idx += n) {
		clean &= !table_call_one(c, liobn, idx, n, false);
		cond_resched();
	}
	table_drop_member(t, liobn);
	return clean && !READ_ONCE(t->lost);
}
