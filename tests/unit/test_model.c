// SPDX-License-Identifier: GPL-2.0-only
/* test_model.c - the model itself: what QEMU's machine does, and the faults that tests rely on. */
#include <string.h>
#include <asm/byteorder.h>
#include "world.h"

static __be64 list[PAPR_MAX_TCES] __attribute__((aligned(4096)));

static int setup(void **state)
{
	world_setup(state);
	model_poke(LIOBN, 0x7000, 0);
	return 0;
}

#define MODEL_TEST(name)	cmocka_unit_test_setup(name, setup)

/* As setup(), below another hypervisor. */
static void setup_on(const struct model_personality *hypervisor)
{
	world_setup_on(hypervisor);
	model_poke(LIOBN, hypervisor->pe.start + 0x7000, 0);
}

static int create(u32 page_shift, u32 shift, u32 *rets)
{
	const u32 args[] = { CONFIG_ADDR, BUID >> 32, (u32)BUID, page_shift, shift };

	return papr_rtas(MODEL_TOKEN_CREATE, 5, 4, args, rets);
}

static int remove_window(u32 liobn)
{
	return papr_rtas(MODEL_TOKEN_REMOVE, 1, 1, &liobn, NULL);
}

static int reset(int nargs)
{
	const u32 args[] = { CONFIG_ADDR, BUID >> 32, (u32)BUID, 1 };

	return papr_rtas(MODEL_TOKEN_RESET, nargs, 1, args, NULL);
}

