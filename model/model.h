/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - a PAPR hypervisor in memory, as tests see it.
 *
 * It answers the functions of papr.h. It consists of PEs, each with a default window and room for
 * dynamic ones (DDW). A window is a TCE table with a name (LIOBN) and a place in the PE's bus
 * address space.
 *
 * PAPR's requirements on a caller are rules, each with a name. What hypervisors do in different
 * ways are traits, each with a name and the source where it was found. A personality is a set of
 * both: the rules that it enforces, the traits that it has, and a few limits. A rule that is
 * broken but not enforced is counted: a test that ends with model_broken() == 0 has done nothing
 * that a stricter hypervisor would refuse.
 *
 * Faults: one failure or two at a time can be armed, at the nth call, before or after that call
 * takes effect. A create that fails never has an effect, as LoPAR demands.
 *
 * Sources: "LoPAR" is OpenPOWER's Linux on Power Architecture Reference 2.9, by the section's
 * title; "QEMU" is hw/ppc of version 7.2, by function; "Linux" is what kernel 6.12 does because
 * of a machine that its authors had; "logs" are published log lines of real partitions
 * (tests/unit/partitions.def). None of it was observed on a PowerVM.
 *
 * All functions may be called from several threads.
 */
#ifndef MODEL_H
#define MODEL_H

#include <linux/types.h>
#include "hv/papr.h"

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

/* RTAS tokens of the model, for struct ddw_pe. */
#define MODEL_TOKEN_QUERY	0x2026
#define MODEL_TOKEN_CREATE	0x2027
#define MODEL_TOKEN_REMOVE	0x2028
#define MODEL_TOKEN_RESET	0x2029

/**
 * enum model_rule - what PAPR demands of the caller
 * @RULE_LIST_ALIGNED:   the list of H_PUT_TCE_INDIRECT is 4 KiB aligned, else H_PARAMETER (LoPAR
 *                       "H_PUT_TCE_INDIRECT"; QEMU h_put_tce_indirect() and KVM on bare metal too)
 * @RULE_LIST_COUNT:     that list has 1 to 512 entries, else H_PARAMETER (the same)
 * @RULE_STUFF_COUNT:    H_STUFF_TCE is for 1 to 512 entries, else H_P4 (LoPAR "H_STUFF_TCE")
 * @RULE_IOBA_ALIGNED:   a bus address is that of a TCE's first byte, else H_PARAMETER (LoPAR
 *                       "Translation Control Entry Access"; QEMU rounds it down)
 * @RULE_TCE_BITS:       a TCE's reserved bits are 0, else H_PARAMETER (LoPAR "TCE Definition")
 * @RULE_OWN_PAGE:       a valid TCE names memory of the partition, else H_PARAMETER (LoPAR
 *                       "H_PUT_TCE"; QEMU takes any address)
 * @RULE_REMOVE_INVALID: a window that is removed has no valid TCE, else -1 (LoPAR
 *                       "ibm,remove-pe-dma-window"; QEMU rtas_ibm_remove_pe_dma_window() does not
 *                       check)
 * @RULE_RESET_INVALID:  a PE that is reset has no valid TCE, else -1 (LoPAR
 *                       "ibm,reset-pe-dma-windows"; QEMU does not check; PowerVM seems not to
 *                       check either: Linux' own take resets what it has not cleared)
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
 * enum model_trait - what hypervisors do in different ways
 * @TRAIT_ATOMIC:      H_PUT_TCE_INDIRECT and H_STUFF_TCE check everything before they store
 *                     anything (LoPAR "H_PUT_TCE_INDIRECT"); without it they store up to the
 *                     first bad entry (QEMU put_tce_emu(), called once per entry)
 * @TRAIT_STUFF_FITS:  H_STUFF_TCE of more entries than the table has is H_PARAMETER before
 *                     anything is stored (QEMU h_stuff_tce())
 * @TRAIT_PARTIAL:     H_GET_TCE answers H_PARTIAL, with the page number's bits all ones, when a
 *                     valid TCE names no memory of the partition (LoPAR "H_GET_TCE")
 * @TRAIT_UNDEFINED:   TCEs of windows that are created or restored have random contents (LoPAR:
 *                     the OS initialises every TCE of a window it receives); without it, zeros
 *                     (QEMU)
 * @TRAIT_RESTORES:    firmware restores the default window by itself when the last other window
 *                     is removed (LoPAR "ibm,remove-pe-dma-window"); without it, only a reset
 *                     restores it (Linux asks for a reset after a remove, and says that firmware
 *                     may not have restored the window)
 * @TRAIT_NAMESAKE:    a window that got the default one's name counts as the default one when it
 *                     is removed: the default window is not restored by itself then (QEMU
 *                     rtas_ibm_remove_pe_dma_window(), as tests/conformance sees it)
 * @TRAIT_FIRST_LOW:   a PE without any window gets its first one in the default window's place
 *                     (QEMU rtas_ibm_create_pe_dma_window()); without it, created windows are
 *                     never there
 * @TRAIT_OVERLAPS:    a second window always gets the same place, even if a third one is there
 *                     (QEMU rtas_ibm_create_pe_dma_window()); without it, the next free place
 * @TRAIT_OLD_NAMES:   names are used again: a new window gets the lowest free name, also the
 *                     default window's (QEMU spapr_phb_get_free_liobn()); without it, each has a
 *                     new name (LoPAR says nothing: no caller may rely on either)
 * @TRAIT_BRIDGE_NAMES: a created window is called 0x70000000 + the number of its host bridge,
 *                      each time (logs; that the name is used again is inferred)
 * @TRAIT_ONE_CREATED: a PE can have only one created window, with or without the default one
 *                     (logs have never shown two; inferred)
 * @TRAIT_KEEPS:       a reset leaves the TCEs of an existing default window as they were; if a PE
 *                     has one window at a time, its restored default window has the TCEs of the
 *                     window before (Linux clears that window for this reason)
 * @TRAIT_RTAS_BUSY:   create and reset are busy twice, -2 and 990x, before they do their work
 *                     (LoPAR "ibm,create-pe-dma-window"; Linux waits for both)
 * @TRAIT_SHARED:      the partition shares its memory with others: TCE calls may be long busy,
 *                     and a valid TCE beyond the partition's entitlement fails with
 *                     H_NOT_ENOUGH_RESOURCES (LoPAR "Cooperative Memory Over-commitment")
 */
