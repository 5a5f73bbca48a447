// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_pes.c - window.h, table.h: a user with several PEs, which all have the same windows.
 */
#include <string.h>
#include <linux/errno.h>
#include "world.h"

/* Two more PEs like the first; the user owns all, and the first is in the IOAS. */
static int setup(void **state)
{
	world_setup(state);
	world_begin();
	assert_int_equal(pe_take(&world_add(DFLT_START, DFLT_SIZE, HIGH)->pe), 0);
	assert_int_equal(pe_take(&world_add(DFLT_START, DFLT_SIZE, HIGH)->pe), 0);
	model_clear_counts();
	return 0;
}

/* Only the first PE; the test adds another one that is different. */
static int setup_alone(void **state)
{
	world_setup(state);
	world_begin();
	model_clear_counts();
	return 0;
}

#define PES_TEST(name)		cmocka_unit_test_setup(name, setup)
#define ALONE_TEST(name)	cmocka_unit_test_setup(name, setup_alone)

static struct pe *pe(u32 i)
{
	return &world_endpoint(i)->pe;
}

static int join(u32 i)
{
	return ioas_attach(&world.ioas, pe(i));
}

static void good_join(u32 i)
{
	assert_int_equal(join(i), 0);
	world_check();
}

static void leave(u32 i)
{
	ioas_detach(&world.ioas, pe(i));
	world_check();
}

static void map(u64 ioba, u64 ua, u64 size)
{
	assert_int_equal(ioas_map(&world.ioas, ioba, ua, size, RW), 0);
	world_check();
}

static u64 create(u32 page_shift, u64 size)
{
	u64 start;

	assert_int_equal(ioas_create(&world.ioas, page_shift, size, 1, &start), 0);
	world_check();
	return start;
}

static u64 valid(u32 i)
{
	return model_valid(world_endpoint(i)->hv);
}

static void assert_reaches(u32 i, u64 ioba, u64 ua)
{
	u64 hpa;

	assert_int_equal(model_translate(world_endpoint(i)->hv, ioba, &hpa), RW);
	assert_int_equal(hpa, shim_hpa(&world.mm, ua));
}

static void map_and_unmap_reach_all(void **state)
{
	good_join(1);
	good_join(2);
	map(MiB, UA, 64 * MiB);
	assert_int_equal(valid(0), 64 * MiB >> 12);
	assert_int_equal(valid(1), 64 * MiB >> 12);
	assert_reaches(2, 2 * MiB, UA + MiB);
	assert_int_equal(atomic64_read(&world_table(0)->shadow.live), 64 * MiB >> 12);
	assert_int_equal(ioas_unmap(&world.ioas, 0, DFLT_SIZE), 0);
	world_check();
	assert_int_equal(valid(0) + valid(1) + valid(2), 0);
	assert_int_equal(ioas_unregister(&world.ioas, UA, UA_SIZE), 0);
	world_end();
}

/* Each PE costs its own hypercalls, and there are no others. */
static void calls_are_made_once_for_each(void **state)
{
	u32 pes;

	for (pes = 1; pes <= 3; pes++) {
		if (pes > 1)
			good_join(pes - 1);
		model_clear_counts();
		map(0, UA, 256 * MiB);
		assert_int_equal(model_count_of(MODEL_WRITES), pes * 128);
		assert_int_equal(shim_lookups(), 0);
		model_clear_counts();
		assert_int_equal(ioas_unmap(&world.ioas, 0, 256 * MiB), 0);
		assert_int_equal(model_count_of(MODEL_WRITES), pes * 128);
	}
	world_end();
}

static void who_joins_late_gets_what_is_mapped(void **state)
{
	map(0, UA, 4 * MiB);
	map(512 * MiB, UA + 8 * MiB, 64 * KiB);
	assert_int_equal(create(12, 64 * MiB), HIGH);
	map(HIGH + MiB, UA, MiB);
	good_join(1);
	assert_int_equal(valid(1), valid(0));
	assert_reaches(1, MiB, UA + MiB);
	assert_reaches(1, 512 * MiB, UA + 8 * MiB);
	assert_reaches(1, HIGH + MiB, UA);
	world_end();
}

static void a_window_lies_at_the_same_place_everywhere(void **state)
{
	good_join(1);
	assert_int_equal(create(12, 64 * MiB), HIGH);
	endpoint_window(world_endpoint(1), HIGH);
	assert_int_equal(world_endpoint(1)->published[1].size, 64 * MiB);
	assert_int_equal(ioas_remove(&world.ioas, HIGH), 0);
	world_check();
	assert_int_equal(endpoint_windows(world_endpoint(1)), 1);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(create(16, 4 * GiB), 0);
	assert_false(endpoint_window(world_endpoint(1), 0).dflt);
	good_join(2);
	assert_false(endpoint_window(world_endpoint(2), 0).dflt);
	assert_int_equal(create(12, 64 * MiB), HIGH);
	world_end();
}