static void put_get_translate(void **state)
{
	u64 tce, hpa;

	assert_int_equal(papr_put_tce(LIOBN, 0x5000, 0x123000 | PAPR_TCE_READ), 0);
	assert_int_equal(papr_get_tce(LIOBN, 0x5000, &tce), 0);
	assert_int_equal(tce, 0x123000 | PAPR_TCE_READ);
	assert_int_equal(model_translate(world.one.hv, 0x5678, &hpa), PAPR_TCE_READ);
	assert_int_equal(hpa, 0x123678);
	assert_int_equal(model_translate(world.one.hv, 0x6000, &hpa), 0);
	assert_int_equal(model_translate(world.one.hv, HIGH, &hpa), 0);
	assert_int_equal(model_valid(world.one.hv), 1);
	assert_int_equal(papr_put_tce(LIOBN, 0x5000, 0), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
}

static void dma_needs_the_permission(void **state)
{
	u8 byte = 7;

	assert_int_equal(papr_put_tce(LIOBN, 0x5000, 0x123000 | PAPR_TCE_READ), 0);
	assert_int_equal(papr_put_tce(LIOBN, 0x6000, 0x124000 | PAPR_TCE_WRITE), 0);
	model_memory_write(0x123678, &byte, 1);
	byte = 0;
	assert_int_equal(model_dma_read(world.one.hv, 0x5678, &byte, 1), 1);
	assert_int_equal(byte, 7);
	assert_int_equal(model_dma_write(world.one.hv, 0x5678, &byte, 1), 0);
	assert_int_equal(model_dma_read(world.one.hv, 0x6678, &byte, 1), 0);
	assert_int_equal(model_dma_write(world.one.hv, 0x6678, &byte, 1), 1);
	model_memory_read(0x124678, &byte, 1);
	assert_int_equal(byte, 7);
	assert_int_equal(model_dma_read(world.one.hv, HIGH, &byte, 1), 0);
}

/* Two pages in different places, and a third that is not mapped. */
static void dma_goes_page_by_page_until_it_faults(void **state)
{
	u8 sent[0x3000], got[0x3000] = { 0 };

	memset(sent, 0x5a, sizeof(sent));
	assert_int_equal(papr_put_tce(LIOBN, 0x5000, 0x123000 | RW), 0);
	assert_int_equal(papr_put_tce(LIOBN, 0x6000, 0x40000 | RW), 0);
	assert_int_equal(model_dma_write(world.one.hv, 0x5800, sent, sizeof(sent)), 0x1800);
	model_memory_read(0x122800, got, sizeof(got));
	assert_int_equal(got[0x0fff], 0);
	assert_memory_equal(got + 0x1000, sent, 0x800);
	assert_int_equal(got[0x1800], 0);
	model_memory_read(0x40000, got, 0x1001);
	assert_memory_equal(got, sent, 0x1000);
	assert_int_equal(got[0x1000], 0);
	memset(got, 0, sizeof(got));
	assert_int_equal(model_dma_read(world.one.hv, 0x5800, got, sizeof(got)), 0x1800);
	assert_memory_equal(got, sent, 0x1800);
	assert_int_equal(got[0x1800], 0);
}

static void dma_stays_in_the_partition(void **state)
{
	u8 byte;

	assert_int_equal(papr_put_tce(LIOBN, 0x5000, 0x800000 | RW), 0);
	assert_int_equal(model_dma_read(world.one.hv, 0x5000, &byte, 1), 1);
	model_set_memory(0x800000);
	assert_int_equal(model_dma_read(world.one.hv, 0x5000, &byte, 1), 0);
	assert_int_equal(model_dma_write(world.one.hv, 0x5000, &byte, 1), 0);
}

static void outside_is_a_parameter(void **state)
{
	u64 tce;

	assert_int_equal(papr_put_tce(LIOBN, DFLT_SIZE, 0), PAPR_H_PARAMETER);
	assert_int_equal(papr_put_tce(LIOBN + 1, 0, 0), PAPR_H_PARAMETER);
	assert_int_equal(papr_get_tce(LIOBN, DFLT_SIZE, &tce), PAPR_H_PARAMETER);
	assert_int_equal(papr_stuff_tce(LIOBN, DFLT_SIZE, 0, 1), PAPR_H_PARAMETER);
	assert_int_equal(papr_put_tce_indirect(LIOBN, DFLT_SIZE, list, 1), PAPR_H_PARAMETER);
}

/* A run beyond the table's end: QEMU writes the part that fits. */
static void qemu_is_not_atomic(void **state)
{
	list[0] = cpu_to_be64(0x40000 | RW);
	list[1] = cpu_to_be64(0x50000 | RW);
	assert_int_equal(papr_put_tce_indirect(LIOBN, DFLT_SIZE - 4096, list, 2), PAPR_H_PARAMETER);
	assert_int_equal(model_peek(LIOBN, DFLT_SIZE - 4096), 0x40000 | RW);
}

static void strict_is_atomic(void **state)
{
	setup_on(&model_strict);
	list[0] = cpu_to_be64(0x40000 | RW);
	list[1] = cpu_to_be64(0x50000 | RW);
	assert_int_equal(papr_put_tce_indirect(LIOBN, DFLT_SIZE - 4096, list, 2), PAPR_H_PARAMETER);
	assert_int_equal(model_peek(LIOBN, DFLT_SIZE - 4096), 0);
}

static void features_are_admitted(void **state)
{
	model_set_features(false, true);
	assert_int_equal(papr_put_tce_indirect(LIOBN, 0, list, 1), PAPR_H_FUNCTION);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 1), 0);
	assert_false(papr_features().put_indirect);
	assert_true(papr_features().stuff);
	model_set_features(true, false);
	assert_int_equal(papr_put_tce_indirect(LIOBN, 0, list, 1), 0);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 1), PAPR_H_FUNCTION);
}

static void break_all_call_rules(long expected_stuff, long expected_align, long expected_page)
{
	list[0] = 0;
	assert_int_equal(papr_put_tce_indirect(LIOBN, 0, list + 1, 1), PAPR_H_PARAMETER);
	assert_int_equal(papr_put_tce_indirect(LIOBN, 0, list, 513), PAPR_H_PARAMETER);
	assert_int_equal(papr_put_tce_indirect(LIOBN, 0, list, 0), PAPR_H_PARAMETER);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 513), expected_stuff);
	assert_int_equal(papr_put_tce(LIOBN, 0x1010, 0), expected_align);
	assert_int_equal(papr_put_tce(LIOBN, 0x1000, shim_ram_size() | RW), expected_page);
	assert_int_equal(papr_put_tce(LIOBN, 0x1000, 0x40004 | RW), expected_page);
	/* An invalid TCE may have any other bits. */
	assert_int_equal(papr_put_tce(LIOBN, 0x1000, shim_ram_size() | 4), 0);
	assert_int_equal(model_broke(RULE_TCE_BITS), 1);
	assert_int_equal(model_broke(RULE_LIST_ALIGNED), 1);
	assert_int_equal(model_broke(RULE_LIST_COUNT), 2);
	assert_int_equal(model_broke(RULE_STUFF_COUNT), 1);
	assert_int_equal(model_broke(RULE_IOBA_ALIGNED), 1);
	assert_int_equal(model_broke(RULE_OWN_PAGE), 1);
	assert_int_equal(model_broken(), 7);
}

