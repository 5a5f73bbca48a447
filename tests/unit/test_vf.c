// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_vf.c - a PE with one window at a time, whose default window 32 bits cannot describe: a
 * virtual function as PowerVM has them.
 */
#include <linux/errno.h>
#include "world.h"

static int setup(void **state)
{
	(void)state;
	world_setup_on(&model_powervm_vf);
	return 0;
}

#define VF_TEST(name)	cmocka_unit_test_setup(name, setup)

/* GET_INFO has no words for it, but it is there. */
static void default_window_is_not_told_and_used(void **state)
{
	struct space_info info;

	world_begin();
	assert_int_equal(space_info(&world.space, &info), 0);
	assert_int_equal(info.dma32_start, 0);
	assert_int_equal(info.dma32_size, 0);
	assert_int_equal(info.max_windows, 1);
	assert_int_equal(space_map(&world.space, HIGH + 5 * GiB, UA, MiB, RW), 0);
	world_check();
	assert_int_equal(space_map(&world.space, 0, UA, MiB, RW), -ENXIO);
	world_end();
}

/* A user removes at the start that he was told. */
static void default_window_is_removed_at_0(void **state)
{
	u64 start;

	world_begin();
	assert_int_equal(space_create(&world.space, 16, 1 * GiB, 1, &start), -ENOSPC);
	assert_int_equal(space_remove(&world.space, 0), 0);
	assert_int_equal(space_remove(&world.space, 0), -EINVAL);
	assert_int_equal(space_create(&world.space, 16, 1 * GiB, 1, &start), 0);
	assert_int_equal(start, HIGH);
	assert_false(world_window(HIGH).dflt);
	assert_int_equal(space_remove(&world.space, HIGH), 0);
	assert_true(world_window(HIGH).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
	world_end();
}

/* The older API knows of no other window, and cannot name this one. */
static void older_api_is_refused(void **state)
{
	space_init(&world.space, true);
	world_attach();
	assert_int_equal(space_enable(&world.space), -EPERM);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VF_TEST(default_window_is_not_told_and_used),
		VF_TEST(default_window_is_removed_at_0),
		VF_TEST(older_api_is_refused),
	};

	return cmocka_run_group_tests_name("vf", tests, NULL, NULL);
}
