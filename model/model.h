/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - a PAPR hypervisor in memory, as tests see it.
 *
 * It answers the functions of papr.h. What it is made of: PEs, each with a default window and room
 * for dynamic ones (DDW); a window is a TCE table with a name (LIOBN) and a place in the PE's bus
 * address space.
 *
 * PAPR's requirements on a caller are rules, each with a name. A personality says how a certain
 * hypervisor behaves where PAPR leaves room, and which of the rules it enforces. A rule that is
 * broken but not enforced is counted: a test that ends with model_broken() == 0 has done nothing
 * that a stricter hypervisor would refuse.
 *
 * Faults: one failure at a time can be armed, at the nth call, before or after that call takes
 * effect.
 *
 * All functions may be called from several threads.
 */
#ifndef MODEL_H
#define MODEL_H

#include <linux/types.h>
#include "papr.h"

/* Kinds of calls. */
enum model_call {
	MODEL_GET,
	MODEL_PUT,
	MODEL_INDIRECT,
	MODEL_STUFF,
	MODEL_QUERY,
	MODEL_CREATE,
	MODEL_REMOVE,
	MODEL_RESET,
	MODEL_CALLS
};

#define MODEL_CALL(c)	(1U << MODEL_##c)
/* Calls that change TCEs. */
#define MODEL_WRITES	(MODEL_CALL(PUT) | MODEL_CALL(INDIRECT) | MODEL_CALL(STUFF))
#define MODEL_HCALLS	(MODEL_CALL(GET) | MODEL_WRITES)
#define MODEL_RTAS	(MODEL_CALL(QUERY) | MODEL_CALL(CREATE) | MODEL_CALL(REMOVE) | \
			 MODEL_CALL(RESET))

/* RTAS tokens of the model, for struct hv_pe. */
#define MODEL_TOKEN_QUERY	0x2026
#define MODEL_TOKEN_CREATE	0x2027
#define MODEL_TOKEN_REMOVE	0x2028
#define MODEL_TOKEN_RESET	0x2029

/**
 * enum model_rule - what PAPR demands of the caller (LoPAR "Translation Control Entry Access" and
 * "DMA Window RTAS calls")
 * @RULE_LIST_ALIGNED:   the list of H_PUT_TCE_INDIRECT is 4 KiB aligned
 * @RULE_LIST_COUNT:     it has 1 to 512 entries
 * @RULE_STUFF_COUNT:    H_STUFF_TCE is for 1 to 512 entries
 * @RULE_IOBA_ALIGNED:   a bus address is that of a TCE's first byte
 * @RULE_TCE_BITS:       its reserved bits are 0
 * @RULE_OWN_PAGE:       a valid TCE names memory of the partition
 * @RULE_REMOVE_INVALID: a window that is removed has no valid TCE
 * @RULE_RESET_INVALID:  a PE that is reset has no valid TCE
 */
enum model_rule {
	RULE_LIST_ALIGNED,
	RULE_LIST_COUNT,
	RULE_STUFF_COUNT,
	RULE_IOBA_ALIGNED,
	RULE_TCE_BITS,
	RULE_OWN_PAGE,
	RULE_REMOVE_INVALID,
	RULE_RESET_INVALID,
	MODEL_RULES
};

struct model_pe;

/**
 * struct model_personality - how a hypervisor behaves
 * @name:      for messages
 * @enforces:  mask of rules (1 << RULE_x) that it refuses to see broken
 * @atomic:    H_PUT_TCE_INDIRECT and H_STUFF_TCE check everything before they store anything;
 *             otherwise they store up to the first bad entry
 * @restores:  the default window comes back by itself when the last of the others is removed
 * @windows:   windows that a PE can have at a time, the default one included
 * @max_tces:  the largest window that a query offers
 * @narrow:    the same in a reply of five cells
 * @place:     where a new window goes, given the PE as it is before
 */
struct model_personality {
	const char *name;
	u32 enforces;
	bool atomic;
	bool restores;
	u32 windows;
	u64 max_tces;
	u32 narrow;
	u64 (*place)(const struct model_pe *pe);
};

/*
 * QEMU's pseries machine: TCEs may name any address; a table's size is the only limit of a stuff;
 * windows go with whatever they hold; a PE without any window gets its first one where the default
 * one was, and otherwise always the same place high up, even on top of another window.
 */
extern const struct model_personality model_qemu;