/* The hypervisor places two windows by order: the driver must create the lower one first. */
static void joins_windows_by_their_place(void **state)
{
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(create(12, 64 * MiB), 0);
	assert_int_equal(create(12, 64 * MiB), HIGH);
	good_join(1);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	world_check();
	leave(1);
	/* On another PE a first window is not at HIGH: join() fails, or finds that place. */
	if (!join(1))
		endpoint_window(world_endpoint(1), HIGH);
	model_forgive(RULE_REMOVE_INVALID);
	world_check();
	world_give_back();
	world_check_end();
}

/* The same if the user's first window is the higher one. */
static void joins_the_lower_window_first(void **state)
{
	pe(0)->addr.token_reset = 0;
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(create(12, 64 * MiB), 0);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(create(16, 4 * GiB), HIGH);
	assert_int_equal(create(12, 64 * MiB), 0);
	assert_int_equal(world_table(0)->w.start, HIGH);
	map(MiB, UA, MiB);
	good_join(1);
	assert_reaches(1, MiB, UA);
	endpoint_window(world_endpoint(1), HIGH);
	world_end();
}

static void twice_is_busy(void **state)
{
	good_join(1);
	assert_int_equal(join(0), -EBUSY);
	assert_int_equal(join(1), -EBUSY);
	world_check();
	world_end();
}

static void the_hosts_pe_is_not_for_users(void **state)
{
	pe_release(pe(1));
	assert_int_equal(join(1), -ENODEV);
	world_end();
}

/* PEs leave in any order: the others keep what they have. */
static void leave_in_any_order(void **state)
{
	static const u8 orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	u32 i, k, left;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		setup(NULL);
		good_join(1);
		good_join(2);
		create(12, 64 * MiB);
		map(0, UA, MiB);
		map(HIGH, UA, 2 * MiB);
		for (k = 0; k < 3; k++) {
			leave(orders[i][k]);
			assert_int_equal(valid(orders[i][k]), 0);
			assert_int_equal(endpoint_windows(world_endpoint(orders[i][k])), 1);
			assert_int_equal(world_endpoint(orders[i][k])->published[1].size, 0);
			for (left = k + 1; left < 3; left++)
				assert_int_equal(valid(orders[i][left]), 3 * MiB >> 12);
			if (k < 2)
				map(8 * MiB, UA, 4096);
			if (k < 2)
				assert_int_equal(ioas_unmap(&world.ioas, 8 * MiB, 4096), 0);
		}
		assert_int_equal(ioas_unregister(&world.ioas, UA, UA_SIZE), 0);
		world_end();
	}
}

static void leave_and_come_back(void **state)
{
	u32 i;

	good_join(1);
	map(0, UA, MiB);
	for (i = 0; i < 10; i++) {
		leave(i % 2);
		good_join(i % 2);
		assert_int_equal(valid(0), MiB >> 12);
		assert_int_equal(valid(1), MiB >> 12);
	}
	world_end();
}

/* Nothing changes, -EINVAL, and one line of the log that says why. */
static void assert_refused(u32 i, const char *why)
{
	u64 digest = world_digest(), lines = shim_log_lines();

	assert_int_equal(join(i), -EINVAL);
	assert_int_equal(world_digest(), digest);
	assert_int_equal(shim_log_lines(), lines + 1);
	assert_non_null(strstr(shim_log_last(), why));
}

static void another_place_is_refused(void **state)
{
	assert_int_equal(pe_take(&world_add(2 * GiB, DFLT_SIZE, HIGH)->pe), 0);
	assert_int_equal(pe_take(&world_add(DFLT_START, DFLT_SIZE, HIGH)->pe), 0);
	map(0, UA, MiB);
	assert_refused(1, "elsewhere");
	model_forgive(RULE_REMOVE_INVALID);
	world_check();
	/* Other PEs can still join. */
	good_join(2);
	world_give_back();
	world_check_end();
}

static void create_fails_in_one_of_them(void **state)
{
	u64 start, digest;

	assert_int_equal(pe_take(&world_add(DFLT_START, DFLT_SIZE, HIGH)->pe), 0);
	assert_int_equal(pe_take(&world_add(DFLT_START, DFLT_SIZE, HIGH + 16 * GiB)->pe), 0);
	good_join(1);
	good_join(2);
	map(0, UA, MiB);
	digest = world_digest();
	assert_int_equal(ioas_create(&world.ioas, 12, 64 * MiB, 1, &start), -EINVAL);
	model_forgive(RULE_REMOVE_INVALID);
	world_check();
	assert_int_equal(world_digest(), digest);
	world_give_back();
	world_check_end();
}

