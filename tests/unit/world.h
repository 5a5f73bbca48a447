/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - the surroundings of most tests: a hypervisor with one PE, a process with memory, a
 * host that owns the PE, and an IOAS.
 *
 * A test begins with world_setup() (cmocka's set-up), continues with one of the steps below,
 * calls world_check() at any time and ends with world_end(), which gives everything back and
 * checks that nothing is missing.
 */
#ifndef WORLD_H
#define WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ioas/ioas.h"
#include "model.h"
#include "pe/pe.h"
#include "shim.h"

#define KiB	1024UL
#define MiB	(1024 * KiB)
#define GiB	(1024 * MiB)

#define RW	(PAPR_TCE_READ | PAPR_TCE_WRITE)

/* The PE, as model_qemu has it. */
#define BUID		0x800000020000001ULL
#define CONFIG_ADDR	0x000800
#define LIOBN		0x80000100
#define DFLT_START	0ULL
#define DFLT_SIZE	(1 * GiB)
#define DFLT_TCES	(DFLT_SIZE >> 12)
#define HIGH		(1ULL << 59)
#define PAGE_SIZES	0x107	/* 4K, 64K, 16M, 2M */

/* User memory: ordinary pages, and pages of 16 MiB behind a gap. Programs can use less. */
#define UA		0x7f0000000000UL
#ifndef UA_SIZE
#define UA_SIZE		(320 * MiB)
#endif
#define HUGE_UA		0x7f8000000000UL
#ifndef HUGE_SIZE
#define HUGE_SIZE	(64 * MiB)
#endif
#define HUGE_SHIFT	24

/**
 * struct endpoint - a PE and the host behind it
 * @hv:        as the hypervisor has it; NULL while there is no such PE
 * @pe:        as the driver has it
 * @host_left: the host gave the PE to a user
 * @published: start of each window that the kernel's group was told of
 * @kvm:       the table that KVM finds for each
 */
struct endpoint {
	struct model_pe *hv;
	struct pe pe;
	bool host_left;
	struct dma_window published[PE_WINDOWS];
	struct kvm_table *kvm[PE_WINDOWS];
};

#define ENDPOINTS	3

/**
 * struct world - the test's surroundings
 * @hypervisor: its personality
 * @one:       the only PE of most tests
 * @more:      further PEs, for tests that add them
 * @mm:        the process that owns the IOAS
 * @other:     another process
 * @ioas:      the IOAS
 * @second:    another IOAS, which most tests do not use
 * @left:      how often a host gave a PE away
 * @back:      how often a host got one back
 * @calls_at_leave: calls to the hypervisor before the host left
 * @valid_at_back: valid TCEs when the host got it back
 * @windows_at_back: windows at that time
 * @isolated:  how often a PE's devices were isolated
 * @leave_rc:  what the host's part of a take returns
 * @publish_rc: what the kernel's group returns for a window
 */
struct world {
	const struct model_personality *hypervisor;
	struct endpoint one;
	struct endpoint more[ENDPOINTS - 1];
	struct mm_struct mm;
	struct mm_struct other;
	struct ioas ioas;
	struct ioas second;
	u32 left;
	u32 back;
	u64 calls_at_leave;
	u64 valid_at_back;
	u32 windows_at_back;
	u32 isolated;
	int leave_rc;
	int publish_rc;
};

extern struct world *world_now;
#define world	(*world_now)

/* cmocka's set-up: a host that owns a PE, a process, nothing else. */
int world_setup(void **state);

/* The same with any hypervisor. */
void world_setup_on(const struct model_personality *hypervisor);

/* How much of UA_SIZE is there: less makes a program with very many tests faster. */
extern u64 world_ua_size;

/* A test with its function's name. */
#define WORLD_TEST(name)	cmocka_unit_test_setup(name, world_setup)

/* Adds a PE, which the host has; @start, @size and @high differ from the usual ones. */
struct endpoint *world_add(u64 start, u64 size, u64 high);
/* Both IOASes; NULL at the end. */
struct ioas *world_ioas(u32 i);
/* All PEs; NULL at the end. */
struct endpoint *world_endpoint(u32 i);
/* A user takes the PE and puts it into the IOAS; the user then has the default window. */
void world_attach(void);
/* The same, and all ordinary user memory is registered. */
void world_begin(void);
/* Gives everything back; nothing must be left. */
void world_end(void);
/* The same, for tests that left something behind on purpose. */
void world_give_back(void);
/* Checks that nobody holds anything, and that the host has what it had. */
void world_check_end(void);

/* The table of window @num. */
struct table *world_table(u32 num);
/* IOMMU page @i of user memory as a TCE. */
u64 world_tce(u64 ua, u64 perm);
/* The one window of the PE at @start, which must be there. */
struct model_window world_window(u64 start);
/* Number of windows that the hypervisor has for the PE. */
u32 world_windows(void);
/* The same for other PEs. */
struct model_window endpoint_window(const struct endpoint *e, u64 start);
u32 endpoint_windows(const struct endpoint *e);

/* --- walk.c --- */

/*
 * Walks through everything: the hypervisor's tables agree with the shadows, each reachable page
 * is pinned, all counts are correct, and no rule of PAPR was broken.
 */
void world_check(void);
/* Checks that everything a PE's TCEs reach is pinned, whoever owns the PE. */
void world_check_pinned(const struct endpoint *e);

/* A digest of all valid TCEs and windows of all PEs. */
u64 world_digest(void);

#endif
