// SPDX-License-Identifier: GPL-2.0-only
/* machine.c - the hypervisor's state: its PEs, what tests set and see, the counters. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"

struct machine machine;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void machine_lock(void)
{
	pthread_mutex_lock(&lock);
}

void machine_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void model_remove_pe(struct model_pe *pe)
{
	u32 k;

	machine_lock();
	for (k = 0; k < MODEL_MAX_WINDOWS; k++)
		table_drop(&pe->table[k]);
	pe->gone = true;
	machine_unlock();
}

void model_set_features(bool put_indirect, bool stuff)
{
	machine.features = (struct papr_features){ put_indirect, stuff };
}

struct papr_features papr_features(void)
{
	return machine.features;
}

void model_set_memory(u64 size)
{
	machine.memory = size;
}

void model_set_garbage(bool on)
{
	machine.garbage = on;
}

bool rule_broken(enum model_rule rule)
{
	machine.broke[rule]++;
	return machine.rules->enforces & (1U << rule);
}

bool trait(enum model_trait t)
{
	return machine.rules->traits & (1U << t);
}

bool tce_own(u64 tce)
{
	return (tce & ~PAPR_TCE_PERM) < machine.memory;
}

bool machine_make_default(struct model_pe *pe, bool garbage)
{
	const struct model_window w = {
		.liobn = pe->config.liobn,
		.start = pe->config.start,
		.tces = pe->config.size >> 12,
		.page_shift = 12,
		.dflt = true,
	};

	return table_make(&pe->table[0], &w, garbage);
}

/* The next search begins at the PE that had the table: there may be a thousand PEs. */
struct tce_table *machine_table(u64 liobn)
{
	static u32 last;
	u32 i, k;

	for (i = 0; i < machine.pes; i++) {
		u32 p = (last + i) % machine.pes;

		for (k = 0; k < MODEL_MAX_WINDOWS; k++) {
			struct tce_table *t = &machine.pe[p].table[k];

			if (t->present && t->w.liobn == liobn) {
				last = p;
				return t;
			}
		}
	}
	return NULL;
}

/* The next search begins at the PE found, as in machine_table(). */
struct model_pe *machine_pe(u64 buid)
{
	static u32 last;
	u32 i;

	for (i = 0; i < machine.pes; i++) {
		u32 p = (last + i) % machine.pes;

		if (machine.pe[p].config.buid == buid && !machine.pe[p].gone) {
			last = p;
			return &machine.pe[p];
		}
	}
	return NULL;
}

struct model_pe *machine_pe_of(const struct tce_table *t)
{
	u32 i;

	for (i = 0; i < machine.pes; i++)
		if (t >= machine.pe[i].table && t < machine.pe[i].table + MODEL_MAX_WINDOWS)
			return &machine.pe[i];
	abort();
}

u32 machine_active(const struct model_pe *pe)
{
	u32 n = 0;
	u32 k;

	for (k = 0; k < MODEL_MAX_WINDOWS; k++)
		n += pe->table[k].present;
	return n;
}

u32 model_windows(const struct model_pe *pe, struct model_window *w, u32 max)
{
	u32 n = 0;
	u32 k;

	for (k = 0; k < MODEL_MAX_WINDOWS; k++)
		if (pe->table[k].present && n++ < max)
			w[n - 1] = pe->table[k].w;
	return n;
}

u64 model_translate(const struct model_pe *pe, u64 ioba, u64 *hpa)
{
	u32 k;

	for (k = 0; k < MODEL_MAX_WINDOWS; k++) {
		const struct tce_table *t = &pe->table[k];
		u64 page, idx, tce;

		if (!t->present || !table_index(t, ioba, &idx))
			continue;
		tce = table_get(t, idx);
		page = (1ULL << t->w.page_shift) - 1;
		*hpa = (tce & ~page & ~PAPR_TCE_PERM) | (ioba & page);
		if (tce & PAPR_TCE_PERM)
			return tce & PAPR_TCE_PERM;
	}
	return 0;
}

void model_for_each_valid(const struct model_pe *pe,
			  void (*fn)(const struct model_window *w, u64 ioba, u64 tce, void *ctx),
			  void *ctx)
{
	u32 k;

	for (k = 0; k < MODEL_MAX_WINDOWS; k++) {
		const struct tce_table *t = &pe->table[k];
		u64 idx;

		if (!t->present)
			continue;
		for (idx = table_next_valid(t, 0); idx < t->w.tces;
		     idx = table_next_valid(t, idx + 1))
			fn(&t->w, t->w.start + (idx << t->w.page_shift), table_get(t, idx), ctx);
	}
}

u64 model_valid(const struct model_pe *pe)
{
	u64 n = 0;
	u32 k;

	for (k = 0; k < MODEL_MAX_WINDOWS; k++)
		if (pe->table[k].present)
			n += table_valid(&pe->table[k]);
	return n;
}

static struct tce_table *table_or_die(u32 liobn, u64 ioba, u64 *idx)
{
	struct tce_table *t = machine_table(liobn);

	if (!t || !table_index(t, ioba, idx))
		abort();
	return t;
}

u64 model_peek(u32 liobn, u64 ioba)
{
	u64 idx;
	struct tce_table *t = table_or_die(liobn, ioba, &idx);

	return table_get(t, idx);
}

void model_poke(u32 liobn, u64 ioba, u64 tce)
{
	u64 idx;
	struct tce_table *t = table_or_die(liobn, ioba, &idx);

	table_put(t, idx, tce);
}

u64 model_broke(enum model_rule rule)
{
	return machine.broke[rule];
}

u64 model_broken(void)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < MODEL_RULES; i++)
		n += machine.broke[i];
	return n;
}

void model_forgive(enum model_rule rule)
{
	machine.broke[rule] = 0;
}

u64 model_count(enum model_call call)
{
	return machine.count[call];
}

u64 model_count_of(u32 calls)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < MODEL_CALLS; i++)
		if (calls & (1U << i))
			n += machine.count[i];
	return n;
}

void model_clear_counts(void)
{
	memset(machine.count, 0, sizeof(machine.count));
}