static void qemu_counts_what_it_tolerates(void **state)
{
	break_all_call_rules(0, 0, 0);
}

static void strict_refuses(void **state)
{
	setup_on(&model_strict);
	break_all_call_rules(PAPR_H_P4, PAPR_H_PARAMETER, PAPR_H_PARAMETER);
}

static void live_tces_and_removal(void **state)
{
	assert_int_equal(papr_put_tce(LIOBN, 0, 0x40000 | RW), 0);
	assert_int_equal(reset(3), 0);
	assert_int_equal(model_broke(RULE_RESET_INVALID), 1);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(model_broke(RULE_REMOVE_INVALID), 1);
	setup_on(&model_strict);
	assert_int_equal(papr_put_tce(LIOBN, 0, 0x40000 | RW), 0);
	assert_int_equal(reset(3), PAPR_RTAS_HW_ERROR);
	assert_int_equal(remove_window(LIOBN), PAPR_RTAS_HW_ERROR);
	assert_int_equal(model_valid(world.one.hv), 1);
}

static void first_window_lands_at_the_default_ones_place(void **state)
{
	u32 rets[3];

	model_set_garbage(false);
	assert_int_equal(create(16, 32, rets), 0);
	assert_int_equal(rets[0], LIOBN + 1);
	assert_int_equal((u64)rets[1] << 32 | rets[2], HIGH);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(remove_window(LIOBN + 1), 0);
	/* The last window beside the default one is removed: the default window is restored. */
	assert_true(world_window(DFLT_START).dflt);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(world_windows(), 0);
	assert_int_equal(create(16, 32, rets), 0);
	assert_int_equal(rets[0], LIOBN);
	assert_int_equal((u64)rets[1] << 32 | rets[2], DFLT_START);
	/* It had the default window's name: the default window is not restored by itself. */
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(world_windows(), 0);
	assert_int_equal(reset(3), 0);
	assert_true(world_window(DFLT_START).dflt);
}

static void windows_can_overlap(void **state)
{
	u32 rets[3];

	model_set_garbage(false);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(create(16, 32, rets), 0);
	assert_int_equal(create(16, 32, rets), 0);
	assert_int_equal(create(16, 32, rets), PAPR_RTAS_HW_ERROR);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(create(16, 32, rets), 0);
	assert_int_equal(rets[0], LIOBN);
	assert_int_equal((u64)rets[1] << 32 | rets[2], HIGH);
	assert_int_equal(world_windows(), 2);
}

static void rtas_checks_arguments(void **state)
{
	u32 rets[5];

	assert_int_equal(create(13, 32, rets), PAPR_RTAS_PARAMETER);
	assert_int_equal(create(25, 32, rets), PAPR_RTAS_PARAMETER);
	assert_int_equal(create(16, 15, rets), PAPR_RTAS_PARAMETER);
	assert_int_equal(remove_window(LIOBN + 1), PAPR_RTAS_PARAMETER);
	assert_int_equal(reset(4), PAPR_RTAS_PARAMETER);
	assert_int_equal(papr_rtas(0x1234, 3, 1, rets, NULL), PAPR_RTAS_PARAMETER);
	assert_int_equal(world_windows(), 1);
}

