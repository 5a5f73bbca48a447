// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_window.c - pe.h and window.h: the PE's owner, its windows, and the calls to the
 * hypervisor.
 */
#include <string.h>
#include <linux/errno.h>
#include "world.h"

static struct model_personality like_qemu(void)
{
	return model_qemu;
}

static struct model_personality personality;

/* The world over another hypervisor. */
static void setup_over(struct model_personality p)
{
	personality = p;
	world_setup_on(&personality);
}

static int create(u32 page_shift, u64 size, u64 *start)
{
	return ioas_create(&world.ioas, page_shift, size, 1, start);
}

static u64 good_create(u32 page_shift, u64 size)
{
	u64 start;

	assert_int_equal(create(page_shift, size, &start), 0);
	world_check();
	return start;
}

static void good_remove(u64 start)
{
	assert_int_equal(ioas_remove(&world.ioas, start), 0);
	world_check();
}

static void assert_rtas(u64 query, u64 creates, u64 removes, u64 resets)
{
	if (query != ~0ULL)
		assert_int_equal(model_count(MODEL_QUERY), query);
	assert_int_equal(model_count(MODEL_CREATE), creates);
	assert_int_equal(model_count(MODEL_REMOVE), removes);
	assert_int_equal(model_count(MODEL_RESET), resets);
	model_clear_counts();
}

#define ANY	(~0ULL)

/*
 * A CREATE that fails after firmware has made the window. The driver may try to remove that
 * window before it knows that the TCEs are invalid, as long as it handles a refusal (see the
 * tests with strict firmware).
 */
static void failed_create(u32 page_shift, u64 size, int expected)
{
	u64 digest = world_digest();
	u64 start;

	assert_int_equal(create(page_shift, size, &start), expected);
	model_forgive(RULE_REMOVE_INVALID);
	world_check();
	assert_int_equal(world_digest(), digest);
	assert_int_equal(world.isolated, 0);
}

/* --- who owns the PE --- */

static void take_clears_and_learns(void **state)
{
	assert_int_equal(model_valid(world.one.hv), 1);
	assert_int_equal(pe_take(&world.one.pe), 0);
	assert_int_equal(world.left, 1);
	assert_int_equal(world.calls_at_leave, 0);
	assert_true(world.one.pe.owned);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(world.one.pe.max, 2);
	assert_int_equal(world.one.pe.pgsizes, 1 << 12 | 1 << 16 | 1 << 21 | 1 << 24);
	assert_int_equal(model_count_of(MODEL_WRITES), DFLT_TCES / HCALL_BATCH);
	world_end();
	assert_int_equal(world.back, 1);
}

/* The user's mappings and windows are gone before the host gets the PE. */
static void release_clears_before_the_host_is_back(void **state)
{
	world_begin();
	good_remove(DFLT_START);
	good_create(12, 4 * GiB);
	good_create(12, 4 * GiB);
	assert_int_equal(ioas_map(&world.ioas, HIGH, UA, 4 * MiB, RW), 0);
	world_end();
	assert_int_equal(world.back, 1);
	assert_int_equal(world.valid_at_back, 0);
	assert_int_equal(world.windows_at_back, 1);
}

static void take_twice_is_once(void **state)
{
	assert_int_equal(pe_take(&world.one.pe), 0);
	model_clear_counts();
	assert_int_equal(pe_take(&world.one.pe), 0);
	assert_int_equal(world.left, 1);
	assert_int_equal(model_count_of(~0U), 0);
	pe_release(&world.one.pe);
	pe_release(&world.one.pe);
	assert_int_equal(world.back, 1);
	world_end();
}

static void release_of_what_nobody_took(void **state)
{
	pe_release(&world.one.pe);
	assert_int_equal(world.back, 0);
	assert_int_equal(model_count_of(~0U), 0);
	assert_int_equal(model_valid(world.one.hv), 1);
}