/* The IOAS offers what all its PEs can do. */
static void info_is_the_least_of_all(void **state)
{
	struct ioas_info info;

	pe(0)->pgsizes = 1 << 12 | 1 << 16 | 1 << 24;
	pe(1)->pgsizes = 1 << 12 | 1 << 21 | 1 << 24;
	pe(1)->max = 1;
	good_join(1);
	assert_int_equal(ioas_info(&world.ioas, &info), 0);
	assert_int_equal(info.pgsizes, 1 << 12 | 1 << 24);
	assert_int_equal(info.max_windows, 1);
	leave(1);
	assert_int_equal(ioas_info(&world.ioas, &info), 0);
	assert_int_equal(info.max_windows, 2);
	world_end();
}

/* The new PE cannot have the first PE's window, for one reason at a time. */
static void geometry_that_the_new_one_lacks(void **state)
{
	static struct model_personality few;
	struct pe whole;

	few = model_qemu;
	world_setup_on(&few);
	world_begin();
	assert_int_equal(pe_take(&world_add(DFLT_START, DFLT_SIZE, HIGH)->pe), 0);
	assert_int_equal(create(16, 4 * GiB), HIGH);
	whole = *pe(1);
	pe(1)->pgsizes = 1 << 12;
	assert_refused(1, "no such pages");
	world_check();
	*pe(1) = whole;
	few.max_tces = 1 << 15;
	assert_refused(1, "no such size");
	world_check();
	few.max_tces = model_qemu.max_tces;
	memset(&pe(1)->addr.token_query, 0, 4 * sizeof(u32));
	assert_refused(1, "no window left");
	world_check();
	*pe(1) = whole;
	good_join(1);
	world_give_back();
	world_check_end();
}

static void nobody_joins_while_entries_are_unknown(void **state)
{
	map(0, UA, MiB);
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER });
	assert_int_equal(ioas_unmap(&world.ioas, 0, MiB), -EIO);
	model_fail(NULL);
	assert_int_equal(join(1), -EBUSY);
	world_check();
	assert_int_equal(valid(1), 0);
	assert_int_equal(ioas_unmap(&world.ioas, 0, MiB), 0);
	good_join(1);
	world_end();
}

/* The call fails in the second PE: the driver restores the first. */
static void one_of_two_fails(void **state)
{
	u64 nth, digest;

	good_join(1);
	map(0, UA, 4 * MiB);
	digest = world_digest();
	for (nth = 1; nth <= 16; nth++) {
		model_fail(&(struct model_fault){ .nth = nth, .when = nth % 3 });
		assert_int_equal(ioas_map(&world.ioas, MiB, UA + 8 * MiB, 16 * MiB, RW), -EIO);
		world_check();
		assert_int_equal(world.ioas.regions.unknown, 0);
		assert_int_equal(world_digest(), digest);
	}
	model_fail(NULL);
	map(MiB, UA + 8 * MiB, 16 * MiB);
	world_end();
}

/* A MAP of one page reaches both PEs, or neither if the second one refuses. */
static void one_page_reaches_all(void **state)
{
	const u64 size = 4 * KiB;
	u64 digest;

	good_join(1);
	map(0, UA, 64 * KiB);
	digest = world_digest();
	model_fail(&(struct model_fault){ .nth = 2, .when = MODEL_AFTER });
	assert_int_equal(ioas_map(&world.ioas, MiB, UA + MiB, size, RW), -EIO);
	model_fail(&(struct model_fault){ .nth = 2, .when = MODEL_AFTER });
	assert_int_equal(ioas_unmap(&world.ioas, 0, size), -EIO);
	model_fail(NULL);
	world_check();
	assert_int_equal(world_digest(), digest);
	model_clear_counts();
	map(MiB, UA + MiB, size);
	assert_reaches(0, MiB, UA + MiB);
	assert_reaches(1, MiB, UA + MiB);
	assert_int_equal(ioas_unmap(&world.ioas, MiB, size), 0);
	world_check();
	assert_int_equal(model_count(MODEL_PUT), 4);
	world_end();
}

/* The same for a PE that could not join after it had got a part of the mappings. */
static void joiner_that_cannot_be_cleared(void **state)
{
	map(0, UA, 4 * MiB);
	model_fail(&(struct model_fault){
		.nth = 2, .times = MODEL_FOREVER, .calls = MODEL_WRITES });
	assert_int_equal(join(1), -EIO);
	model_fail(NULL);
	assert_true(world.isolated >= 1);
	assert_true(valid(1) > 0);
	world_check();
	assert_int_equal(world.ioas.windows.pes, 1);
	assert_int_equal(ioas_unmap(&world.ioas, 0, 4 * MiB), 0);
	assert_int_equal(ioas_unregister(&world.ioas, UA, UA_SIZE), -EBUSY);
	world_give_back();
	assert_int_equal(shim_pins(), UA_SIZE / PAGE_SIZE);
}