static void new_windows_hold_garbage(void **state)
{
	u32 rets[3];

	assert_int_equal(create(12, 21, rets), 0);
	assert_int_equal(model_valid(world.one.hv), 512);
	assert_int_equal(papr_put_tce(rets[0], HIGH + 0x3000, 0), 0);
	assert_int_equal(model_valid(world.one.hv), 511);
	assert_int_equal(papr_stuff_tce(rets[0], HIGH, 0, 512), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
	model_set_garbage(false);
	assert_int_equal(remove_window(rets[0]), 0);
	assert_int_equal(create(12, 21, rets), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
}

static void large_windows_cost_little(void **state)
{
	u32 rets[3];

	assert_int_equal(create(12, 48, rets), 0);
	assert_int_equal(papr_put_tce(rets[0], HIGH + (1ULL << 47), 0x40000 | RW), 0);
	assert_int_equal(model_peek(rets[0], HIGH + (1ULL << 47)), 0x40000 | RW);
	assert_true(model_peek(rets[0], HIGH + (1ULL << 48) - 4096) & RW);
}

static u64 start_of(const u32 *rets)
{
	return (u64)rets[1] << 32 | rets[2];
}

/* A memory address that no partition has. */
static void foreign_pages_read_partially(void **state)
{
	u64 tce;

	setup_on(&model_strict);
	model_poke(LIOBN, 0x5000, MODEL_GARBAGE | 0x1000 | PAPR_TCE_READ);
	assert_int_equal(papr_get_tce(LIOBN, 0x5000, &tce), PAPR_H_PARTIAL);
	assert_int_equal(tce, ~0xfffULL | PAPR_TCE_READ);
	model_poke(LIOBN, 0x5000, MODEL_GARBAGE | 0x1000);
	assert_int_equal(papr_get_tce(LIOBN, 0x5000, &tce), 0);
	assert_int_equal(tce, MODEL_GARBAGE | 0x1000);
	setup_on(&model_qemu);
	model_poke(LIOBN, 0x5000, MODEL_GARBAGE | 0x1000 | PAPR_TCE_READ);
	assert_int_equal(papr_get_tce(LIOBN, 0x5000, &tce), 0);
}

/* QEMU checks the count of H_STUFF_TCE before it stores anything; there is no other limit. */
static void stuff_must_fit(void **state)
{
	assert_int_equal(papr_put_tce(LIOBN, 0, 0x40000 | RW), 0);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, DFLT_TCES + 1), PAPR_H_PARAMETER);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 0), PAPR_H_PARAMETER);
	assert_int_equal(model_valid(world.one.hv), 1);
	assert_int_equal(papr_stuff_tce(LIOBN, 0x1000, 0x50000 | RW, DFLT_TCES), PAPR_H_PARAMETER);
	assert_int_equal(model_valid(world.one.hv), DFLT_TCES);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, DFLT_TCES), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
}

static void strict_windows_have_new_names_and_do_not_overlap(void **state)
{
	u32 rets[3];

	setup_on(&model_strict);
	model_set_garbage(false);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(create(16, 32, rets), 0);
	assert_int_equal(rets[0], LIOBN + 1);
	assert_int_equal(start_of(rets), HIGH);
	assert_int_equal(create(16, 33, rets), 0);
	assert_int_equal(rets[0], LIOBN + 2);
	assert_int_equal(start_of(rets), HIGH + (1ULL << 33));
	assert_int_equal(remove_window(LIOBN + 1), 0);
	assert_int_equal(create(16, 32, rets), 0);
	assert_int_equal(rets[0], LIOBN + 3);
	assert_int_equal(start_of(rets), HIGH);
}

/* Query in six cells. Return: the status. */
static int query(u32 *rets)
{
	const u32 args[] = { CONFIG_ADDR, BUID >> 32, (u32)BUID };

	return papr_rtas(MODEL_TOKEN_QUERY, 3, 6, args, rets);
}

static int create_patiently(u32 page_shift, u32 shift, u32 *rets)
{
	int status;

	do {
		status = create(page_shift, shift, rets);
	} while (papr_rtas_busy(status));
	return status;
}

/* nargs 4 asks for limited-address mode */
static void reset_patiently(int nargs)
{
	int status;

	do {
		status = reset(nargs);
	} while (papr_rtas_busy(status));
	assert_int_equal(status, 0);
}