static void host_refuses(void **state)
{
	world.leave_rc = -EBUSY;
	assert_int_equal(pe_take(&world.one.pe), -EBUSY);
	assert_false(world.one.pe.owned);
	assert_int_equal(model_count_of(~0U), 0);
	assert_int_equal(model_valid(world.one.hv), 1);
	world.leave_rc = 0;
	world_attach();
	world_end();
}

static void take_fails_and_the_host_has_it(void **state)
{
	u64 nth = 0;
	int rc;

	do {
		nth += nth < 5 || nth > 508 ? 1 : 100;
		model_fail(&(struct model_fault){ .nth = nth });
		rc = pe_take(&world.one.pe);
		assert_int_equal(!rc, !model_failed());
		model_fail(NULL);
		assert_int_equal(world.one.pe.owned, !rc);
		assert_int_equal(world.one.host_left, !rc);
		assert_int_equal(world_windows(), 1);
	} while (rc);
	assert_true(nth > 512);
	world_end();
}

static void take_can_be_killed(void **state)
{
	shim_kill_at(3);
	assert_int_equal(pe_take(&world.one.pe), -EINTR);
	shim_kill_at(0);
	assert_false(world.one.pe.owned);
	assert_false(world.one.host_left);
	assert_true(model_count_of(MODEL_WRITES) < 10);
	world_attach();
	world_end();
}

static void no_ddw(void **state)
{
	u64 start;

	memset(&world.one.pe.addr.token_query, 0, 4 * sizeof(u32));
	world_begin();
	assert_int_equal(world.one.pe.max, 1);
	assert_int_equal(world.one.pe.pgsizes, 1 << 12);
	assert_int_equal(create(12, 1 * GiB, &start), -ENOSPC);
	good_remove(DFLT_START);
	assert_int_equal(create(16, 1 * GiB, &start), -EINVAL);
	assert_int_equal(create(12, 2 * GiB, &start), -ENOSPC);
	assert_int_equal(good_create(12, 1 * GiB), DFLT_START);
	assert_int_equal(model_count_of(MODEL_RTAS), 0);
	world_end();
}

static void one_window_pe(void **state)
{
	struct model_personality p = like_qemu();
	u64 start;

	p.windows = 1;
	setup_over(p);
	world_begin();
	assert_int_equal(world.one.pe.max, 1);
	assert_int_equal(create(16, 8 * GiB, &start), -ENOSPC);
	good_remove(DFLT_START);
	assert_int_equal(good_create(16, 8 * GiB), DFLT_START);
	good_remove(DFLT_START);
	assert_true(world_window(DFLT_START).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(good_create(12, 1 * GiB), DFLT_START);
	world_end();
}

/* --- the default window --- */

static void default_window_from_the_start(void **state)
{
	world_attach();
	assert_int_equal(world_table(0)->w.start, DFLT_START);
	assert_int_equal(world_table(0)->w.size, DFLT_SIZE);
	assert_int_equal(world_table(0)->w.liobn, LIOBN);
	assert_int_equal(world.one.published[0].liobn, LIOBN);
	assert_int_equal(world.one.published[0].size, DFLT_SIZE);
	assert_null(world.ioas.windows.table[1]);
	assert_int_equal(model_count_of(MODEL_CALL(CREATE) | MODEL_CALL(REMOVE)), 0);
	world_end();
}

/* QEMU's first calls: it removes the default window and creates one in its place. */
static void remove_and_create_the_default_one(void **state)
{
	static const u64 sizes[] = { DFLT_SIZE, DFLT_SIZE / 2, 64 * MiB, 4 * KiB };
	u32 i;

	world.one.pe.addr.token_reset = 0;
	world_begin();
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_int_equal(ioas_map(&world.ioas, 0, UA, 4 * KiB, RW), 0);
		model_clear_counts();
		good_remove(DFLT_START);
		assert_int_equal(model_valid(world.one.hv), 0);
		assert_int_equal(good_create(12, sizes[i]), DFLT_START);
		assert_rtas(0, 0, 0, 0);
		assert_int_equal(world_table(0)->w.size, sizes[i]);
		assert_int_equal(world.one.published[0].size, sizes[i]);
		assert_int_equal(ioas_map(&world.ioas, sizes[i], UA, 4 * KiB, RW), -ENXIO);
	}
	world_end();
}