enum model_trait {
	TRAIT_ATOMIC,
	TRAIT_STUFF_FITS,
	TRAIT_PARTIAL,
	TRAIT_UNDEFINED,
	TRAIT_RESTORES,
	TRAIT_NAMESAKE,
	TRAIT_FIRST_LOW,
	TRAIT_OVERLAPS,
	TRAIT_OLD_NAMES,
	TRAIT_BRIDGE_NAMES,
	TRAIT_ONE_CREATED,
	TRAIT_KEEPS,
	TRAIT_RTAS_BUSY,
	TRAIT_SHARED,
};

/* First name with TRAIT_BRIDGE_NAMES, and the bits of a unit id that are the bridge's number. */
#define MODEL_BRIDGE_NAMES	0x70000000U
#define MODEL_BRIDGE_MASK	0xffffU

/* Where created windows begin in limited-address mode. */
#define MODEL_LIMITED_START	(1ULL << 32)

/**
 * struct model_pe_config - a PE
 * @buid:       unit id of its PHB
 * @liobn:      name of its default window; the other windows get the next numbers
 * @start:      first bus address of the default window
 * @size:       its bytes; 0 for a PE without a default window
 * @high:       where further windows begin
 * @page_sizes: as ibm,query-pe-dma-window reports them
 * @max_tces:   TCEs of the largest window that a query offers; 0 for the personality's value
 * @ddw:        the PE has the DDW calls
 * @reset:      it also has ibm,reset-pe-dma-window
 * @limited:    a reset may ask for limited-address mode: until the next reset, created windows
 *              begin at 4 GiB (PAPR 2.13; Linux since 6.12.32)
 * @narrow:     replies to a query only have five cells
 */
struct model_pe_config {
	u64 buid;
	u32 liobn;
	u64 start;
	u64 size;
	u64 high;
	u32 page_sizes;
	u64 max_tces;
	bool ddw;
	bool reset;
	bool limited;
	bool narrow;
};

/**
 * struct model_personality - how a hypervisor behaves
 * @name:       for messages
 * @enforces:   mask of rules (1 << RULE_x): calls that break them are refused
 * @traits:     mask of traits (1 << TRAIT_x)
 * @features:   multi-TCE calls
 * @windows:    windows that a PE can have at a time, the default one included
 * @max_tces:   the largest window that a query offers
 * @narrow:     @max_tces in a reply of five cells
 * @entitled:   with TRAIT_SHARED, the most valid TCEs of the partition
 * @busy_every: with TRAIT_SHARED, one of this many writing calls is long busy
 * @pe:         its usual PE
 */
struct model_personality {
	const char *name;
	u32 enforces;
	u32 traits;
	struct papr_features features;
	u32 windows;
	u64 max_tces;
	u32 narrow;
	u64 entitled;
	u32 busy_every;
	struct model_pe_config pe;
};

/* QEMU's pseries machine, as far as tests/conformance can tell. */
extern const struct model_personality model_qemu;

/* LoPAR to the letter; where LoPAR says nothing, the choice that is harder for the caller. */
extern const struct model_personality model_strict;

/*
 * PowerVM, as far as LoPAR, Linux, its authors' mails and public logs tell. An ordinary adapter
 * has a default window of 2 GiB and a created one far above it, never at 0.
 */
extern const struct model_personality model_powervm;

/*
 * The same for a virtual function of an adapter: one window at a time, and a default window of
 * more than 4 GiB at a 64-bit address, which only a reset restores. Only H_PUT_TCE_INDIRECT is
 * missing, as in secure partitions.
 */
extern const struct model_personality model_powervm_vf;

