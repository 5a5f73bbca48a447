// SPDX-License-Identifier: GPL-2.0-only
/* test_hv.c - hcall.h: which call is made for a batch, and the effect of each answer. */
#include <string.h>
#include <linux/errno.h>
#include <asm/byteorder.h>
#include "world.h"

static __be64 list[HCALL_BATCH] __attribute__((aligned(4096)));

static void fill_list(u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		list[i] = cpu_to_be64((u64)(i + 16) << 12 | RW);
}

static const struct dma_window dflt = { LIOBN, DFLT_START, DFLT_SIZE, 12 };

static void use_features(bool put_indirect, bool stuff)
{
	model_set_features(put_indirect, stuff);
	hcall_init();
}

static void assert_counts(u64 put, u64 indirect, u64 stuff)
{
	assert_int_equal(model_count(MODEL_PUT), put);
	assert_int_equal(model_count(MODEL_INDIRECT), indirect);
	assert_int_equal(model_count(MODEL_STUFF), stuff);
	assert_int_equal(model_count(MODEL_GET), 0);
	model_clear_counts();
}

static void assert_list_at(u32 liobn, u64 ioba, u32 page_shift, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		assert_int_equal(model_peek(liobn, ioba + ((u64)i << page_shift)),
				 be64_to_cpu(list[i]));
}

static void put_is_one_call(void **state)
{
	fill_list(HCALL_BATCH);
	assert_int_equal(hcall_put(LIOBN, 0x100000, 12, list, HCALL_BATCH), 0);
	assert_list_at(LIOBN, 0x100000, 12, HCALL_BATCH);
	assert_counts(0, 1, 0);
	assert_int_equal(hcall_put(LIOBN, 0x100000, 12, list, 1), 0);
	assert_int_equal(model_count_of(MODEL_WRITES), 1);
}

static void stuff_is_one_call(void **state)
{
	fill_list(HCALL_BATCH);
	assert_int_equal(hcall_put(LIOBN, 0x100000, 12, list, HCALL_BATCH), 0);
	model_clear_counts();
	assert_int_equal(hcall_stuff(LIOBN, 0x101000, 12, HCALL_BATCH - 2), 0);
	assert_counts(0, 0, 1);
	assert_int_equal(model_peek(LIOBN, 0x100000), be64_to_cpu(list[0]));
	assert_int_equal(model_peek(LIOBN, 0x101000), 0);
	assert_int_equal(model_peek(LIOBN, 0x100000 + 510 * 4096), 0);
	assert_int_equal(model_peek(LIOBN, 0x100000 + 511 * 4096), be64_to_cpu(list[511]));
}

static void without_indirect_puts_singly(void **state)
{
	use_features(false, true);
	fill_list(100);
	assert_int_equal(hcall_put(LIOBN, 0x100000, 12, list, 100), 0);
	assert_list_at(LIOBN, 0x100000, 12, 100);
	assert_counts(100, 0, 0);
	assert_int_equal(hcall_stuff(LIOBN, 0x100000, 12, 100), 0);
	assert_counts(0, 0, 1);
}

static void without_stuff_clears_singly(void **state)
{
	use_features(true, false);
	fill_list(100);
	assert_int_equal(hcall_put(LIOBN, 0x100000, 12, list, 100), 0);
	assert_counts(0, 1, 0);
	assert_int_equal(hcall_stuff(LIOBN, 0x100000, 12, 100), 0);
	assert_counts(100, 0, 0);
	assert_int_equal(model_peek(LIOBN, 0x100000 + 99 * 4096), 0);
}

static void single_calls_step_by_page(void **state)
{
	struct dma_window w;

	use_features(false, false);
	fill_list(20);
	assert_int_equal(ddw_create(&world.one.pe.addr, 16, 24, &w), 0);
	assert_int_equal(hcall_clear(&w, false), 0);
	assert_int_equal(hcall_put(w.liobn, w.start, 16, list, 20), 0);
	assert_list_at(w.liobn, w.start, 16, 20);
	assert_int_equal(hcall_stuff(w.liobn, w.start + 0x10000, 16, 19), 0);
	assert_int_equal(model_valid(world.one.hv), 2);	/* the first, and the host's */
}