static void default_beside_a_ddw(void **state)
{
	world_begin();
	assert_int_equal(good_create(16, 4 * GiB), HIGH);
	good_remove(DFLT_START);
	model_clear_counts();
	assert_int_equal(good_create(12, 1 * GiB), DFLT_START);
	assert_rtas(0, 0, 0, 0);
	world_end();
}

/* DPDK needs one window that begins at bus address 0. */
static void first_ddw_lands_at_zero(void **state)
{
	world_begin();
	good_remove(DFLT_START);
	model_clear_counts();
	assert_int_equal(good_create(16, 4 * GiB), 0);
	assert_rtas(ANY, 1, 1, 0);
	assert_false(world_window(0).dflt);
	assert_int_equal(world_windows(), 1);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(good_create(16, 4 * GiB), HIGH);
	world_end();
}

static void last_ddw_brings_the_default_back_clear(void **state)
{
	world_begin();
	good_remove(DFLT_START);
	good_create(16, 4 * GiB);
	good_remove(0);
	assert_true(world_window(DFLT_START).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
	/* The default window's place can be used again. */
	assert_int_equal(good_create(12, 1 * GiB), 0);
	good_remove(0);
	assert_int_equal(good_create(16, 4 * GiB), 0);
	good_remove(0);
	world_end();
}

/* Without a reset, only the removal of the PE's last DDW could restore the default window. */
static void default_stays_without_reset(void **state)
{
	world.one.pe.addr.token_reset = 0;
	world_begin();
	good_remove(DFLT_START);
	model_clear_counts();
	assert_int_equal(good_create(16, 4 * GiB), HIGH);
	assert_rtas(ANY, 1, 0, 0);
	assert_int_equal(world_windows(), 2);
	world_end();
}

static void default_is_reset_when_firmware_does_not_restore_it(void **state)
{
	struct model_personality p = like_qemu();

	p.traits &= ~(1U << TRAIT_RESTORES);
	setup_over(p);
	world_begin();
	good_remove(DFLT_START);
	good_create(16, 4 * GiB);
	good_remove(0);
	assert_true(world_window(DFLT_START).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(model_count(MODEL_GET), 0);
	world_end();
}

/* --- more windows --- */

static void two_at_once_and_no_third(void **state)
{
	u64 start = 42;

	world_begin();
	assert_int_equal(good_create(16, 4 * GiB), HIGH);
	assert_int_equal(world.one.published[1].size, 4 * GiB);
	assert_int_equal(world.one.published[1].liobn, LIOBN + 1);
	model_clear_counts();
	assert_int_equal(create(16, 4 * GiB, &start), -ENOSPC);
	assert_int_equal(create(12, 4 * MiB, &start), -ENOSPC);
	assert_rtas(0, 0, 0, 0);
	assert_int_equal(world_windows(), 2);
	world_end();
}

/* The default window's slot is free, but firmware still has that window and offers no more. */
static void no_third_behind_a_hidden_default(void **state)
{
	u64 start;

	world_begin();
	good_create(16, 4 * GiB);
	good_remove(DFLT_START);
	assert_int_equal(create(16, 4 * GiB, &start), -ENOSPC);
	world_check();
	assert_int_equal(world_windows(), 2);
	good_remove(HIGH);
	assert_int_equal(good_create(16, 4 * GiB), 0);
	world_end();
}

/* QEMU places a third window over the second one after the first was removed. */
static void overlap_of_ddws_is_refused(void **state)
{
	world_begin();
	good_remove(DFLT_START);
	good_create(16, 4 * GiB);
	good_create(12, 4 * GiB);
	assert_int_equal(ioas_map(&world.ioas, HIGH, UA, MiB, RW), 0);
	good_remove(0);
	failed_create(16, 4 * GiB, -ENOSPC);
	good_remove(HIGH);
	assert_int_equal(good_create(16, 4 * GiB), 0);
	world_end();
}

static void overlap_with_the_default_is_refused(void **state)
{
	struct model_personality p = like_qemu();

	/* This hypervisor places every window at the lowest address, over the default one. */
	p.pe.high = DFLT_START;
	setup_over(p);
	world_begin();
	assert_int_equal(ioas_map(&world.ioas, 0x5000, UA, 4 * KiB, RW), 0);
	failed_create(16, 4 * GiB, -ENOSPC);
	/* Without the default window that place is right. */
	good_remove(0);
	assert_int_equal(good_create(16, 4 * GiB), 0);
	failed_create(16, 4 * GiB, -ENOSPC);
	world_end();
}

/* Hypervisors that place a created window high up in any case. */
static void default_comes_back_beside_high_windows(void **state)
{
	struct model_personality p = like_qemu();

	p.traits &= ~(1U << TRAIT_FIRST_LOW);
	setup_over(p);
	world_begin();
	good_remove(DFLT_START);
	assert_int_equal(good_create(12, 1 * GiB), DFLT_START);
	good_remove(DFLT_START);
	assert_int_equal(good_create(16, 4 * GiB), HIGH);
	good_remove(HIGH);
	assert_int_equal(good_create(12, 1 * GiB), DFLT_START);
	world_end();
}

static const struct {
	u32 page_shift;
	u64 size;
	u32 levels;
	int rc;
} geometries[] = {
	{ 16, 0, 1, -EINVAL },
	{ 16, 3 * GiB, 1, -EINVAL },
	{ 16, 4 * GiB + 1, 1, -EINVAL },
	{ 16, 32 * KiB, 1, -EINVAL },
	{ 13, 4 * GiB, 1, -EINVAL },
	{ 0, 4 * GiB, 1, -EINVAL },
	{ 34, 1ULL << 40, 1, -EINVAL },
	{ 63, 1ULL << 63, 1, -EINVAL },
	{ 64, 1ULL << 63, 1, -EINVAL },
	{ 76, 4 * GiB, 1, -EINVAL },
	{ 0xffffffff, 4 * GiB, 1, -EINVAL },
	{ 16, 4 * GiB, 6, -EINVAL },
	{ 16, 4 * GiB, 0xffffffff, -EINVAL },
	{ 12, 1ULL << 63, 1, -EINVAL },	/* more TCEs than the PE can have */
	{ 16, 64 * KiB, 0, 0 },
	{ 16, 4 * GiB, 5, 0 },
	{ 21, 4 * GiB, 2, 0 },
	{ 24, 16 * MiB, 1, 0 },
	{ 24, 1ULL << 40, 1, 0 },
};

static void geometry(void **state)
{
	u64 digest;
	u32 i;

	world_begin();
	digest = world_digest();
	for (i = 0; i < ARRAY_SIZE(geometries); i++) {
		u64 start;
		int rc = ioas_create(&world.ioas, geometries[i].page_shift, geometries[i].size,
				     geometries[i].levels, &start);

		if (rc != geometries[i].rc)
			fail_msg("geometry %u: %d", i, rc);
		if (!rc) {
			assert_int_equal(start, HIGH);
			assert_int_equal(world_table(1)->w.size, geometries[i].size);
			assert_int_equal(world_table(1)->w.page_shift, geometries[i].page_shift);
			assert_int_equal(model_valid(world.one.hv), 0);
			good_remove(start);
		}
		world_check();
		assert_int_equal(world_digest(), digest);
	}
	world_end();
}

static void remove_of_what_is_not_there(void **state)
{
	world_begin();
	assert_int_equal(ioas_remove(&world.ioas, HIGH), -EINVAL);
	assert_int_equal(ioas_remove(&world.ioas, DFLT_SIZE), -EINVAL);
	good_remove(DFLT_START);
	assert_int_equal(ioas_remove(&world.ioas, DFLT_START), -EINVAL);
	world_end();
}

static void windows_in_any_order(void **state)
{
	world_begin();
	good_create(16, 4 * GiB);
	good_remove(DFLT_START);
	good_remove(HIGH);
	good_create(16, 4 * GiB);
	good_create(12, 4 * GiB);
	good_remove(HIGH);
	good_remove(0);
	good_create(12, 1 * GiB);
	good_create(24, 4 * GiB);
	world_end();
}

static void large_pages(void **state)
{
	u64 start, hpa;

	world_begin();
	assert_int_equal(ioas_register(&world.ioas, HUGE_UA, HUGE_SIZE), 0);
	start = good_create(24, 1 * GiB);
	assert_int_equal(ioas_map(&world.ioas, start + 16 * MiB, HUGE_UA, 48 * MiB, RW), 0);
	world_check();
	assert_int_equal(model_valid(world.one.hv), 3);
	assert_int_equal(model_translate(world.one.hv, start + 40 * MiB + 5, &hpa), RW);
	assert_int_equal(hpa, shim_hpa(&world.mm, HUGE_UA + 24 * MiB) + 5);
	assert_int_equal(ioas_map(&world.ioas, start, UA, 16 * MiB, RW), -EINVAL);
	assert_int_equal(ioas_map(&world.ioas, start + 4096, HUGE_UA, 16 * MiB, RW), -EINVAL);
	assert_int_equal(ioas_map(&world.ioas, start, HUGE_UA + MiB, 16 * MiB, RW), -EINVAL);
	good_remove(start);
	assert_int_equal(shim_dirty_count(), 3);
	world_end();
}

/* --- counts --- */

static void removing_costs_what_is_mapped(void **state)
{
	u64 start;

	world_begin();
	model_clear_counts();
	start = good_create(12, 4 * GiB);
	assert_int_equal(model_count_of(MODEL_WRITES), (1 << 20) / HCALL_BATCH);
	assert_rtas(ANY, 1, 0, 0);
	assert_int_equal(ioas_map(&world.ioas, start + 123 * 4096, UA, 256 * MiB, RW), 0);
	world_check();
	assert_int_equal(model_count(MODEL_INDIRECT), 128);
	model_clear_counts();
	good_remove(start);
	assert_in_range(model_count_of(MODEL_WRITES), 128, 160);
	assert_rtas(0, 0, 1, 0);
	world_end();
}

/* 128 of 512 pieces all over the window are mapped. */
static void removing_scattered_mappings(void **state)
{
	u64 start;
	u32 i;

	world_begin();
	start = good_create(12, 4 * GiB);
	for (i = 0; i < 128; i++)
		assert_int_equal(ioas_map(&world.ioas, start + i * 32 * MiB, UA + i * 2 * MiB,
					  2 * MiB, RW), 0);
	world_check();
	model_clear_counts();
	good_remove(start);
	assert_in_range(model_count_of(MODEL_WRITES), 128, 160);
	world_end();
}

static void removing_an_empty_one_costs_nothing(void **state)
{
	u64 start;

	world_begin();
	start = good_create(12, 4 * GiB);
	model_clear_counts();
	good_remove(start);
	assert_int_equal(model_count_of(MODEL_HCALLS), 0);
	assert_rtas(0, 0, 1, 0);
	good_remove(DFLT_START);
	assert_int_equal(model_count_of(~0U), 0);
	world_end();
}

static void an_empty_window_costs_little_memory(void **state)
{
	u64 before;

	world_begin();
	before = shim_alloc_bytes();
	model_set_garbage(false);
	good_create(16, 4ULL << 40);	/* 2^26 TCEs */
	assert_true(shim_alloc_bytes() - before < 64 * KiB);
	world_end();
}

/* --- failures --- */

static void create_can_be_killed(void **state)
{
	world_begin();
	good_remove(DFLT_START);
	shim_kill_at(3);
	failed_create(12, 4 * GiB, -EINTR);
	shim_kill_at(0);
	world_end();
}

/* The hypervisor refuses to remove a window with valid TCEs. */
static void killed_create_on_strict_firmware(void **state)
{
	struct model_personality p = like_qemu();

	p.enforces = (1U << MODEL_RULES) - 1;
	p.traits |= 1U << TRAIT_ATOMIC;
	setup_over(p);
	world_begin();
	shim_kill_at(3);
	failed_create(12, 4 * GiB, -EINTR);
	shim_kill_at(0);
	good_create(12, 4 * GiB);
	world_give_back();
	world_check_end();
}

static void overlap_on_strict_firmware(void **state)
{
	struct model_personality p = like_qemu();

	p.enforces = (1U << MODEL_RULES) - 1;
	p.pe.high = DFLT_START;
	setup_over(p);
	world_begin();
	failed_create(12, 4 * GiB, -ENOSPC);
	world_give_back();
	world_check_end();
}

/* Firmware keeps a window that it should have removed: the driver tries again later. */
static void window_that_does_not_go(void **state)
{
	u64 start;

	world_begin();
	start = good_create(16, 4 * GiB);
	if (PAGE_SHIFT == 16)
		assert_int_equal(ioas_map(&world.ioas, start, UA, 64 * KiB, RW), 0);
	model_fail(&(struct model_fault){ .nth = 1, .calls = MODEL_CALL(REMOVE) });
	good_remove(start);
	model_fail(NULL);
	assert_int_equal(world_windows(), 2);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(world.isolated, 0);
	assert_int_equal(good_create(16, 4 * GiB), HIGH);
	assert_int_equal(world_windows(), 2);
	model_fail(&(struct model_fault){ .nth = 1, .calls = MODEL_CALL(REMOVE) });
	good_remove(start);
	model_fail(NULL);
	world_give_back();
	world_check_end();
}

/* Firmware reports a failed removal, but the window is gone, and the next one gets its name. */
static void window_that_went_all_the_same(void **state)
{
	u64 first, second;

	world_begin();
	first = good_create(16, 4 * GiB);
	good_remove(DFLT_START);
	model_fail(&(struct model_fault){
		.nth = 1, .calls = MODEL_CALL(REMOVE), .when = MODEL_AFTER });
	good_remove(first);
	model_fail(NULL);
	/* It is a first window again, and so gets a first window's place. */
	first = good_create(16, 4 * GiB);
	assert_int_equal(first, DFLT_START);
	second = good_create(12, 1 * GiB);
	assert_int_not_equal(first, second);
	assert_int_equal(world_windows(), 2);
	world_window(first);
	world_window(second);
	good_remove(second);
	create(16, 8 * GiB, &second);
	world_check();
	world_window(first);
	world_give_back();
	world_check_end();
}

/* As before, and the driver cannot even find out that the window is gone. */
static void name_that_is_given_out_again(void **state)
{
	u64 first, second;

	world_begin();
	first = good_create(16, 4 * GiB);
	model_fail(&(struct model_fault){
		.nth = 1, .times = MODEL_FOREVER, .when = MODEL_AFTER,
		.calls = MODEL_CALL(REMOVE) | MODEL_CALL(GET) });
	good_remove(first);
	first = good_create(16, 4 * GiB);
	assert_int_equal(first, HIGH);
	model_fail(NULL);
	good_remove(DFLT_START);
	assert_int_equal(create(16, 4 * GiB, &second), -ENOSPC);
	world_check();
	world_window(first);
	world_give_back();
	world_check_end();
}

static void default_that_went_all_the_same(void **state)
{
	u64 start;

	world_begin();
	good_remove(DFLT_START);
	model_fail(&(struct model_fault){
		.nth = 1, .calls = MODEL_CALL(REMOVE), .when = MODEL_AFTER });
	assert_int_equal(create(16, 4 * GiB, &start), -EIO);
	model_fail(NULL);
	world_check();
	assert_true(world_window(DFLT_START).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(good_create(12, 1 * GiB), DFLT_START);
	assert_int_equal(ioas_map(&world.ioas, 0, UA, PAGE_SIZE, RW), 0);
	world_give_back();
	world_check_end();
}

static void publication_fails(void **state)
{
	world_begin();
	good_remove(DFLT_START);
	world.publish_rc = -ENOMEM;
	failed_create(16, 4 * GiB, -ENOMEM);
	failed_create(12, 1 * GiB, -ENOMEM);
	world.publish_rc = 0;
	good_create(12, 1 * GiB);
	world_end();
}

static void attach_without_memory_for_it(void **state)
{
	u64 nth;

	assert_int_equal(pe_take(&world.one.pe), 0);
	for (nth = 1; ; nth++) {
		int rc;

		shim_fail_alloc(nth);
		rc = ioas_attach(&world.ioas, &world.one.pe);
		assert_int_equal(rc, shim_alloc_armed() ? 0 : -ENOMEM);
		shim_fail_alloc(0);
		if (!rc)
			break;
		assert_int_equal(world.ioas.windows.pes, 0);
		assert_int_equal(shim_allocs_live(), 0);
	}
	assert_true(nth > 3);
	world_end();
}

static void remove_that_cannot_clear_leaves_the_window(void **state)
{
	u64 start, digest;

	world_begin();
	start = good_create(12, 4 * GiB);
	assert_int_equal(ioas_map(&world.ioas, start, UA, 64 * MiB, RW), 0);
	digest = world_digest();
	model_fail(&(struct model_fault){ .nth = 7, .calls = MODEL_CALL(STUFF) });
	assert_int_equal(ioas_remove(&world.ioas, start), -EIO);
	model_fail(NULL);
	world_check();
	assert_int_equal(world_digest(), digest);
	good_remove(start);
	world_end();
}

/* At the end the driver cannot clear the window, but can remove it with all its TCEs. */
static void uncleared_window_goes_at_the_end(void **state)
{
	u64 start;

	world_begin();
	start = good_create(12, 4 * GiB);
	assert_int_equal(ioas_map(&world.ioas, start, UA, 64 * MiB, RW), 0);
	model_fail(&(struct model_fault){
		.nth = 1, .times = MODEL_FOREVER, .calls = MODEL_WRITES });
	ioas_detach(&world.ioas, &world.one.pe);
	model_fail(NULL);
	assert_int_equal(world.isolated, 0);
	assert_int_equal(model_valid(world.one.hv), 0);
	ioas_kill(&world.ioas);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(shim_allocs_live(), 0);
}

/*
 * The driver can neither clear nor remove the window: it isolates the device, and what the device
 * reaches stays pinned.
 */
static void uncleared_default_is_quarantined(void **state)
{
	u64 pages = 64 * MiB / PAGE_SIZE;

	world_begin();
	assert_int_equal(ioas_unregister(&world.ioas, UA, UA_SIZE), 0);
	assert_int_equal(ioas_register(&world.ioas, UA, 64 * MiB), 0);
	assert_int_equal(ioas_register(&world.ioas, UA + 64 * MiB, 64 * MiB), 0);
	assert_int_equal(ioas_map(&world.ioas, 0x5000, UA, PAGE_SIZE, RW), 0);
	model_fail(&(struct model_fault){
		.nth = 1, .times = MODEL_FOREVER, .calls = MODEL_WRITES });
	ioas_detach(&world.ioas, &world.one.pe);
	assert_true(world.isolated >= 1);
	world_check();
	/* No user gets the window in that state. */
	assert_int_equal(ioas_attach(&world.ioas, &world.one.pe), 0);
	assert_null(world.ioas.windows.table[0]);
	ioas_detach(&world.ioas, &world.one.pe);
	ioas_kill(&world.ioas);
	assert_int_equal(shim_pins(), pages);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	assert_in_range(shim_log_lines(), 1, 10);
	/* The host gets the window clear, as soon as it can be cleared. */
	model_fail(NULL);
	pe_release(&world.one.pe);
	assert_false(world.one.host_left);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(shim_pins(), pages);
}

static void uncleared_window_that_stays_is_quarantined(void **state)
{
	u64 start;

	world_begin();
	start = good_create(12, 4 * GiB);
	assert_int_equal(ioas_map(&world.ioas, start, UA, PAGE_SIZE, RW), 0);
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER });
	ioas_detach(&world.ioas, &world.one.pe);
	ioas_kill(&world.ioas);
	assert_true(world.isolated >= 1);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	assert_true(model_valid(world.one.hv) > 0);
	model_fail(NULL);
	pe_release(&world.one.pe);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_true(world_window(DFLT_START).dflt);
	assert_int_equal(world_windows(), 1);
}

/* Limited-address mode ends when a user takes the PE from the host. */
static void limited_pe_is_reset(void **state)
{
	world.one.pe.addr.limited = true;
	world_begin();
	assert_int_equal(model_count(MODEL_RESET), 1);
	assert_int_equal(model_valid(world.one.hv), 0);
	world_end();
}

static void limited_pe_that_stays_so_is_the_hosts(void **state)
{
	world.one.pe.addr.limited = true;
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER,
					  .calls = MODEL_CALL(RESET) });
	assert_int_equal(pe_take(&world.one.pe), -EIO);
	model_fail(NULL);
	assert_false(world.one.host_left);
	world_end();
}

