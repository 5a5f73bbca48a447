// SPDX-License-Identifier: GPL-2.0-only
/*
 * hcall.c - the four TCE hypercalls.
 *
 * Each finds its table and checks its arguments, then writes a run of TCEs. The personality
 * decides how much of a run with a bad entry is written.
 */
#include <asm/byteorder.h>
#include "inject.h"
#include "machine.h"

/**
 * struct run - TCEs to be written
 * @t:    the table
 * @idx:  the first one
 * @n:    how many
 * @list: contents; NULL if all entries are @tce
 * @tce:  content of all entries, without @list
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

/* Is entry @i inside the table, and its page in the partition's memory? */
static bool run_good(const struct run *r, u64 i)
{
	u64 tce = run_tce(r, i);

	if (r->idx + i >= r->t->w.tces)
		return false;
	if (!(tce & PAPR_TCE_PERM))
		return true;
	if (tce & 0xfff & ~PAPR_TCE_PERM && rule_broken(RULE_TCE_BITS))
		return false;
	return tce_own(tce) || !rule_broken(RULE_OWN_PAGE);
}

/* Valid TCEs of the whole partition. */
static u64 valid_tces(void)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < machine.pes; i++)
		n += model_valid(&machine.pe[i]);
	return n;
}

/* How many more valid TCEs there will be after the run. */
static u64 run_more(const struct run *r)
{
	u64 n = 0;
	u64 i;

	for (i = 0; i < r->n && (r->list || r->tce); i++)
		n += (run_tce(r, i) & PAPR_TCE_PERM) &&
		     !(table_get(r->t, r->idx + i) & PAPR_TCE_PERM);
	return n;
}

/* The further errors of a partition that shares its memory. */
static long run_shared(const struct run *r)
{
	u64 more;

	if (++machine.writes % machine.rules->busy_every == 0)
		return PAPR_H_LONG_BUSY_FIRST + machine.writes / machine.rules->busy_every % 2;
	more = run_more(r);
	if (more && valid_tces() + more > machine.rules->entitled)
		return PAPR_H_NOT_ENOUGH_RESOURCES;
	return PAPR_H_SUCCESS;
}

static void run_store(const struct run *r, u64 n)
{
	u64 i;

	if (!r->list && !r->tce)
		table_zero(r->t, r->idx, n);
	else
		for (i = 0; i < n; i++)
			table_put(r->t, r->idx + i, run_tce(r, i));
}

/* How many of the run's first entries can be written. */
static u64 run_good_ones(const struct run *r)
{
	u64 good = 0;

	if (!r->list && !r->tce)
		return r->n < r->t->w.tces - r->idx ? r->n : r->t->w.tces - r->idx;
	while (good < r->n && run_good(r, good))
		good++;
	return good;
}

static long run_write(const struct run *r)
{
	u64 good = run_good_ones(r);
	long rc;

	if (good < r->n && trait(TRAIT_ATOMIC))
		return PAPR_H_PARAMETER;
	rc = trait(TRAIT_SHARED) ? run_shared(r) : PAPR_H_SUCCESS;
	if (rc)
		return rc;
	run_store(r, good);
	return good < r->n ? PAPR_H_PARAMETER : PAPR_H_SUCCESS;
}

/* Finds the table and index of a bus address. */
static long run_find(struct run *r, u64 liobn, u64 ioba)
{
	r->t = machine_table(liobn);
	if (!r->n || !r->t || !table_index(r->t, ioba, &r->idx))
		return PAPR_H_PARAMETER;
	if (!r->list && trait(TRAIT_STUFF_FITS) && r->n > r->t->w.tces)
		return PAPR_H_PARAMETER;
	if (ioba & ((1ULL << r->t->w.page_shift) - 1) && rule_broken(RULE_IOBA_ALIGNED))
		return PAPR_H_PARAMETER;
	return PAPR_H_SUCCESS;
}

/* The armed fault decides whether, and how much of, the run is written. */
static long run_issue(struct run *r, enum model_call call, u64 liobn, u64 ioba)
{
	struct verdict v = inject_verdict(call);
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

/* Refuses a call for its arguments, before any table is looked at. */
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
	struct verdict v = inject_verdict(MODEL_GET);
	struct run r = { .n = 1 };
	long rc = run_find(&r, liobn, ioba);

	machine.count[MODEL_GET]++;
	if (v.refuse)
		return v.code;
	if (rc)
		return rc;
	*tce = table_get(r.t, r.idx);
	if (!(*tce & PAPR_TCE_PERM) || !trait(TRAIT_PARTIAL) || tce_own(*tce))
		return PAPR_H_SUCCESS;
	*tce |= ~0xfffULL;
	return PAPR_H_PARTIAL;
}

long papr_get_tce(u64 liobn, u64 ioba, u64 *tce)
{
	long rc;

	machine_lock();
	rc = get_tce(liobn, ioba, tce);
	machine_unlock();
	return rc;
}
