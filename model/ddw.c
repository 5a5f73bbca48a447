// SPDX-License-Identifier: GPL-2.0-only
/*
 * ddw.c - the four DDW calls of RTAS.
 *
 * A window takes the first free place in the PE. With TRAIT_OLD_NAMES the place decides the
 * window's name, so names are used again, also that of a removed default window. With
 * TRAIT_BRIDGE_NAMES the host bridge decides the name.
 */
#include <string.h>
#include <linux/sched.h>
#include "ddw.h"
#include "inject.h"
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

void ddw_reset_waits(void)
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

static bool has_default(const struct model_pe *pe)
{
	return pe->table[0].present && pe->table[0].w.dflt;
}

static u32 windows_left(const struct model_pe *pe)
{
	u32 active = machine_active(pe);
	u32 most = machine.rules->windows;

	if (trait(TRAIT_ONE_CREATED) && active > has_default(pe))
		return 0;
	if (trait(TRAIT_ONE_CREATED) && most > 1)
		return 1;
	return active < most ? most - active : 0;
}

static u64 most_tces(const struct model_pe *pe)
{
	return pe->config.max_tces ? pe->config.max_tces : machine.rules->max_tces;
}

static int rtas_query(const struct rtas_call *c)
{
	struct model_pe *pe = rtas_pe(c, 3);
	u32 *rets = c->rets;

	if (!pe || (c->nret != 5 && (c->nret != 6 || pe->config.narrow))) {
		/* In logs, a PE that does not exist has this answer, with all zeros. */
		memset(rets, 0, (c->nret - 1) * sizeof(*rets));
		return PAPR_RTAS_PARAMETER;
	}
	*rets++ = windows_left(pe);
	if (c->nret == 6)
		*rets++ = most_tces(pe) >> 32;
	*rets++ = c->nret == 6 ? (u32)most_tces(pe) : machine.rules->narrow;
	*rets++ = pe->config.page_sizes;
	*rets = 0;
	return PAPR_RTAS_SUCCESS;
}

/* Bit of a page size in the reply to a query; 0 if RTAS has no bit for it. */
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

static u32 new_name(struct model_pe *pe, u32 place)
{
	if (trait(TRAIT_BRIDGE_NAMES))
		return MODEL_BRIDGE_NAMES + (pe->config.buid & MODEL_BRIDGE_MASK);
	if (trait(TRAIT_OLD_NAMES))
		return pe->config.liobn + place;
	return pe->config.liobn + 1 + pe->named++ % 255;
}

static u64 window_end(const struct model_window *w)
{
	return w->start + (w->tces << w->page_shift);
}

/* The end of a window of the PE that overlaps [start, start + size); 0 if there is none. */
static u64 in_the_way(const struct model_pe *pe, u64 start, u64 size)
{
	u32 k;

	for (k = 0; k < MODEL_MAX_WINDOWS; k++) {
		const struct tce_table *t = &pe->table[k];

		if (t->present && start < window_end(&t->w) && t->w.start < start + size)
			return window_end(&t->w);
	}
	return 0;
}

/* Windows begin at multiples of their size. */
static u64 new_start(const struct model_pe *pe, u64 size)
{
	u64 start = pe->limited ? MODEL_LIMITED_START : pe->config.high;
	u64 end;

	if (trait(TRAIT_FIRST_LOW) && !machine_active(pe))
		return pe->config.start;
	if (trait(TRAIT_OVERLAPS))
		return start;
	while ((end = in_the_way(pe, start, size)))
		start = (end + size - 1) & ~(size - 1);
	return start;
}

/* Return: one of the two busy answers before the work, or 0. */
static int long_work(struct model_pe *pe)
{
	if (!trait(TRAIT_RTAS_BUSY))
		return 0;
	pe->busy = pe->busy ? pe->busy - 1 : 2;
	if (!pe->busy)
		return 0;
	return pe->busy == 2 ? PAPR_RTAS_BUSY : PAPR_H_LONG_BUSY_FIRST;
}

static int rtas_create(const struct rtas_call *c)
{
	struct model_pe *pe = rtas_pe(c, 5);
	u32 page_shift = c->nargs == 5 ? c->args[3] : 0;
	u32 shift = c->nargs == 5 ? c->args[4] : 0;
	struct model_window w;
	u32 place;
	int busy;

	if (!pe || c->nret != 4 || !(pe->config.page_sizes & page_size_bit(page_shift)) ||
	    shift < page_shift || shift > 63)
		return PAPR_RTAS_PARAMETER;
	if (!windows_left(pe) || 1ULL << (shift - page_shift) > most_tces(pe))
		return PAPR_RTAS_HW_ERROR;
	busy = long_work(pe);
	if (busy)
		return busy;
	place = free_place(pe);
	w = (struct model_window){ new_name(pe, place), new_start(pe, 1ULL << shift),
				   1ULL << (shift - page_shift), page_shift, false };
	if (!table_make(&pe->table[place], &w, machine.garbage))
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
	dflt = t->w.dflt || (trait(TRAIT_NAMESAKE) && t->w.liobn == pe->config.liobn);
	table_drop(t);
	if (trait(TRAIT_RESTORES) && !machine_active(pe) && !dflt && pe->config.size)
		machine_make_default(pe, machine.garbage);
	return PAPR_RTAS_SUCCESS;
}

/* Restores the default window; it may inherit the TCEs of the window that replaced it. */
static void default_again(struct model_pe *pe)
{
	struct tce_table old = pe->table[0];

	pe->table[0].present = false;
	if (pe->config.size)
		machine_make_default(pe, machine.garbage);
	if (pe->config.size && old.present && trait(TRAIT_KEEPS) && machine.rules->windows == 1)
		table_inherit(&pe->table[0], &old);
	table_drop(&old);
}

/* A reset into limited-address mode has one more argument. */
static bool reset_has(const struct model_pe *pe, const struct rtas_call *c)
{
	return pe->config.reset && c->nret == 1 &&
	       (c->nargs == 3 || (pe->config.limited && c->args[3] == 1));
}

static int rtas_reset(const struct rtas_call *c)
{
	struct model_pe *pe = rtas_pe(c, c->nargs == 4 ? 4 : 3);
	int busy;
	u32 k;

	if (!pe || !reset_has(pe, c))
		return PAPR_RTAS_PARAMETER;
	if (model_valid(pe) && rule_broken(RULE_RESET_INVALID))
		return PAPR_RTAS_HW_ERROR;
	busy = long_work(pe);
	if (busy)
		return busy;
	for (k = 1; k < MODEL_MAX_WINDOWS; k++)
		table_drop(&pe->table[k]);
	if (!trait(TRAIT_KEEPS) || !has_default(pe))
		default_again(pe);
	pe->limited = c->nargs == 4;
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
	struct verdict v = inject_verdict(services[i].call);

	machine.count[services[i].call]++;
	if (!v.refuse)
		return services[i].serve(c);
	/* LoPAR: a create that fails has created nothing. */
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

/* One millisecond passes in each wait. */
u64 papr_clock_ms(void)
{
	return __atomic_load_n(&waits, __ATOMIC_RELAXED);
}

u64 model_waits(void)
{
	return waits;
}