/* QEMU offers more TCEs than it can count, and a create of that size kills it. */
static void more_tces_than_qemu_can_count(void **state)
{
	u64 start = 42;

	world_begin();
	model_clear_counts();
	assert_int_equal(create(12, 1ULL << 44, &start), -EINVAL);
	assert_int_equal(model_count(MODEL_CREATE), 0);
	world_check();
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(take_clears_and_learns),
		WORLD_TEST(release_clears_before_the_host_is_back),
		WORLD_TEST(take_twice_is_once),
		WORLD_TEST(release_of_what_nobody_took),
		WORLD_TEST(host_refuses),
		WORLD_TEST(take_fails_and_the_host_has_it),
		WORLD_TEST(take_can_be_killed),
		WORLD_TEST(no_ddw),
		WORLD_TEST(one_window_pe),
		WORLD_TEST(default_window_from_the_start),
		WORLD_TEST(remove_and_create_the_default_one),
		WORLD_TEST(default_beside_a_ddw),
		WORLD_TEST(first_ddw_lands_at_zero),
		WORLD_TEST(last_ddw_brings_the_default_back_clear),
		WORLD_TEST(default_stays_without_reset),
		WORLD_TEST(default_is_reset_when_firmware_does_not_restore_it),
		WORLD_TEST(two_at_once_and_no_third),
		WORLD_TEST(no_third_behind_a_hidden_default),
		WORLD_TEST(overlap_of_ddws_is_refused),
		WORLD_TEST(overlap_with_the_default_is_refused),
		WORLD_TEST(default_comes_back_beside_high_windows),
		WORLD_TEST(geometry),
		WORLD_TEST(remove_of_what_is_not_there),
		WORLD_TEST(windows_in_any_order),
		WORLD_TEST(large_pages),
		WORLD_TEST(removing_costs_what_is_mapped),
		WORLD_TEST(removing_scattered_mappings),
		WORLD_TEST(removing_an_empty_one_costs_nothing),
		WORLD_TEST(an_empty_window_costs_little_memory),
		WORLD_TEST(create_can_be_killed),
		WORLD_TEST(killed_create_on_strict_firmware),
		WORLD_TEST(overlap_on_strict_firmware),
		WORLD_TEST(window_that_does_not_go),
		WORLD_TEST(window_that_went_all_the_same),
		WORLD_TEST(name_that_is_given_out_again),
		WORLD_TEST(default_that_went_all_the_same),
		WORLD_TEST(publication_fails),
		WORLD_TEST(attach_without_memory_for_it),
		WORLD_TEST(remove_that_cannot_clear_leaves_the_window),
		WORLD_TEST(uncleared_window_goes_at_the_end),
		WORLD_TEST(uncleared_default_is_quarantined),
		WORLD_TEST(uncleared_window_that_stays_is_quarantined),
		WORLD_TEST(more_tces_than_qemu_can_count),
		WORLD_TEST(limited_pe_is_reset),
		WORLD_TEST(limited_pe_that_stays_so_is_the_hosts),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