static void powervm_has_one_created_window_with_the_bridges_name(void **state)
{
	u32 rets[5];

	setup_on(&model_powervm);
	model_set_garbage(false);
	assert_int_equal(query(rets), 0);
	assert_int_equal(rets[0], 1);
	assert_int_equal(rets[1], 0);
	assert_int_equal(rets[2], 0x1000000);
	assert_int_equal(rets[3], 0x103);
	assert_int_equal(create_patiently(24, 32, rets), PAPR_RTAS_PARAMETER);
	assert_int_equal(create_patiently(12, 37, rets), PAPR_RTAS_HW_ERROR);
	assert_int_equal(create_patiently(12, 36, rets), 0);
	assert_int_equal(rets[0], 0x70000001);
	assert_int_equal(start_of(rets), HIGH);
	assert_int_equal(create_patiently(12, 32, rets), PAPR_RTAS_HW_ERROR);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(query(rets), 0);
	assert_int_equal(rets[0], 0);
	assert_int_equal(remove_window(0x70000001), 0);
	assert_true(world_window(0).dflt);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(create_patiently(21, 45, rets), 0);
	assert_int_equal(rets[0], 0x70000001);
	assert_int_equal(start_of(rets), HIGH);
}

static void powervm_resets_what_is_valid_and_keeps_it(void **state)
{
	u32 rets[3];

	setup_on(&model_powervm);
	assert_int_equal(papr_put_tce(LIOBN, 0x5000, 0x40000 | RW), 0);
	assert_int_equal(create_patiently(16, 20, rets), 0);
	reset_patiently(3);
	assert_int_equal(model_broke(RULE_RESET_INVALID), 3);
	assert_int_equal(world_windows(), 1);
	assert_int_equal(model_valid(world.one.hv), 1);
	assert_int_equal(model_peek(LIOBN, 0x5000), 0x40000 | RW);
}

static void a_function_shows_what_its_last_window_had(void **state)
{
	u32 rets[3];

	setup_on(&model_powervm_vf);
	model_set_garbage(false);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(create_patiently(16, 26, rets), 0);
	assert_int_equal(papr_put_tce(rets[0], HIGH + 0x30000, 0x40000 | RW), 0);
	reset_patiently(3);
	assert_true(world_window(HIGH).dflt);
	assert_int_equal(model_peek(LIOBN, HIGH + 0x3000), 0x40000 | RW);
	assert_int_equal(model_valid(world.one.hv), 1);
}

static void limited_address_mode_lasts_until_a_reset(void **state)
{
	u32 rets[3];

	setup_on(&model_powervm);
	model_set_garbage(false);
	reset_patiently(4);
	assert_true(world_window(0).dflt);
	assert_int_equal(create_patiently(16, 33, rets), 0);
	assert_int_equal(start_of(rets), 4 * GiB);
	reset_patiently(3);
	assert_int_equal(create_patiently(16, 33, rets), 0);
	assert_int_equal(start_of(rets), HIGH);
}

static void a_pe_that_is_gone_is_answered_with_zeros(void **state)
{
	u32 rets[5];
	u64 tce;

	setup_on(&model_powervm);
	memset(rets, 0xff, sizeof(rets));
	model_remove_pe(world.one.hv);
	assert_int_equal(query(rets), PAPR_RTAS_PARAMETER);
	assert_int_equal(rets[0] | rets[1] | rets[2] | rets[3] | rets[4], 0);
	assert_int_equal(create(16, 20, rets), PAPR_RTAS_PARAMETER);
	assert_int_equal(reset(3), PAPR_RTAS_PARAMETER);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 1), PAPR_H_PARAMETER);
	assert_int_equal(papr_get_tce(LIOBN, 0, &tce), PAPR_H_PARAMETER);
}

static void powervm_rtas_is_busy_twice(void **state)
{
	u32 rets[3];

	setup_on(&model_powervm);
	assert_int_equal(create(16, 32, rets), PAPR_RTAS_BUSY);
	assert_int_equal(create(16, 32, rets), PAPR_H_LONG_BUSY_FIRST);
	assert_int_equal(world_windows(), 1);
	assert_int_equal(create(16, 20, rets), 0);
	assert_int_equal(model_valid(world.one.hv), 16);
	assert_int_equal(papr_stuff_tce(rets[0], start_of(rets), 0, 16), 0);
	assert_int_equal(reset(3), PAPR_RTAS_BUSY);
	assert_int_equal(reset(3), PAPR_H_LONG_BUSY_FIRST);
	assert_int_equal(reset(3), 0);
	assert_int_equal(world_windows(), 1);
}

