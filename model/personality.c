// SPDX-License-Identifier: GPL-2.0-only
/*
 * personality.c - hypervisors by name.
 *
 * model.h explains each rule and trait and its source. This file says which hypervisor has which.
 */
#include "model.h"

#define RULE(r)		(1U << RULE_##r)
#define TRAIT(t)	(1U << TRAIT_##t)
#define ALL_RULES	((1U << MODEL_RULES) - 1)

#define MiB	(1ULL << 20)
#define GiB	(1ULL << 30)
#define HIGH	(1ULL << 59)

/* Names as QEMU forms them; they mean nothing. */
#define BUID	0x800000020000001ULL
#define LIOBN	0x80000100

/* LoPAR "ibm,query-pe-dma-window", IO Page Sizes: 4K, 64K, 16M; 2M is Linux' and QEMU's. */
#define PAGE_SIZES	0x107

/* In logs: 4K and 64K, on newer firmware 2M as well, never 16M. */
#define LOGGED_SIZES	0x103
#define LOGGED_SIZES_VF	0x3

#define POWERVM_TRAITS	(TRAIT(ATOMIC) | TRAIT(PARTIAL) | TRAIT(UNDEFINED) | TRAIT(RTAS_BUSY))

/* Newer machines, as in logs. */
#define LOGGED_RULES	(ALL_RULES & ~RULE(RESET_INVALID))
#define LOGGED_TRAITS	(POWERVM_TRAITS | TRAIT(BRIDGE_NAMES) | TRAIT(ONE_CREATED) | TRAIT(KEEPS))

const struct model_personality model_qemu = {
	.name = "qemu",
	.enforces = RULE(LIST_ALIGNED) | RULE(LIST_COUNT),
	.traits = TRAIT(STUFF_FITS) | TRAIT(RESTORES) | TRAIT(NAMESAKE) | TRAIT(FIRST_LOW) |
		  TRAIT(OVERLAPS) | TRAIT(OLD_NAMES),
	.features = { .put_indirect = true, .stuff = true },
	.windows = 2,
	.max_tces = 0x2000000000,
	.narrow = 0x80000000,
	.pe = { .buid = BUID, .liobn = LIOBN, .size = 1 * GiB, .high = HIGH,
		.page_sizes = PAGE_SIZES, .ddw = true, .reset = true },
};

const struct model_personality model_strict = {
	.name = "strict",
	.enforces = ALL_RULES,
	.traits = TRAIT(ATOMIC) | TRAIT(PARTIAL) | TRAIT(UNDEFINED) | TRAIT(RESTORES),
	.features = { .put_indirect = true, .stuff = true },
	.windows = 2,
	.max_tces = 1ULL << 32,
	.narrow = 0xffffffff,
	.pe = { .buid = BUID, .liobn = LIOBN, .size = 1 * GiB, .high = HIGH,
		.page_sizes = PAGE_SIZES, .ddw = true, .reset = true },
};

const struct model_personality model_powervm = {
	.name = "powervm",
	.enforces = LOGGED_RULES,
	.traits = LOGGED_TRAITS | TRAIT(RESTORES),
	.features = { .put_indirect = true, .stuff = true },
	.windows = 2,
	.max_tces = 1ULL << 24,
	.narrow = 1U << 24,
	.pe = { .buid = BUID, .liobn = LIOBN, .size = 2 * GiB, .high = HIGH,
		.page_sizes = LOGGED_SIZES, .ddw = true, .reset = true, .limited = true },
};

const struct model_personality model_powervm_vf = {
	.name = "powervm_vf",
	.enforces = LOGGED_RULES,
	.traits = LOGGED_TRAITS,
	.features = { .put_indirect = false, .stuff = true },
	.windows = 1,
	.max_tces = 1ULL << 22,
	.narrow = 1U << 22,
	.pe = { .buid = BUID, .liobn = LIOBN, .start = HIGH, .size = 8 * GiB, .high = HIGH,
		.page_sizes = LOGGED_SIZES_VF, .ddw = true, .reset = true, .limited = true },
};

const struct model_personality model_powervm_shared = {
	.name = "powervm_shared",
	.enforces = ALL_RULES,
	.traits = POWERVM_TRAITS | TRAIT(RESTORES) | TRAIT(SHARED),
	.features = { .put_indirect = true, .stuff = true },
	.windows = 2,
	.max_tces = 1ULL << 32,
	.narrow = 0xffffffff,
	.entitled = 32 * MiB >> 12,
	.busy_every = 5,
	.pe = { .buid = BUID, .liobn = LIOBN, .size = 1 * GiB, .high = HIGH,
		.page_sizes = PAGE_SIZES, .ddw = true, .reset = true },
};

const struct model_personality model_powervm_old = {
	.name = "powervm_old",
	.enforces = ALL_RULES,
	.traits = POWERVM_TRAITS | TRAIT(RESTORES),
	.features = { .put_indirect = false, .stuff = false },
	.windows = 2,
	.max_tces = 1ULL << 24,
	.narrow = 1U << 24,
	.pe = { .buid = BUID, .liobn = LIOBN, .size = 16 * MiB, .high = HIGH,
		.page_sizes = PAGE_SIZES, .ddw = true, .narrow = true },
};

const struct model_personality *const model_personalities[] = {
	&model_qemu,
	&model_strict,
	&model_powervm,
	&model_powervm_vf,
	&model_powervm_shared,
	&model_powervm_old,
	NULL,
};
