/* SPDX-License-Identifier: GPL-2.0-only */
/* machine.h - what the model is made of; for its own files only. */
#ifndef MODEL_MACHINE_H
#define MODEL_MACHINE_H

#include "model.h"

/* A program that wants more is built with them. */
#ifndef MODEL_MAX_PES
#define MODEL_MAX_PES		4
#endif
#define MODEL_MAX_WINDOWS	4

#define TCE_CHUNK	512

/**
 * struct tce_table - TCEs of a window
 * @w:       what it is, valid while @present
 * @present: it exists
 * @chunk:   TCEs in pieces of TCE_CHUNK; NULL for a piece of zeros, TCE_GARBAGE for one that nobody
 *           ever wrote to
 */
struct tce_table {
	struct model_window w;
	bool present;
	u64 **chunk;
};

#define TCE_GARBAGE	((u64 *)1)

/**
 * struct model_pe - a PE
 * @config: as given to model_add_pe()
 * @table:  its windows; without TRAIT_OLD_NAMES in no order
 * @named:  windows that were ever created
 * @busy:   busy answers that are left, with TRAIT_RTAS_BUSY
 * @limited: it is in limited-address mode
 * @gone:   it was taken away
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
 * @writes:   calls that write TCEs
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

/* A rule is broken: note it. Return: true when the personality refuses such calls. */
bool rule_broken(enum model_rule rule);

/* Does the personality have it? */
bool trait(enum model_trait t);

/* Does a TCE name memory of the partition? */
bool tce_own(u64 tce);

/* A window comes into being, or back; goes. */
bool table_make(struct tce_table *t, const struct model_window *w, bool garbage);
bool table_make_default(struct model_pe *pe, bool garbage);
void table_drop(struct tce_table *t);
/* The first TCEs of @old become those of @t, for whole chunks. */
void table_inherit(struct tce_table *t, struct tce_table *old);
/* Index of the TCE of a bus address. Return: false when it is outside of the window. */
bool table_index(const struct tce_table *t, u64 ioba, u64 *idx);
u64 table_get(const struct tce_table *t, u64 idx);
void table_put(struct tce_table *t, u64 idx, u64 tce);
void table_zero(struct tce_table *t, u64 idx, u64 n);
u64 table_valid(const struct tce_table *t);
/* First valid TCE from @idx on; the number of TCEs when there is none. */
u64 table_next_valid(const struct tce_table *t, u64 idx);

/**
 * struct verdict - what the armed faults make of a call
 * @refuse: return @code, having done the work as far as @when says
 */
struct verdict {
	bool refuse;
	enum model_when when;
	long code;
};

void rtas_reset_waits(void);
void memory_reset(void);
void fault_reset(void);
struct verdict fault_of(enum model_call call);

#endif