static const struct {
	long answer;
	int result;
} answers[] = {
	{ PAPR_H_BUSY, 1 },
	{ 9900, 1 },
	{ 9901, 10 },
	{ 9902, 100 },
	{ 9903, 1000 },
	{ 9904, 10000 },
	{ PAPR_H_NOT_ENOUGH_RESOURCES, -ENOMEM },
	{ PAPR_H_HARDWARE, -EIO },
	{ PAPR_H_FUNCTION, -EIO },
	{ PAPR_H_PARAMETER, -EIO },
	{ PAPR_H_P4, -EIO },
	{ -3 /* H_PRIVILEGE */, -EIO },
	{ 9906, -EIO },
};

static void check_answers(int (*call)(void))
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		model_fail(&(struct model_fault){ .nth = 1, .hcall = answers[i].answer });
		assert_int_equal(call(), answers[i].result);
		assert_int_equal(model_failed(), 1);
	}
}

static int call_put(void)
{
	return hcall_put(LIOBN, 0, 12, list, 2);
}

static int call_stuff(void)
{
	return hcall_stuff(LIOBN, 0, 12, 2);
}

static void every_answer_has_its_errno(void **state)
{
	fill_list(2);
	check_answers(call_put);
	check_answers(call_stuff);
	use_features(false, false);
	check_answers(call_put);
	check_answers(call_stuff);
}

/* PAPR's longest wait is a hundred seconds; the test only needs that it is a wait. */
static void longest_busy_is_a_wait(void **state)
{
	model_busy(MODEL_HCALLS, 1, 9905, 0);
	assert_true(hcall_stuff(LIOBN, 0, 12, 2) >= 1000);
}

static void bad_window_is_an_error(void **state)
{
	fill_list(2);
	assert_int_equal(hcall_put(LIOBN + 7, 0, 12, list, 2), -EIO);
	assert_int_equal(hcall_stuff(LIOBN, DFLT_SIZE, 12, 2), -EIO);
}

static void clear_takes_batches(void **state)
{
	assert_int_equal(hcall_clear(&dflt, true), 0);
	assert_counts(0, 0, DFLT_TCES / HCALL_BATCH);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_true(shim_rescheds() >= 1);
}

static void clear_ends_with_the_window(void **state)
{
	struct dma_window w;

	assert_int_equal(ddw_create(&world.one.pe.addr, 12, 15, &w), 0);
	assert_int_equal(model_valid(world.one.hv), 8 + 1);
	assert_int_equal(hcall_clear(&w, true), 0);
	assert_counts(0, 0, 1);
	assert_int_equal(model_valid(world.one.hv), 1);
}

static void clear_waits_while_busy(void **state)
{
	model_busy(MODEL_CALL(STUFF), 3, 9901, 0);
	assert_int_equal(hcall_clear(&dflt, false), 0);
	assert_int_equal(shim_slept_ms(), 30);
	assert_counts(0, 0, DFLT_TCES / HCALL_BATCH + 3);
}

static void clear_loses_patience(void **state)
{
	model_busy(MODEL_CALL(STUFF), MODEL_FOREVER, 9902, 0);
	assert_int_equal(hcall_clear(&dflt, false), -EIO);
	assert_in_range(shim_slept_ms(), 1000, 60000);
}

static void clear_tells_of_failure(void **state)
{
	model_fail(&(struct model_fault){ .nth = 3, .hcall = PAPR_H_NOT_ENOUGH_RESOURCES });
	assert_int_equal(hcall_clear(&dflt, false), -ENOMEM);
	model_fail(&(struct model_fault){ .nth = 3 });
	assert_int_equal(hcall_clear(&dflt, true), -EIO);
}

static void clear_can_be_killed(void **state)
{
	shim_kill_at(1);
	assert_int_equal(hcall_clear(&dflt, true), -EINTR);
	assert_in_range(model_count(MODEL_STUFF), 0, 2);
}