/* An ordinary adapter in a partition that shares its memory with others. */
extern const struct model_personality model_powervm_shared;

/* An old PowerVM: no multi-TCE calls, no reset, queries in five cells. */
extern const struct model_personality model_powervm_old;

/* All of them; NULL at the end. */
extern const struct model_personality *const model_personalities[];

/**
 * struct model_window - a window that exists
 * @liobn:      its name
 * @start:      first bus address
 * @tces:       entries
 * @page_shift: log2 of the bytes that one TCE translates
 * @dflt:       it is the default window
 */
struct model_window {
	u32 liobn;
	u64 start;
	u64 tces;
	u32 page_shift;
	bool dflt;
};

/* Begins anew: no PEs, no faults, all counters 0, the personality's features. */
void model_reset(const struct model_personality *p);

/* Adds a PE with its default window. All TCEs of the window are invalid. */
struct model_pe *model_add_pe(const struct model_pe_config *config);

/* Removes a PE with all of its windows: the hypervisor does not know their names any more. */
void model_remove_pe(struct model_pe *pe);

/* Sets the multi-TCE calls that papr_features() reports and that work. */
void model_set_features(bool put_indirect, bool stuff);

/* Sets the size of the partition's memory, from address 0. */
void model_set_memory(u64 size);

/* Addresses in garbage are all above this one. */
#define MODEL_GARBAGE	(1ULL << 55)

/* Switches TRAIT_UNDEFINED on or off, whatever the personality has. */
void model_set_garbage(bool on);

/* --- looking at it --- */

/* Windows of a PE, in the order of their places. Return: how many; at most @max are stored. */
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

/* Writes a TCE without a hypercall, for example for a mapping of the host's. */
void model_poke(u32 liobn, u64 ioba, u64 tce);

/* How often a rule was broken (enforced or not); all rules together. */
u64 model_broke(enum model_rule rule);
u64 model_broken(void);
/* Sets a rule's count to 0. */
void model_forgive(enum model_rule rule);

/* --- memory, and what devices do with it --- */

/* Reads the partition's memory from address @hpa on; unwritten memory is zeros. */
void model_memory_read(u64 hpa, void *to, size_t n);
void model_memory_write(u64 hpa, const void *from, size_t n);

/**
 * model_dma_read() - a device of a PE reads from the bus
 * @pe:   the PE
 * @ioba: bus address
 * @to:   where the bytes go
 * @n:    how many
 *
 * Return: how many bytes were read before a fault (no valid TCE, no permission to read, or not
 * the partition's memory); @n without a fault.
 */
size_t model_dma_read(const struct model_pe *pe, u64 ioba, void *to, size_t n);

/* The same for a device that writes from @from. */
size_t model_dma_write(const struct model_pe *pe, u64 ioba, const void *from, size_t n);

/* --- counting --- */

/* Calls of a kind since the last model_clear_counts(), failed ones and busy answers included. */
u64 model_count(enum model_call call);
/* The same for a mask of kinds. */
u64 model_count_of(u32 calls);
void model_clear_counts(void);

/* --- faults --- */

enum model_when {
	MODEL_BEFORE,	/* the call has no effect */
	MODEL_AFTER,	/* the call does its work, and fails */
	MODEL_HALFWAY	/* a call for several TCEs writes the first half; other calls as BEFORE */
};

#define MODEL_FOREVER	(~0ULL)

/**
 * struct model_fault - calls that fail
 * @nth:   the first one, 1 for the next
 * @times: how many in a row; 0 means 1
 * @calls: mask of kinds (MODEL_CALL()), others are not counted; 0 for all
 * @when:  which part of the work they do
 * @hcall: what hypercalls return; 0 means H_HARDWARE
 * @rtas:  what RTAS calls return; 0 means -1
 */
struct model_fault {
	u64 nth;
	u64 times;
	u32 calls;
	enum model_when when;
	long hcall;
	int rtas;
};

#define MODEL_FAULTS	2

/* Arms a fault in place of any other; NULL disarms. */
void model_fail(const struct model_fault *fault);

/* Arms two faults, for calls of different kinds. */
void model_fail_both(const struct model_fault *a, const struct model_fault *b);

/* Calls that fault @i (0 or 1) made fail. */
u64 model_failed_of(u32 i);

/* Records the kinds of the calls from now on, in the order in which model_fault.nth counts them. */
void model_record(u8 *kinds, u64 room);

/* Calls since model_record(). */
u64 model_recorded(void);

/* Calls that failed by a fault since model_fail(). */
u64 model_failed(void);

/**
 * model_busy() - the next calls find the hypervisor busy; a busy call has no effect
 * @calls: mask of kinds
 * @times: how many, MODEL_FOREVER for all
 * @hcall: what hypercalls return
 * @rtas:  what RTAS calls return
 */
void model_busy(u32 calls, u64 times, long hcall, int rtas);

/* Number of waits for a busy RTAS call: papr_rtas_busy() returned true. */
u64 model_waits(void);

#endif
