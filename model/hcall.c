// SPDX-License-Identifier: GPL-2.0-only
/*
 * hcall.c - the four TCE hypercalls.
 *
 * Each finds its table and checks its arguments, then writes a run of TCEs. How much of a run
 * with a bad entry is written is the personality's affair.
 */
#include <asm/byteorder.h>
#include "machine.h"

/**
 * struct run - TCEs to be written
 * @t:    the table
 * @idx:  the first one
 * @n:    how many
 * @list: contents; NULL for @tce everywhere
 * @tce:  content of all
 */
struct run {
	struct tce_table *t;
	u64 idx;
	u64 n;
	const __be64 *list;
	u64 tce;
};

static u64 run_tce(const struct run *r, u64 i)
{
	return r->list ? __be64_to_cpu(r->list[i]) : r->tce;
}

/* Is entry @i inside of the table, and a page of the partition? */
static bool run_good(const struct run *r, u64 i)
{
	u64 tce = run_tce(r, i);

	if (r->idx + i >= r->t->w.tces)
		return false;
	if (!(tce & PAPR_TCE_PERM))
		return true;
	if (tce & 0xfff & ~PAPR_TCE_PERM && rule_broken(RULE_TCE_BITS))
		return false;
	return (tce & ~PAPR_TCE_PERM) < machine.memory || !rule_broken(RULE_OWN_PAGE);
}

static long run_write(const struct run *r)
{
	u64 good = 0;
	u64 i;

	while (good < r->n && run_good(r, good))
		good++;
	if (good < r->n && machine.rules->atomic)
		return PAPR_H_PARAMETER;
	if (!r->list && !r->tce)
		table_zero(r->t, r->idx, good);
	else
		for (i = 0; i < good; i++)
			table_put(r->t, r->idx + i, run_tce(r, i));
	return good < r->n ? PAPR_H_PARAMETER : PAPR_H_SUCCESS;
}

/* Table and index of a bus address. */
static long run_find(struct run *r, u64 liobn, u64 ioba)
{
	r->t = machine_table(liobn);
	if (!r->t || !table_index(r->t, ioba, &r->idx))
		return PAPR_H_PARAMETER;
	if (ioba & ((1ULL << r->t->w.page_shift) - 1) && rule_broken(RULE_IOBA_ALIGNED))
		return PAPR_H_PARAMETER;
	return PAPR_H_SUCCESS;
}

/* The armed fault decides whether, and how much of, the run is written. */
static long run_issue(struct run *r, enum model_call call, u64 liobn, u64 ioba)
{
	struct verdict v = fault_of(call);
	long rc = run_find(r, liobn, ioba);

	machine.count[call]++;
	if (!v.refuse)
		return rc ? rc : run_write(r);
	if (v.when == MODEL_HALFWAY)
		r->n /= 2;
	if (!rc && v.when != MODEL_BEFORE)
		run_write(r);
	return v.code;
}

static long run_locked(struct run *r, enum model_call call, u64 liobn, u64 ioba)
{
	long rc;

	machine_lock();
	rc = run_issue(r, call, liobn, ioba);
	machine_unlock();
	return rc;
}

/* A call that fails for what it is, not for where it writes. */
static long refused(enum model_call call, long code)
{
	machine_lock();
	machine.count[call]++;
	machine_unlock();
	return code;
}

long papr_put_tce(u64 liobn, u64 ioba, u64 tce)
{
	struct run r = { .n = 1, .tce = tce };

	return run_locked(&r, MODEL_PUT, liobn, ioba);
}

long papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n)
{
	struct run r = { .n = n, .list = list };

	if (!machine.features.put_indirect)
		return refused(MODEL_INDIRECT, PAPR_H_FUNCTION);
	if ((unsigned long)list & 0xfff && rule_broken(RULE_LIST_ALIGNED))
		return refused(MODEL_INDIRECT, PAPR_H_PARAMETER);
	if ((!n || n > PAPR_MAX_TCES) && rule_broken(RULE_LIST_COUNT))
		return refused(MODEL_INDIRECT, PAPR_H_PARAMETER);
	return run_locked(&r, MODEL_INDIRECT, liobn, ioba);
}

long papr_stuff_tce(u64 liobn, u64 ioba, u64 tce, u64 n)
{
	struct run r = { .n = n, .tce = tce };

	if (!machine.features.stuff)
		return refused(MODEL_STUFF, PAPR_H_FUNCTION);
	if ((!n || n > PAPR_MAX_TCES) && rule_broken(RULE_STUFF_COUNT))
		return refused(MODEL_STUFF, PAPR_H_P4);
	return run_locked(&r, MODEL_STUFF, liobn, ioba);
}

static long get_tce(u64 liobn, u64 ioba, u64 *tce)
{
	struct verdict v = fault_of(MODEL_GET);
	struct run r;
	long rc = run_find(&r, liobn, ioba);

	machine.count[MODEL_GET]++;
	if (v.refuse)
		return v.code;
	if (!rc)
		*tce = table_get(r.t, r.idx);
	return rc;
}

long papr_get_tce(u64 liobn, u64 ioba, u64 *tce)
{
	long rc;

	machine_lock();
	rc = get_tce(liobn, ioba, tce);
	machine_unlock();
	return rc;
}
