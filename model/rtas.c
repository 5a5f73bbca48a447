// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtas.c - the four DDW calls of RTAS.
 *
 * A window's name goes with its place in the PE: the first free place is taken, so names come back,
 * that of a removed default window too.
 */
#include <linux/sched.h>
#include "machine.h"

/**
 * struct rtas_call - arguments and results
 * @nargs: argument cells
 * @nret:  result cells with the status
 * @args:  arguments
 * @rets:  results without the status
 */
struct rtas_call {
	int nargs;
	int nret;
	const u32 *args;
	u32 *rets;
};

static u64 waits;

void rtas_reset_waits(void)
{
	waits = 0;
}

/* The PE that the first three arguments of most calls name. */
static struct model_pe *rtas_pe(const struct rtas_call *c, int nargs)
{
	struct model_pe *pe;

	if (c->nargs != nargs)
		return NULL;
	pe = machine_pe((u64)c->args[1] << 32 | c->args[2]);
	return pe && pe->config.ddw ? pe : NULL;
}

static u32 windows_left(const struct model_pe *pe)
{
	u32 active = machine_active(pe);

	return active < machine.rules->windows ? machine.rules->windows - active : 0;
}

static int rtas_query(const struct rtas_call *c)
{
	struct model_pe *pe = rtas_pe(c, 3);
	u32 *rets = c->rets;

	if (!pe || (c->nret != 5 && c->nret != 6))
		return PAPR_RTAS_PARAMETER;
	*rets++ = windows_left(pe);
	if (c->nret == 6)
		*rets++ = machine.rules->max_tces >> 32;
	*rets++ = c->nret == 6 ? (u32)machine.rules->max_tces : machine.rules->narrow;
	*rets++ = pe->config.page_sizes;
	*rets = 0;
	return PAPR_RTAS_SUCCESS;
}

/* Bit of a page size in the reply to a query; 0 for one that RTAS has no bit for. */
static u32 page_size_bit(u32 shift)
{
	static const u32 shifts[] = { 12, 16, 24, 25, 26, 27, 28, 34, 21 };
	u32 i;

	for (i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++)
		if (shifts[i] == shift)
			return 1U << i;
	return 0;
}

static u32 free_place(const struct model_pe *pe)
{
	u32 k = 0;

	while (pe->table[k].present)
		k++;
	return k;
}

static int rtas_create(const struct rtas_call *c)
{
	struct model_pe *pe = rtas_pe(c, 5);
	u32 page_shift = c->nargs == 5 ? c->args[3] : 0;
	u32 shift = c->nargs == 5 ? c->args[4] : 0;
	struct model_window w;
	u32 place;

	if (!pe || c->nret != 4 || !(pe->config.page_sizes & page_size_bit(page_shift)) ||
	    shift < page_shift || shift > 63)
		return PAPR_RTAS_PARAMETER;
	if (!windows_left(pe) || 1ULL << (shift - page_shift) > machine.rules->max_tces)
		return PAPR_RTAS_HW_ERROR;
	place = free_place(pe);
	w = (struct model_window){ pe->config.liobn + place, machine.rules->place(pe),
				   1ULL << (shift - page_shift), page_shift, false };
	if (!table_make(&pe->table[place], &w))
		return PAPR_RTAS_HW_ERROR;
	c->rets[0] = w.liobn;
	c->rets[1] = w.start >> 32;
	c->rets[2] = w.start;
	return PAPR_RTAS_SUCCESS;
}

static int rtas_remove(const struct rtas_call *c)
{
	struct tce_table *t = c->nargs == 1 ? machine_table(c->args[0]) : NULL;
	struct model_pe *pe = t ? machine_pe_of(t) : NULL;
	bool dflt;

	if (!pe || !pe->config.ddw || c->nret != 1)
		return PAPR_RTAS_PARAMETER;
	if (table_valid(t) && rule_broken(RULE_REMOVE_INVALID))
		return PAPR_RTAS_HW_ERROR;
	dflt = t->w.dflt;
	table_drop(t);
	if (machine.rules->restores && !machine_active(pe) && !dflt && pe->config.size)
		table_make_default(pe);
	return PAPR_RTAS_SUCCESS;
}

static int rtas_reset(const struct rtas_call *c)
{
	struct model_pe *pe = rtas_pe(c, 3);
	u32 k;

	if (!pe || !pe->config.reset || c->nret != 1)
		return PAPR_RTAS_PARAMETER;
	if (model_valid(pe) && rule_broken(RULE_RESET_INVALID))
		return PAPR_RTAS_HW_ERROR;
	for (k = 0; k < MODEL_MAX_WINDOWS; k++)
		table_drop(&pe->table[k]);
	if (pe->config.size)
		table_make_default(pe);
	return PAPR_RTAS_SUCCESS;
}

static const struct {
	u32 token;
	enum model_call call;
	int (*serve)(const struct rtas_call *c);
} services[] = {
	{ MODEL_TOKEN_QUERY, MODEL_QUERY, rtas_query },
	{ MODEL_TOKEN_CREATE, MODEL_CREATE, rtas_create },
	{ MODEL_TOKEN_REMOVE, MODEL_REMOVE, rtas_remove },
	{ MODEL_TOKEN_RESET, MODEL_RESET, rtas_reset },
};

static int rtas_serve(u32 i, const struct rtas_call *c)
{
	struct verdict v = fault_of(services[i].call);

	machine.count[services[i].call]++;
	if (!v.refuse)
		return services[i].serve(c);
	/* LoPAR: a create that does not succeed has created nothing. */
	if (v.when == MODEL_AFTER && services[i].call != MODEL_CREATE)
		services[i].serve(c);
	return v.code;
}

int papr_rtas(u32 token, int nargs, int nret, const u32 *args, u32 *rets)
{
	const struct rtas_call c = { nargs, nret, args, rets };
	int status = PAPR_RTAS_PARAMETER;
	u32 i;

	might_sleep();
	machine_lock();
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (services[i].token == token)
			status = rtas_serve(i, &c);
	machine_unlock();
	return status;
}

bool papr_rtas_busy(int status)
{
	bool busy = status == PAPR_RTAS_BUSY ||
		    (status >= PAPR_H_LONG_BUSY_FIRST && status <= PAPR_H_LONG_BUSY_LAST);

	might_sleep();
	__atomic_add_fetch(&waits, busy, __ATOMIC_RELAXED);
	return busy;
}

u64 model_waits(void)
{
	return waits;
}