static void a_function_has_one_window(void **state)
{
	u32 rets[3];

	setup_on(&model_powervm_vf);
	assert_int_equal(world_window(HIGH).tces, 8 * GiB >> 12);
	assert_int_equal(create(16, 32, rets), PAPR_RTAS_HW_ERROR);
	assert_int_equal(remove_window(LIOBN), 0);
	assert_int_equal(create_patiently(16, 20, rets), 0);
	assert_int_equal(start_of(rets), HIGH);
	assert_int_equal(papr_stuff_tce(rets[0], HIGH, 0, 16), 0);
	/* The default window is not restored by itself. */
	assert_int_equal(remove_window(rets[0]), 0);
	assert_int_equal(world_windows(), 0);
	reset_patiently(3);
	assert_true(world_window(HIGH).dflt);
	assert_false(papr_features().put_indirect);
	assert_true(papr_features().stuff);
}

/* Repeats H_PUT_TCE until it is not busy. */
static long put_patiently(u64 ioba, u64 tce)
{
	long rc;

	do {
		rc = papr_put_tce(LIOBN, ioba, tce);
	} while (rc == PAPR_H_LONG_BUSY_FIRST || rc == PAPR_H_LONG_BUSY_FIRST + 1);
	return rc;
}

static void shared_memory_is_busy_and_short(void **state)
{
	u64 most = model_powervm_shared.entitled;
	u64 i;

	setup_on(&model_powervm_shared);
	for (i = 0; i < most; i++)
		assert_int_equal(put_patiently(i << 12, 0x40000 | RW), 0);
	assert_int_equal(model_count(MODEL_PUT), most * 5 / 4 - !(most % 4));
	assert_int_equal(put_patiently(most << 12, 0x40000 | RW), PAPR_H_NOT_ENOUGH_RESOURCES);
	assert_int_equal(put_patiently(0, 0x50000 | RW), 0);
	assert_int_equal(put_patiently(0, 0), 0);
	assert_int_equal(put_patiently(most << 12, 0x40000 | RW), 0);
}

static void old_firmware_lacks_much(void **state)
{
	const u32 args[] = { CONFIG_ADDR, BUID >> 32, (u32)BUID };
	u32 rets[5];

	setup_on(&model_powervm_old);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 1), PAPR_H_FUNCTION);
	assert_int_equal(papr_put_tce_indirect(LIOBN, 0, list, 1), PAPR_H_FUNCTION);
	assert_int_equal(reset(3), PAPR_RTAS_PARAMETER);
	assert_int_equal(papr_rtas(MODEL_TOKEN_QUERY, 3, 6, args, rets), PAPR_RTAS_PARAMETER);
	assert_int_equal(papr_rtas(MODEL_TOKEN_QUERY, 3, 5, args, rets), 0);
	assert_int_equal(rets[0], 1);
	assert_int_equal(rets[1], 1 << 24);
}

static void fails_the_nth(void **state)
{
	model_fail(&(struct model_fault){ .nth = 3, .times = 2, .hcall = -42 });
	assert_int_equal(papr_put_tce(LIOBN, 0x0000, 0x40000 | RW), 0);
	assert_int_equal(papr_put_tce(LIOBN, 0x1000, 0x40000 | RW), 0);
	assert_int_equal(model_failed(), 0);
	assert_int_equal(papr_put_tce(LIOBN, 0x2000, 0x40000 | RW), -42);
	assert_int_equal(papr_put_tce(LIOBN, 0x3000, 0x40000 | RW), -42);
	assert_int_equal(papr_put_tce(LIOBN, 0x4000, 0x40000 | RW), 0);
	assert_int_equal(model_failed(), 2);
	assert_int_equal(model_valid(world.one.hv), 3);
}

static void fails_by_kind(void **state)
{
	u32 rets[3];

	model_fail(&(struct model_fault){
		.nth = 2, .times = MODEL_FOREVER,
		.calls = MODEL_CALL(STUFF) | MODEL_CALL(CREATE) });
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 2), 0);
	assert_int_equal(papr_put_tce(LIOBN, 0, 0), 0);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 2), PAPR_H_HARDWARE);
	assert_int_equal(create(16, 32, rets), PAPR_RTAS_HW_ERROR);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 2), PAPR_H_HARDWARE);
	model_fail(NULL);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 2), 0);
}