/* The driver can neither clear a leaving PE nor remove its window: what it reaches stays pinned. */
static void leaver_that_cannot_be_cleared(void **state)
{
	good_join(1);
	map(0, UA, MiB);
	model_fail(&(struct model_fault){
		.nth = 1, .times = MODEL_FOREVER, .calls = MODEL_WRITES });
	ioas_detach(&world.ioas, pe(1));
	model_fail(NULL);
	assert_true(world.isolated >= 1);
	assert_int_equal(valid(1), MiB >> 12);
	world_check();
	/* The other PE works, and no registered memory is unpinned. */
	assert_int_equal(ioas_unmap(&world.ioas, 0, MiB), 0);
	assert_int_equal(valid(0), 0);
	assert_int_equal(ioas_unregister(&world.ioas, UA, UA_SIZE), -EBUSY);
	world_check();
	world_give_back();
	assert_int_equal(shim_pins(), UA_SIZE / PAGE_SIZE);
	assert_int_equal(valid(1), 0);
}

/* Marks the table as after a call that had no answer for ten seconds; now it is busy for 30 ms. */
static void tire(void)
{
	world.ioas.windows.table[0]->ranges.idle->tired = true;
	model_busy(MODEL_WRITES, 3, 9901, 0);
}

/* The time that a call waits does not depend on the calls before it. */
static void each_call_waits_anew(void **state)
{
	tire();
	map(0, UA, 4 * KiB);
	tire();
	map(4 * KiB, UA, MiB);
	tire();
	good_join(1);
	tire();
	assert_int_equal(ioas_unmap(&world.ioas, 0, 4 * KiB), 0);
	world_check();
	tire();
	assert_int_equal(ioas_unmap(&world.ioas, 4 * KiB, 32 * KiB), 0);
	world_check();
	tire();
	leave(1);
	tire();
	leave(0);
	assert_true(shim_slept_ms() >= 7 * 20);
	assert_int_equal(world.isolated, 0);
	world_end();
}

static void all_go_at_the_end(void **state)
{
	good_join(1);
	good_join(2);
	create(12, 64 * MiB);
	map(0, UA, MiB);
	map(HIGH, UA, MiB);
	ioas_kill(&world.ioas);
	assert_int_equal(valid(0) + valid(1) + valid(2), 0);
	assert_int_equal(shim_pins(), 0);
	world_end();
}

/* Counts @data down, and refuses at 0. */
static int count_pe(struct pe *pe, void *data)
{
	u32 *count = data;

	assert_true(pe->owned);
	return --*count ? 0 : -EAGAIN;
}

static void each_pe_until_one_refuses(void **state)
{
	struct endpoint *e;
	u32 left = 3;

	world_begin();
	e = world_add(DFLT_START, DFLT_SIZE, HIGH);
	assert_int_equal(pe_take(&e->pe), 0);
	assert_int_equal(ioas_attach(&world.ioas, &e->pe), 0);
	assert_int_equal(ioas_each_pe(&world.ioas, count_pe, &left), 0);
	assert_int_equal(left, 1);
	assert_int_equal(ioas_each_pe(&world.ioas, count_pe, &left), -EAGAIN);
	assert_int_equal(left, 0);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PES_TEST(map_and_unmap_reach_all),
		PES_TEST(calls_are_made_once_for_each),
		PES_TEST(who_joins_late_gets_what_is_mapped),
		PES_TEST(a_window_lies_at_the_same_place_everywhere),
		PES_TEST(joins_windows_by_their_place),
		PES_TEST(joins_the_lower_window_first),
		PES_TEST(twice_is_busy),
		PES_TEST(the_hosts_pe_is_not_for_users),
		PES_TEST(leave_in_any_order),
		PES_TEST(leave_and_come_back),
		ALONE_TEST(another_place_is_refused),
		ALONE_TEST(create_fails_in_one_of_them),
		PES_TEST(info_is_the_least_of_all),
		WORLD_TEST(geometry_that_the_new_one_lacks),
		PES_TEST(nobody_joins_while_entries_are_unknown),
		PES_TEST(one_of_two_fails),
		PES_TEST(one_page_reaches_all),
		PES_TEST(joiner_that_cannot_be_cleared),
		PES_TEST(leaver_that_cannot_be_cleared),
		PES_TEST(each_call_waits_anew),
		PES_TEST(all_go_at_the_end),
		WORLD_TEST(each_pe_until_one_refuses),
	};

	return cmocka_run_group_tests_name("pes", tests, NULL, NULL);
}