static void clear_is_not_killed_when_it_must_not(void **state)
{
	shim_kill_at(1);
	assert_int_equal(hcall_clear(&dflt, false), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
}

static void exists_asks_the_hypervisor(void **state)
{
	assert_true(hcall_exists(LIOBN, DFLT_START));
	assert_true(hcall_exists(LIOBN, DFLT_START + DFLT_SIZE - 4096));
	assert_false(hcall_exists(LIOBN, DFLT_START + DFLT_SIZE));
	assert_false(hcall_exists(LIOBN + 1, DFLT_START));
	/* There is a TCE, but it names a page that is not ours. */
	model_fail(&(struct model_fault){ .nth = 1, .hcall = PAPR_H_PARTIAL });
	assert_true(hcall_exists(LIOBN, DFLT_START));
}

static void look_tells_doubt(void **state)
{
	assert_int_equal(hcall_look(LIOBN, DFLT_START), HCALL_THERE);
	assert_int_equal(hcall_look(LIOBN + 1, DFLT_START), HCALL_GONE);
	model_fail(&(struct model_fault){ .nth = 1, .hcall = PAPR_H_PARTIAL });
	assert_int_equal(hcall_look(LIOBN, DFLT_START), HCALL_THERE);
	model_fail(&(struct model_fault){ .nth = 1 });
	assert_int_equal(hcall_look(LIOBN + 1, DFLT_START), HCALL_UNKNOWN);
	assert_true(hcall_exists(LIOBN, DFLT_START));
}

/* ddw_drop() succeeds if the window is gone, and only then. */
static void drop_looks(void **state)
{
	const struct ddw_pe *pe = &world.one.pe.addr;
	struct dma_window w;

	assert_int_equal(ddw_create(pe, 12, 32, &w), 0);
	model_fail(&(struct model_fault){ .nth = 1, .calls = MODEL_CALL(STUFF) });
	assert_int_equal(ddw_drop(pe, &w, false), -EIO);
	model_fail(&(struct model_fault){ .nth = 1, .calls = MODEL_CALL(STUFF),
					  .hcall = PAPR_H_PARAMETER });
	assert_int_equal(ddw_drop(pe, &w, false), -EIO);
	shim_kill_at(1);
	assert_int_equal(ddw_drop(pe, &w, true), -EINTR);
	shim_kill_at(0);
	model_fail(&(struct model_fault){ .nth = 1, .calls = MODEL_CALL(REMOVE) });
	assert_int_equal(ddw_drop(pe, &w, false), -EIO);
	assert_int_equal(world_windows(), 2);
	model_fail(&(struct model_fault){ .nth = 1, .calls = MODEL_CALL(REMOVE),
					  .when = MODEL_AFTER });
	assert_int_equal(ddw_drop(pe, &w, false), 0);
	assert_int_equal(world_windows(), 1);
	/* The window was gone before. */
	assert_int_equal(ddw_drop(pe, &w, false), 0);
	assert_int_equal(model_broken(), 0);
}

/* The driver lets others run between calls, even if each is answered at once. */
static void others_run_between_tries(void **state)
{
	u64 before = shim_rescheds();
	u32 i;

	for (i = 0; i < 10; i++)
		assert_int_equal(hcall_patiently(hcall_stuff(LIOBN, 0, 12, 2)), 0);
	assert_true(shim_rescheds() >= before + 10);
}

static void query_wide(void **state)
{
	struct ddw_query q;

	assert_int_equal(ddw_query(&world.one.pe.addr, &q), 0);
	assert_int_equal(q.windows, 1);
	assert_int_equal(q.max_tces, 0x2000000000);
	assert_int_equal(q.pgsizes, 1 << 12 | 1 << 16 | 1 << 24 | 1 << 21);
}

static void query_narrow(void **state)
{
	struct ddw_query q;

	world.one.pe.addr.wide_query = false;
	assert_int_equal(ddw_query(&world.one.pe.addr, &q), 0);
	assert_int_equal(q.windows, 1);
	assert_int_equal(q.max_tces, 0x80000000);
	assert_int_equal(q.pgsizes, 1 << 12 | 1 << 16 | 1 << 24 | 1 << 21);
}

static void query_knows_all_page_sizes(void **state)
{
	const struct model_pe_config config = { .buid = 7, .ddw = true, .page_sizes = 0xffffffff };
	struct ddw_pe addr = world.one.pe.addr;
	struct ddw_query q;

	model_add_pe(&config);
	addr.buid = 7;
	assert_int_equal(ddw_query(&addr, &q), 0);
	assert_int_equal(q.pgsizes, 1ULL << 12 | 1ULL << 16 | 1ULL << 24 | 1ULL << 25 | 1ULL << 26 |
				    1ULL << 27 | 1ULL << 28 | 1ULL << 34 | 1ULL << 21);
}

static void create_tells_the_window(void **state)
{
	struct dma_window w;

	assert_int_equal(ddw_create(&world.one.pe.addr, 16, 32, &w), 0);
	assert_int_equal(w.liobn, LIOBN + 1);
	assert_int_equal(w.start, HIGH);
	assert_int_equal(w.size, 1ULL << 32);
	assert_int_equal(w.page_shift, 16);
	assert_int_equal(dma_window_tces(&w), 65536);
	assert_int_equal(ddw_create(&world.one.pe.addr, 16, 32, &w), -ENOSPC);
}

static void create_refused(void **state)
{
	struct dma_window w;

	model_fail(&(struct model_fault){ .nth = 1, .rtas = PAPR_RTAS_PARAMETER });
	assert_int_equal(ddw_create(&world.one.pe.addr, 16, 32, &w), -EIO);
	assert_int_equal(world_windows(), 1);
}

static void remove_and_reset(void **state)
{
	model_poke(LIOBN, 0x7000, 0);
	model_set_garbage(false);
	assert_int_equal(ddw_remove(&world.one.pe.addr, LIOBN), 0);
	assert_int_equal(world_windows(), 0);
	assert_int_equal(ddw_remove(&world.one.pe.addr, LIOBN), -EIO);
	assert_int_equal(ddw_reset(&world.one.pe.addr), 0);
	assert_true(world_window(DFLT_START).dflt);
	world.one.pe.addr.token_reset = 0;
	assert_int_equal(ddw_reset(&world.one.pe.addr), -ENOSYS);
}

static void rtas_is_repeated_while_busy(void **state)
{
	struct dma_window w;
	struct ddw_query q;

	model_busy(MODEL_RTAS, 3, 0, PAPR_RTAS_BUSY);
	assert_int_equal(ddw_query(&world.one.pe.addr, &q), 0);
	assert_int_equal(model_waits(), 3);
	model_busy(MODEL_RTAS, 2, 0, 9902);
	assert_int_equal(ddw_create(&world.one.pe.addr, 12, 20, &w), 0);
	assert_int_equal(hcall_clear(&w, false), 0);
	model_busy(MODEL_RTAS, 2, 0, 9900);
	assert_int_equal(ddw_remove(&world.one.pe.addr, w.liobn), 0);
	model_poke(LIOBN, 0x7000, 0);
	model_busy(MODEL_RTAS, 2, 0, PAPR_RTAS_BUSY);
	assert_int_equal(ddw_reset(&world.one.pe.addr), 0);
	assert_int_equal(model_waits(), 9);
	assert_int_equal(model_broken(), 0);
}

static void rtas_loses_patience(void **state)
{
	struct ddw_query q;

	model_busy(MODEL_RTAS, MODEL_FOREVER, 0, PAPR_RTAS_BUSY);
	assert_int_equal(ddw_query(&world.one.pe.addr, &q), -EIO);
	/* The driver waits for firmware that says that it needs 100 seconds. */
	assert_true(model_waits() > 100 * 1000);
	assert_true(model_waits() < 300 * 1000);
}

static void wait_sleeps(void **state)
{
	int waited = 0;

	assert_true(hcall_wait(17, &waited));
	assert_int_equal(waited, 17);
	assert_int_equal(shim_slept_ms(), 17);
	while (hcall_wait(1000, &waited))
		assert_true(waited < 60 * 1000);
	assert_int_equal(shim_slept_ms(), waited);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(put_is_one_call),
		WORLD_TEST(stuff_is_one_call),
		WORLD_TEST(without_indirect_puts_singly),
		WORLD_TEST(without_stuff_clears_singly),
		WORLD_TEST(single_calls_step_by_page),
		WORLD_TEST(every_answer_has_its_errno),
		WORLD_TEST(longest_busy_is_a_wait),
		WORLD_TEST(bad_window_is_an_error),
		WORLD_TEST(clear_takes_batches),
		WORLD_TEST(clear_ends_with_the_window),
		WORLD_TEST(clear_waits_while_busy),
		WORLD_TEST(clear_loses_patience),
		WORLD_TEST(clear_tells_of_failure),
		WORLD_TEST(clear_can_be_killed),
		WORLD_TEST(clear_is_not_killed_when_it_must_not),
		WORLD_TEST(exists_asks_the_hypervisor),
		WORLD_TEST(look_tells_doubt),
		WORLD_TEST(drop_looks),
		WORLD_TEST(others_run_between_tries),
		WORLD_TEST(query_wide),
		WORLD_TEST(query_narrow),
		WORLD_TEST(query_knows_all_page_sizes),
		WORLD_TEST(create_tells_the_window),
		WORLD_TEST(create_refused),
		WORLD_TEST(remove_and_reset),
		WORLD_TEST(rtas_is_repeated_while_busy),
		WORLD_TEST(rtas_loses_patience),
		WORLD_TEST(wait_sleeps),
	};

	return cmocka_run_group_tests_name("hv", tests, NULL, NULL);
}