static void fails_before_after_halfway(void **state)
{
	static const u64 written[] = { [MODEL_BEFORE] = 0, [MODEL_AFTER] = 8, [MODEL_HALFWAY] = 4 };
	u32 when, i;

	for (i = 0; i < 8; i++)
		list[i] = cpu_to_be64((u64)(i + 16) << 16 | RW);
	for (when = MODEL_BEFORE; when <= MODEL_HALFWAY; when++) {
		model_fail(&(struct model_fault){ .nth = 1, .when = when });
		assert_int_equal(papr_put_tce_indirect(LIOBN, 0, list, 8), PAPR_H_HARDWARE);
		assert_int_equal(model_valid(world.one.hv), written[when]);
		assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 8), 0);
	}
}

static void rtas_fails_after_effect(void **state)
{
	u32 rets[3];

	model_set_garbage(false);
	model_fail(&(struct model_fault){ .nth = 1, .when = MODEL_AFTER, .rtas = -3 });
	assert_int_equal(remove_window(LIOBN), -3);
	assert_int_equal(world_windows(), 0);
	/* A create that fails has created nothing (LoPAR). */
	model_fail(&(struct model_fault){ .nth = 1, .when = MODEL_AFTER });
	assert_int_equal(create(16, 32, rets), PAPR_RTAS_HW_ERROR);
	assert_int_equal(world_windows(), 0);
}

static void busy_has_no_effect(void **state)
{
	model_busy(MODEL_CALL(PUT), 2, 9901, 0);
	assert_int_equal(papr_put_tce(LIOBN, 0, 0x40000 | RW), 9901);
	assert_int_equal(papr_stuff_tce(LIOBN, 0, 0, 1), 0);
	assert_int_equal(papr_put_tce(LIOBN, 0, 0x40000 | RW), 9901);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(papr_put_tce(LIOBN, 0, 0x40000 | RW), 0);
	assert_int_equal(model_count(MODEL_PUT), 3);
	assert_int_equal(model_count(MODEL_STUFF), 1);
}

static void busy_status_is_waited_for(void **state)
{
	assert_true(papr_rtas_busy(PAPR_RTAS_BUSY));
	assert_true(papr_rtas_busy(9905));
	assert_false(papr_rtas_busy(0));
	assert_false(papr_rtas_busy(-1));
	assert_int_equal(model_waits(), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODEL_TEST(put_get_translate),
		MODEL_TEST(dma_needs_the_permission),
		MODEL_TEST(dma_goes_page_by_page_until_it_faults),
		MODEL_TEST(dma_stays_in_the_partition),
		MODEL_TEST(outside_is_a_parameter),
		MODEL_TEST(qemu_is_not_atomic),
		MODEL_TEST(strict_is_atomic),
		MODEL_TEST(features_are_admitted),
		MODEL_TEST(qemu_counts_what_it_tolerates),
		MODEL_TEST(strict_refuses),
		MODEL_TEST(live_tces_and_removal),
		MODEL_TEST(first_window_lands_at_the_default_ones_place),
		MODEL_TEST(windows_can_overlap),
		MODEL_TEST(rtas_checks_arguments),
		MODEL_TEST(new_windows_hold_garbage),
		MODEL_TEST(large_windows_cost_little),
		MODEL_TEST(foreign_pages_read_partially),
		MODEL_TEST(stuff_must_fit),
		MODEL_TEST(strict_windows_have_new_names_and_do_not_overlap),
		MODEL_TEST(powervm_has_one_created_window_with_the_bridges_name),
		MODEL_TEST(powervm_resets_what_is_valid_and_keeps_it),
		MODEL_TEST(a_function_shows_what_its_last_window_had),
		MODEL_TEST(limited_address_mode_lasts_until_a_reset),
		MODEL_TEST(a_pe_that_is_gone_is_answered_with_zeros),
		MODEL_TEST(powervm_rtas_is_busy_twice),
		MODEL_TEST(a_function_has_one_window),
		MODEL_TEST(shared_memory_is_busy_and_short),
		MODEL_TEST(old_firmware_lacks_much),
		MODEL_TEST(fails_the_nth),
		MODEL_TEST(fails_by_kind),
		MODEL_TEST(fails_before_after_halfway),
		MODEL_TEST(rtas_fails_after_effect),
		MODEL_TEST(busy_has_no_effect),
		MODEL_TEST(busy_status_is_waited_for),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
