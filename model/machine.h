/* SPDX-License-Identifier: GPL-2.0-only */
/* machine.h - the hypervisor's state: PEs, tables, personality. For the model's own files. */
#ifndef MODEL_MACHINE_H
#define MODEL_MACHINE_H

#include "model.h"
#include "table.h"

/* A program that needs more is built with another number. */
#ifndef MODEL_MAX_PES
#define MODEL_MAX_PES		4
#endif
#define MODEL_MAX_WINDOWS	4

/**
 * struct model_pe - a PE
 * @config: as given to model_add_pe()
 * @table:  its windows; without TRAIT_OLD_NAMES in no order
 * @named:  number of windows ever created
 * @busy:   busy answers still to give, with TRAIT_RTAS_BUSY
 * @limited: it is in limited-address mode
 * @gone:   it was removed
 */
struct model_pe {
	struct model_pe_config config;
	struct tce_table table[MODEL_MAX_WINDOWS];
	u32 named;
	u32 busy;
	bool limited;
	bool gone;
};

/**
 * struct machine - the one hypervisor there is
 * @rules:    its personality
 * @pe:       PEs
 * @pes:      how many
 * @features: multi-TCE calls
 * @memory:   bytes of the partition's memory
 * @garbage:  new windows hold garbage
 * @writes:   number of calls that write TCEs
 * @count:    calls by kind
 * @broke:    broken rules
 */
struct machine {
	const struct model_personality *rules;
	struct model_pe pe[MODEL_MAX_PES];
	u32 pes;
	struct papr_features features;
	u64 memory;
	bool garbage;
	u64 writes;
	u64 count[MODEL_CALLS];
	u64 broke[MODEL_RULES];
};

extern struct machine machine;

void machine_lock(void);
void machine_unlock(void);
struct tce_table *machine_table(u64 liobn);
struct model_pe *machine_pe(u64 buid);
struct model_pe *machine_pe_of(const struct tce_table *t);
u32 machine_active(const struct model_pe *pe);

/* Creates or restores the default window. */
bool machine_make_default(struct model_pe *pe, bool garbage);

/* Counts a broken rule. Return: true when the personality refuses such calls. */
bool rule_broken(enum model_rule rule);

/* Does the personality have this trait? */
bool trait(enum model_trait t);

/* Does a TCE name memory of the partition? */
bool tce_own(u64 tce);

#endif