/**
 * struct model_pe_config - a PE
 * @buid:       unit id of its PHB
 * @liobn:      name of its default window; the others count on from there
 * @start:      first bus address of the default window
 * @size:       its bytes; 0 for a PE without
 * @high:       where windows beside it go
 * @page_sizes: as ibm,query-pe-dma-window reports them
 * @ddw:        has the DDW calls
 * @reset:      has ibm,reset-pe-dma-window as well
 */
struct model_pe_config {
	u64 buid;
	u32 liobn;
	u64 start;
	u64 size;
	u64 high;
	u32 page_sizes;
	bool ddw;
	bool reset;
};

/**
 * struct model_window - a window that exists
 * @liobn:      its name
 * @start:      first bus address
 * @tces:       entries
 * @page_shift: log2 of the bytes that one of them translates
 * @dflt:       it is the default window
 */
struct model_window {
	u32 liobn;
	u64 start;
	u64 tces;
	u32 page_shift;
	bool dflt;
};

/* Start afresh: no PEs, no faults, all counters 0, all features. */
void model_reset(const struct model_personality *p);

struct model_pe *model_add_pe(const struct model_pe_config *config);

/* What papr_features() says, and what the calls admit to. */
void model_set_features(bool put_indirect, bool stuff);

/* Bytes of the partition's memory, from address 0. */
void model_set_memory(u64 size);

/* Addresses in garbage are all above this one. */
#define MODEL_GARBAGE	(1ULL << 55)

/* TCEs of a window that comes into being hold garbage: PAPR leaves them undefined. */
void model_set_garbage(bool on);

/* --- looking at it --- */

/* Windows of a PE, in the order of their names. Return: how many; at most @max are stored. */
u32 model_windows(const struct model_pe *pe, struct model_window *w, u32 max);

/* Where a device's access to @ioba goes. Return: the permission bits, 0 for a fault. */
u64 model_translate(const struct model_pe *pe, u64 ioba, u64 *hpa);

/* Calls @fn for each valid TCE of a PE. */
void model_for_each_valid(const struct model_pe *pe,
			  void (*fn)(const struct model_window *w, u64 ioba, u64 tce, void *ctx),
			  void *ctx);

/* Number of valid TCEs of a PE. */
u64 model_valid(const struct model_pe *pe);

/* Content of a TCE; ends the program when there is no such TCE. */
u64 model_peek(u32 liobn, u64 ioba);

/* Write a TCE behind everybody's back: a host's mapping, say. */
void model_poke(u32 liobn, u64 ioba, u64 tce);

/* How often a rule was broken (enforced or not); all rules together. */
u64 model_broke(enum model_rule rule);
u64 model_broken(void);
/* Count a rule's breaches from 0 again. */
void model_forgive(enum model_rule rule);

/* --- counting --- */

/* Calls of a kind since the last model_clear_counts(), failed ones and busy answers included. */
u64 model_count(enum model_call call);
/* The same for a mask of kinds. */
u64 model_count_of(u32 calls);
void model_clear_counts(void);

/* --- faults --- */

enum model_when {
	MODEL_BEFORE,	/* the call has no effect */
	MODEL_AFTER,	/* the call does its work all the same */
	MODEL_HALFWAY	/* of several TCEs the first half is written; as BEFORE for other calls */
};

#define MODEL_FOREVER	(~0ULL)

/**
 * struct model_fault - calls that fail
 * @nth:   the first one, 1 for the next
 * @times: how many in a row; 0 is taken as 1
 * @calls: mask of kinds (MODEL_CALL()), others are not counted; 0 for all
 * @when:  what they do nevertheless
 * @hcall: what hypercalls return; 0 is taken as H_HARDWARE
 * @rtas:  what RTAS calls return; 0 is taken as -1
 */
struct model_fault {
	u64 nth;
	u64 times;
	u32 calls;
	enum model_when when;
	long hcall;
	int rtas;
};

/* Arm a fault in place of any other; NULL disarms. */
void model_fail(const struct model_fault *fault);

/* Calls that were made to fail since model_fail(). */
u64 model_failed(void);

/**
 * model_busy() - the next calls find the hypervisor busy; a busy call has no effect
 * @calls: mask of kinds
 * @times: how many, MODEL_FOREVER for all
 * @hcall: what hypercalls return
 * @rtas:  what RTAS calls return
 */
void model_busy(u32 calls, u64 times, long hcall, int rtas);

/* Waits for a busy RTAS call: papr_rtas_busy() that returned true. */
u64 model_waits(void);

#endif
