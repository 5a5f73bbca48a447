// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_upstream.c - faults of the kernel's own driver, by their names in docs/upstream.md, that no
 * emulated partition can show: a window for the older API whose pages are larger than the kernel's,
 * and firmware without the reset call. The others are in tests/guest.
 */
#include <linux/errno.h>
#include "world.h"

/*
 * A page that a v1 MAP pinned is unpinned if the MAP fails, for any reason. (The case of a too
 * large IOMMU page cannot occur: that API's only window has the smallest IOMMU pages.)
 */
static void B11_a_failed_v1_map_leaves_no_pin(void **state)
{
	u64 nth;

	(void)state;
	ioas_init(&world.ioas, true);
	world_attach();
	assert_int_equal(ioas_enable(&world.ioas), 0);
	assert_int_equal(ioas_map(&world.ioas, 0, UA + UA_SIZE - MiB, 2 * MiB, RW), -EFAULT);
	assert_int_equal(shim_pins(), 0);
	for (nth = 1; nth <= 4; nth++) {
		model_fail(&(struct model_fault){ .nth = nth, .when = nth % 3 });
		assert_int_equal(ioas_map(&world.ioas, 0, UA, 8 * MiB, RW), -EIO);
		assert_int_equal(shim_pins(), 0);
		world_check();
	}
	model_fail(NULL);
	world_end();
}

/* If firmware cannot restore the default window, the driver never removes it. */
static void B14_default_window_without_a_reset(void **state)
{
	u64 start;

	(void)state;
	world.one.pe.addr.token_reset = 0;
	world_begin();
	assert_int_equal(ioas_remove(&world.ioas, DFLT_START), 0);
	assert_int_equal(ioas_create(&world.ioas, 16, 4 * GiB, 1, &start), 0);
	assert_int_equal(ioas_remove(&world.ioas, start), 0);
	assert_true(world_window(DFLT_START).dflt);
	assert_int_equal(ioas_create(&world.ioas, 12, DFLT_SIZE, 1, &start), 0);
	assert_int_equal(start, DFLT_START);
	assert_int_equal(model_count(MODEL_RESET), 0);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(B11_a_failed_v1_map_leaves_no_pin),
		WORLD_TEST(B14_default_window_without_a_reset),
	};

	return cmocka_run_group_tests_name("upstream", tests, NULL, NULL);
}
