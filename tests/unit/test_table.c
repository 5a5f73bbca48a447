// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_table.c - table.h: what reaches the hypervisor and in how many calls, the effect of a MAP
 * over another one, and the state after every kind of failure.
 *
 * The table is that of the default window, whose TCEs translate 4 KiB each. Regions of user
 * memory are registered by the tests themselves.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/errno.h>
#include "world.h"

#define TCES(n)		((u64)(n) << 12)
/* Three regions, each with room for 65,536 TCEs and what follows. */
#define REGION		(64 * MiB)
#define A		UA
#define B		(UA + REGION)
#define C		(UA + 2 * REGION)

static int setup(void **state)
{
	world_setup(state);
	world_attach();
	assert_int_equal(ioas_register(&world.ioas, A, REGION), 0);
	assert_int_equal(ioas_register(&world.ioas, B, REGION), 0);
	assert_int_equal(ioas_register(&world.ioas, C, REGION), 0);
	model_clear_counts();
	return 0;
}

#define TABLE_TEST(name)	cmocka_unit_test_setup(name, setup)

static int map(u64 first, u64 n, u64 ua, u64 perm)
{
	int rc;

	down_write(&world.ioas.lock);
	rc = table_map(world_table(0), first, n, ua, perm, kvm_table_wanted(world_table(0)));
	up_write(&world.ioas.lock);
	return rc;
}

static int unmap(u64 first, u64 n)
{
	int rc;

	down_write(&world.ioas.lock);
	rc = table_unmap(world_table(0), first, n);
	up_write(&world.ioas.lock);
	return rc;
}

static u64 clear(void)
{
	u64 rc;

	down_write(&world.ioas.lock);
	rc = table_clear(world_table(0));
	up_write(&world.ioas.lock);
	return rc;
}

static void good_map(u64 first, u64 n, u64 ua, u64 perm)
{
	assert_int_equal(map(first, n, ua, perm), 0);
	world_check();
}

static void good_unmap(u64 first, u64 n)
{
	assert_int_equal(unmap(first, n), 0);
	world_check();
}

static u64 peek(u64 idx)
{
	return model_peek(LIOBN, DFLT_START + TCES(idx));
}

static void assert_mapped(u64 first, u64 n, u64 ua, u64 perm)
{
	u64 i;

	for (i = 0; i < n; i++)
		assert_int_equal(peek(first + i), world_tce(ua + TCES(i), perm));
}

static void assert_counts(u64 put, u64 indirect, u64 stuff)
{
	assert_int_equal(model_count(MODEL_PUT), put);
	assert_int_equal(model_count(MODEL_INDIRECT), indirect);
	assert_int_equal(model_count(MODEL_STUFF), stuff);
	assert_int_equal(model_count(MODEL_GET), 0);
	assert_int_equal(model_count_of(MODEL_RTAS), 0);
	model_clear_counts();
}

static struct region *region(u64 ua)
{
	u32 i;

	for (i = 0; i < world.ioas.regions.room; i++)
		if (world.ioas.regions.by_id[i] && world.ioas.regions.by_id[i]->ua == ua)
			return world.ioas.regions.by_id[i];
	fail_msg("no such region");
	return NULL;
}

static int forget_region(u64 ua)
{
	return ioas_unregister(&world.ioas, ua, REGION);
}

static void map_writes_what_the_user_has(void **state)
{
	good_map(100, 1000, A, RW);
	assert_mapped(100, 1000, A, RW);
	good_map(2000, 3, B, PAPR_TCE_READ);
	assert_mapped(2000, 3, B, PAPR_TCE_READ);
	good_map(DFLT_TCES - 3, 3, C + TCES(5), PAPR_TCE_WRITE);
	assert_mapped(DFLT_TCES - 3, 3, C + TCES(5), PAPR_TCE_WRITE);
	assert_int_equal(model_valid(world.one.hv), 1006);
	assert_int_equal(atomic64_read(&world_table(0)->shadow.live), 1006);
	world_end();
}

static void exact_counts(void **state)
{
	const u64 n = 65536;
	const u64 firsts[] = { 0, 512, 100, 511 };
	u32 i;

	assert_int_equal(ioas_unregister(&world.ioas, B, REGION), 0);
	assert_int_equal(ioas_unregister(&world.ioas, C, REGION), 0);
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
	assert_int_equal(ioas_register(&world.ioas, UA, UA_SIZE), 0);
	for (i = 0; i < ARRAY_SIZE(firsts); i++) {
		good_map(firsts[i], n, UA, RW);
		assert_counts(0, 128, 0);
		assert_mapped(firsts[i], n, UA, RW);
		good_unmap(firsts[i], n);
		assert_counts(0, 0, 128);
		assert_int_equal(model_valid(world.one.hv), 0);
	}
	world_end();
}

static void small_counts(void **state)
{
	good_map(7, 1, A, RW);
	assert_int_equal(model_count_of(MODEL_WRITES), 1);
	good_map(512, 513, A, RW);
	assert_int_equal(model_count_of(MODEL_WRITES), 3);
	model_clear_counts();
	good_unmap(7, 1);
	assert_int_equal(model_count_of(MODEL_WRITES), 1);
	good_unmap(0, 2000);
	assert_int_equal(model_count_of(MODEL_WRITES), 3);
	world_end();
}

/* --- runs (shadow_leaf.h) --- */

static void assert_run(u64 first, u64 n)
{
	const struct shadow_leaf *leaf = shadow_leaf(&world_table(0)->shadow, first);

	assert_false(leaf->flat);
	assert_int_equal(leaf->run.pages.n, n);
	assert_int_equal(leaf->live, n);
	if (n)
		assert_int_equal(leaf->run.from, first & SHADOW_LEAF_MASK);
}

static void assert_flat(u64 idx, u64 live)
{
	const struct shadow_leaf *leaf = shadow_leaf(&world_table(0)->shadow, idx);

	assert_true(leaf->flat);
	assert_int_equal(leaf->live, live);
}

static void a_map_is_a_run(void **state)
{
	good_map(500, 600, A, RW);
	assert_run(500, 12);
	assert_run(512, 512);
	assert_run(1024, 76);
	/* It continues the run, in the table and in memory. */
	good_map(1100, 100, A + TCES(600), RW);
	assert_run(1024, 176);
	assert_mapped(500, 700, A, RW);
	good_unmap(0, 2000);
	assert_run(500, 0);
	assert_run(512, 0);
	assert_run(1024, 0);
	/* One MAP of two regions that are neighbours in memory makes no run. */
	good_map(0, 64, B - TCES(32), RW);
	assert_flat(0, 64);
	good_unmap(0, 64);
	good_map(10, 3, A, RW);
	assert_run(10, 3);
	world_end();
}

/* A run takes little memory. A hole in it needs cells, which it gets even without free memory. */
static void cells_come_when_they_are_needed(void **state)
{
	size_t runs, empty;

	good_map(0, 8, A, RW);
	empty = shim_alloc_bytes();
	good_map(512, 64 * 512, A, RW);
	runs = shim_alloc_bytes();
	/* With the middle blocks, less than one leaf's cells. */
	assert_in_range(runs - empty, 64 * sizeof(struct shadow_leaf),
			sizeof(struct shadow_cells) + 64 * sizeof(spinlock_t));
	shim_fail_alloc(1);
	good_unmap(512 + 100, 1);
	good_unmap(1024 + 100, 5 * 512);
	assert_true(shim_alloc_armed());
	shim_fail_alloc(0);
	assert_flat(512, 511);
	assert_run(1024, 100);
	assert_int_equal(shim_alloc_bytes() - runs, sizeof(struct shadow_cells));
	world_check();
	/* A leaf that became a run again still has its cells. */
	good_map(512, 512, A, RW);
	good_unmap(512 + 100, 1);
	assert_int_equal(shim_alloc_bytes() - runs, sizeof(struct shadow_cells));
	world_end();
}

/* Mappings that do not continue the run, each for another reason. */
static void what_is_no_run_is_flat(void **state)
{
	static const struct {
		u64 first, ua, perm;
	} others[] = {
		{ 101, A + TCES(100), RW }, { 100, A + TCES(101), RW }, { 100, B, RW },
		{ 100, A + TCES(100), PAPR_TCE_READ }, { 99, A + TCES(99), RW },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		u64 more = others[i].first - 90;

		good_map(0, 100, A, RW);
		assert_run(0, 100);
		good_map(others[i].first, 10, others[i].ua, others[i].perm);
		assert_flat(0, more + (others[i].first == 101 ? -1 : 0) + 100);
		assert_mapped(0, 90, A, RW);
		assert_mapped(others[i].first, 10, others[i].ua, others[i].perm);
		good_unmap(0, 512);
		assert_int_equal(model_valid(world.one.hv), 0);
		assert_int_equal(atomic64_read(&world_table(0)->shadow.live), 0);
	}
	world_end();
}

static void a_run_is_cut_at_its_ends(void **state)
{
	good_map(100, 300, A, RW);
	good_unmap(0, 150);
	assert_run(150, 250);
	good_unmap(390, 122);
	assert_run(150, 240);
	assert_mapped(150, 240, A + TCES(50), RW);
	/* An UNMAP of an empty range does nothing. */
	good_unmap(0, 150);
	good_unmap(390, 100);
	assert_run(150, 240);
	good_unmap(200, 2);
	assert_flat(150, 238);
	assert_mapped(150, 50, A + TCES(50), RW);
	assert_mapped(202, 188, A + TCES(102), RW);
	good_unmap(0, 512);
	world_end();
}

static void what_replaces_all_is_a_run_again(void **state)
{
	good_map(100, 300, A, RW);
	good_map(100, 300, B, RW);
	assert_run(100, 300);
	good_map(50, 400, C, PAPR_TCE_READ);
	assert_run(50, 400);
	good_unmap(60, 1);
	assert_flat(50, 399);
	good_map(0, 512, A, RW);
	assert_run(0, 512);
	/* All regions but this one are free. */
	assert_int_equal(forget_region(B), 0);
	assert_int_equal(forget_region(C), 0);
	assert_int_equal(forget_region(A), -EBUSY);
	good_unmap(0, 512);
	assert_int_equal(forget_region(A), 0);
	world_end();
}

/* The same calls with pages that are mapped one by one, and with a failure in between. */
static void a_run_is_made_flat(void **state)
{
	good_map(0, 512, A, RW);
	good_unmap(300, 1);
	assert_flat(0, 511);
	good_map(300, 1, B, RW);
	assert_flat(0, 512);
	good_unmap(0, 512);
	good_map(0, 100, A, RW);
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER });
	assert_int_equal(map(50, 100, B, RW), -EIO);
	model_fail(NULL);
	world_check();
	assert_mapped(0, 50, A, RW);
	good_map(50, 100, C, RW);
	good_unmap(0, 512);
	/* Nothing is unknown any more. */
	good_map(0, 512, A, RW);
	assert_run(0, 512);
	world_end();
}

/* --- one page --- */

static const enum model_when whens[] = { MODEL_BEFORE, MODEL_AFTER, MODEL_HALFWAY };

static int map_page(void)
{
	return map(100, 1, B, RW);
}

static int unmap_page(void)
{
	return unmap(5, 1);
}

static int (*const page_acts[])(void) = { map_page, unmap_page };

/* Runs each act on one page beside other mapped pages; @hits checks its effect */
static void page_each(void (*hits)(int (*act)(void)))
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(page_acts); i++) {
		setup(NULL);
		good_map(0, 10, A, RW);
		model_clear_counts();
		hits(page_acts[i]);
		world_end();
	}
}

static void page_costs(int (*act)(void))
{
	assert_int_equal(act(), 0);
	assert_counts(1, 0, 0);
	world_check();
	assert_int_equal(map(101, 1, UA - TCES(1), RW), -EINVAL);
	assert_int_equal(unmap(200, 1), 0);
	assert_counts(0, 0, 0);
}

static void one_page_costs_one_call(void **state)
{
	page_each(page_costs);
}

static void page_fails_once(int (*act)(void))
{
	u64 digest = world_digest();
	u32 k;

	for (k = 0; k < ARRAY_SIZE(whens); k++) {
		model_fail(&(struct model_fault){ .nth = 1, .when = whens[k] });
		assert_int_equal(act(), -EIO);
		model_fail(NULL);
		world_check();
		assert_int_equal(world_digest(), digest);
		assert_int_equal(world.ioas.regions.unknown, 0);
	}
	assert_int_equal(forget_region(B), 0);
}

static void one_page_fails_once(void **state)
{
	page_each(page_fails_once);
}

static void page_fails_for_good(int (*act)(void))
{
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER, .when = MODEL_AFTER });
	assert_int_equal(act(), -EIO);
	model_fail(NULL);
	world_check();
	assert_int_equal(world.ioas.regions.unknown, 1);
	assert_int_equal(forget_region(act == map_page ? B : A), -EBUSY);
	good_unmap(0, 200);
	assert_int_equal(world.ioas.regions.unknown, 0);
	assert_int_equal(forget_region(A), 0);
	assert_int_equal(forget_region(B), 0);
}

static void one_page_fails_for_good(void **state)
{
	page_each(page_fails_for_good);
}

static void page_busy(int (*act)(void))
{
	model_busy(MODEL_WRITES, 3, 9901, 0);
	assert_int_equal(act(), 0);
	world_check();
	assert_counts(4, 0, 0);
	good_unmap(0, 200);
	assert_int_equal(forget_region(A), 0);
	assert_int_equal(forget_region(B), 0);
}

static void one_page_is_waited_for(void **state)
{
	page_each(page_busy);
}

static void one_page_is_dirty(void **state)
{
	good_map(0, 10, A, PAPR_TCE_READ);
	good_map(100, 1, B, RW);
	good_unmap(5, 1);
	assert_int_equal(shim_dirty_count(), 0);
	good_unmap(100, 1);
	assert_int_equal(shim_dirty_count(), 1);
	assert_true(shim_dirty(shim_hpa(&world.mm, B)));
	world_end();
}

/* A MAP of one page over another one takes the long way, with a journal. */
static void one_page_replaces_another(void **state)
{
	good_map(0, 10, A, RW);
	model_clear_counts();
	good_map(5, 1, B, RW);
	assert_counts(1, 0, 0);
	assert_mapped(5, 1, B, RW);
	assert_int_equal(atomic64_read(&region(A)->mapped), 9);
	assert_int_equal(atomic64_read(&region(B)->mapped), 1);
	assert_true(shim_dirty(shim_hpa(&world.mm, A + TCES(5))));
	model_fail(&(struct model_fault){ .nth = 1, .when = MODEL_AFTER });
	assert_int_equal(map(5, 1, C, RW), -EIO);
	model_fail(NULL);
	world_check();
	assert_mapped(5, 1, B, RW);
	world_end();
}

static void unmap_of_nothing_costs_nothing(void **state)
{
	good_unmap(0, DFLT_TCES);
	assert_counts(0, 0, 0);
	good_map(1000, 10, A, RW);
	model_clear_counts();
	good_unmap(0, 1000);
	good_unmap(1010, DFLT_TCES - 1010);
	assert_counts(0, 0, 0);
	assert_mapped(1000, 10, A, RW);
	world_end();
}

static void unmap_with_holes(void **state)
{
	good_map(10, 5, A, RW);
	good_map(20, 5, B, RW);
	good_map(100000, 5, C, RW);
	model_clear_counts();
	good_unmap(12, DFLT_TCES - 12);
	assert_counts(0, 0, 2);
	assert_mapped(10, 2, A, RW);
	assert_int_equal(model_valid(world.one.hv), 2);
	world_end();
}

static void without_indirect(void **state)
{
	model_set_features(false, true);
	hcall_init();
	good_map(0, 1000, A, RW);
	assert_counts(1000, 0, 0);
	assert_mapped(0, 1000, A, RW);
	good_unmap(0, 1000);
	assert_counts(0, 0, 2);
	world_end();
}

static void without_stuff(void **state)
{
	model_set_features(true, false);
	hcall_init();
	good_map(0, 1000, A, RW);
	assert_counts(0, 2, 0);
	good_unmap(0, 1000);
	assert_counts(1000, 0, 0);
	world_end();
}

static void one_map_over_two_regions(void **state)
{
	u64 n = REGION >> 12;

	good_map(0, n + 100, A, RW);
	assert_mapped(0, n + 100, A, RW);
	assert_int_equal(atomic64_read(&region(A)->mapped), n);
	assert_int_equal(atomic64_read(&region(B)->mapped), 100);
	assert_int_equal(forget_region(B), -EBUSY);
	good_unmap(n, 100);
	assert_int_equal(forget_region(B), 0);
	assert_int_equal(forget_region(A), -EBUSY);
	world_end();
}

static void replace_keeps_counts(void **state)
{
	good_map(0, 1000, A, RW);
	good_map(500, 1000, B, RW);
	assert_mapped(0, 500, A, RW);
	assert_mapped(500, 1000, B, RW);
	assert_int_equal(atomic64_read(&region(A)->mapped), 500);
	assert_int_equal(atomic64_read(&region(B)->mapped), 1000);
	good_map(0, 2000, C, PAPR_TCE_READ);
	assert_mapped(0, 2000, C, PAPR_TCE_READ);
	assert_int_equal(atomic64_read(&region(A)->mapped) + atomic64_read(&region(B)->mapped), 0);
	assert_int_equal(forget_region(A), 0);
	assert_int_equal(forget_region(B), 0);
	/* The same MAP again: each page is still counted once. */
	good_map(0, 2000, C, RW);
	assert_int_equal(atomic64_read(&region(C)->mapped), 2000);
	good_unmap(0, 2000);
	assert_int_equal(forget_region(C), 0);
	world_end();
}

static void replace_costs_no_more_calls(void **state)
{
	good_map(0, 4096, A, RW);
	model_clear_counts();
	good_map(0, 4096, B, RW);
	assert_counts(0, 8, 0);
	world_end();
}

static void dirty_when_a_writable_entry_goes(void **state)
{
	u64 pages = DIV_ROUND_UP(TCES(64), PAGE_SIZE);

	good_map(0, 64, A, PAPR_TCE_READ);
	good_map(64, 64, B, PAPR_TCE_WRITE);
	good_map(128, 64, C, RW);
	assert_int_equal(shim_dirty_count(), 0);
	good_unmap(0, 64);
	assert_int_equal(shim_dirty_count(), 0);
	good_unmap(64, 64);
	assert_int_equal(shim_dirty_count(), pages);
	assert_true(shim_dirty(shim_hpa(&world.mm, B)));
	/* Replaced by a mapping that cannot write. */
	good_map(128, 64, A, PAPR_TCE_READ);
	assert_int_equal(shim_dirty_count(), 2 * pages);
	assert_true(shim_dirty(shim_hpa(&world.mm, C)));
	assert_false(shim_dirty(shim_hpa(&world.mm, A)));
	world_end();
	assert_int_equal(shim_dirty_count(), 2 * pages);
}

static void dirty_at_the_end(void **state)
{
	good_map(0, 64, A, RW);
	world_end();
	assert_int_equal(shim_dirty_count(), DIV_ROUND_UP(TCES(64), PAGE_SIZE));
}

static void not_registered_changes_nothing(void **state)
{
	u64 digest, bytes = world_table(0)->shadow.bytes;

	good_map(0, 10, A, RW);
	digest = world_digest();
	model_clear_counts();
	assert_int_equal(map(0, 100, UA + 3 * REGION - TCES(50), RW), -EINVAL);
	assert_int_equal(map(1000, 100, UA - TCES(1), RW), -EINVAL);
	assert_int_equal(map(100000, 1, UA + 4 * REGION, RW), -EINVAL);
	assert_counts(0, 0, 0);
	assert_int_equal(world_digest(), digest);
	world_check();
	assert_true(world_table(0)->shadow.bytes <= bytes + 32 * KiB);
	world_end();
}

/* Mappings of every kind that a MAP or UNMAP of [300, 2500) can find. */
static void scene(void)
{
	good_map(0, 400, A, RW);
	good_map(700, 100, B, PAPR_TCE_READ);
	good_map(1024, 1024, B + TCES(1000), RW);
	good_map(2400, 300, A + TCES(600), PAPR_TCE_WRITE);
	model_clear_counts();
}

static int map_scene(void)
{
	return map(300, 2200, C, RW);
}

static int unmap_scene(void)
{
	return unmap(300, 2200);
}

/*
 * @act is killed at each check for signals: afterwards all is as before, or the act is done.
 * Return: how often the kill came after a part of the work.
 */
static u64 kill_everywhere(int (*act)(void))
{
	u64 digest = world_digest();
	u64 midway = 0;
	u64 nth;

	for (nth = 1; ; nth++) {
		int rc;

		model_clear_counts();
		shim_kill_at(nth);
		rc = act();
		shim_kill_at(0);
		world_check();
		assert_int_equal(world.ioas.regions.unknown, 0);
		if (!rc)
			return midway;
		assert_int_equal(rc, -EINTR);
		assert_int_equal(world_digest(), digest);
		midway += model_count_of(MODEL_WRITES) > 0;
	}
}

static void killed_in_mid_map(void **state)
{
	scene();
	assert_true(kill_everywhere(map_scene) >= 4);
	world_check();
	assert_mapped(300, 2200, C, RW);
	world_end();
}

/* An UNMAP that is killed may leave a part unmapped. */
static void killed_in_mid_unmap(void **state)
{
	u64 live;

	scene();
	live = atomic64_read(&world_table(0)->shadow.live);
	shim_kill_at(2);
	assert_int_equal(unmap_scene(), -EINTR);
	shim_kill_at(0);
	world_check();
	assert_in_range(atomic64_read(&world_table(0)->shadow.live), 1, live - 1);
	assert_in_range(model_count_of(MODEL_WRITES), 1, 3);
	world_end();
}

static void busy_is_waited_for(void **state)
{
	model_busy(MODEL_WRITES, 3, 9901, 0);
	good_map(0, 1024, A, RW);
	assert_int_equal(shim_slept_ms(), 30);
	assert_counts(0, 5, 0);
	model_busy(MODEL_WRITES, 2, PAPR_H_BUSY, 0);
	good_unmap(0, 1024);
	assert_counts(0, 0, 4);
	world_end();
}

/* With single calls, the hypervisor may become busy after some entries. */
static void busy_between_single_calls(void **state)
{
	model_set_features(false, false);
	hcall_init();
	model_fail(&(struct model_fault){ .nth = 5, .times = 3, .hcall = 9900 });
	good_map(0, 20, A, RW);
	assert_mapped(0, 20, A, RW);
	model_fail(&(struct model_fault){ .nth = 5, .times = 3, .hcall = 9900 });
	good_unmap(0, 20);
	assert_int_equal(model_valid(world.one.hv), 0);
	world_end();
}

static void busy_for_ever_is_a_failure(void **state)
{
	good_map(0, 10, A, RW);
	model_busy(MODEL_WRITES, MODEL_FOREVER, 9903, 0);
	assert_int_equal(map(0, 10, B, RW), -EIO);
	world_check();
	assert_int_equal(forget_region(A), -EBUSY);
	assert_int_equal(forget_region(B), -EBUSY);
	model_busy(0, 0, 0, 0);
	good_unmap(0, 10);
	assert_int_equal(forget_region(A), 0);
	assert_int_equal(forget_region(B), 0);
	world_end();
}

/* Each call fails in turn, in each way: afterwards all is as before. */
static void fail_once_everywhere(int (*act)(void), bool indirect, bool stuff)
{
	u32 k;

	for (k = 0; k < ARRAY_SIZE(whens); k++) {
		u64 nth = 0;
		int rc;

		setup(NULL);
		model_set_features(indirect, stuff);
		hcall_init();
		scene();
		do {
			u64 digest = world_digest();

			model_fail(&(struct model_fault){ .nth = ++nth, .when = whens[k] });
			rc = act();
			assert_int_equal(rc, model_failed() ? -EIO : 0);
			model_fail(NULL);
			world_check();
			assert_int_equal(world.ioas.regions.unknown, 0);
			if (rc)
				assert_int_equal(world_digest(), digest);
		} while (rc);
		assert_true(nth > 4);
		world_end();
	}
}

static void map_fails_once(void **state)
{
	fail_once_everywhere(map_scene, true, true);
}

static void unmap_fails_once(void **state)
{
	fail_once_everywhere(unmap_scene, true, true);
}

static void single_calls_fail_once(void **state)
{
	static const u64 few[] = { 1, 2, 100 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(few); i++) {
		u64 digest;

		setup(NULL);
		model_set_features(false, false);
		hcall_init();
		scene();
		digest = world_digest();
		model_fail(&(struct model_fault){ .nth = few[i], .when = MODEL_AFTER });
		assert_int_equal(map_scene(), -EIO);
		model_fail(&(struct model_fault){ .nth = few[i], .when = MODEL_AFTER });
		assert_int_equal(unmap_scene(), -EIO);
		world_check();
		assert_int_equal(world_digest(), digest);
		assert_int_equal(world.ioas.regions.unknown, 0);
		world_end();
	}
}

static void map_allocations_fail(void **state)
{
	u64 digest, nth = 0;
	int rc;

	scene();
	digest = world_digest();
	do {
		shim_fail_alloc(++nth);
		rc = map_scene();
		assert_int_equal(rc, shim_alloc_armed() ? 0 : -ENOMEM);
		shim_fail_alloc(0);
		world_check();
		if (rc) {
			assert_int_equal(world_digest(), digest);
			assert_int_equal(model_count_of(MODEL_WRITES), 0);
		}
	} while (rc);
	assert_true(nth > 4);
	world_end();
}

/* Calls that give something back must not need memory. */
static void unmap_allocates_nothing(void **state)
{
	scene();
	shim_fail_alloc(1);
	good_unmap(300, 2200);
	assert_true(shim_alloc_armed());
	assert_int_equal(clear(), 0);
	assert_true(shim_alloc_armed());
	shim_fail_alloc(0);
	world_end();
}

static void locked_memory_runs_out(void **state)
{
	u64 digest;

	scene();
	digest = world_digest();
	world.mm.limit = world.mm.locked_vm;
	assert_int_equal(map(100000, 65536 / 8, A, RW), -ENOMEM);
	world_check();
	assert_int_equal(world_digest(), digest);
	world.mm.limit = ~0UL;
	world_end();
}

/* From the nth call on all fail, so that nothing can be restored; then all work again. */
static void quarantine_everywhere(int (*act)(void))
{
	u32 k;

	for (k = 0; k < ARRAY_SIZE(whens); k++) {
		u64 nth = 0;
		int rc;

		do {
			setup(NULL);
			scene();
			model_fail(&(struct model_fault){
				.nth = ++nth, .times = MODEL_FOREVER, .when = whens[k] });
			rc = act();
			assert_int_equal(rc, model_failed() ? -EIO : 0);
			world_check();
			assert_true(!rc == !world.ioas.regions.unknown);
			model_fail(NULL);
			assert_int_equal(unmap(0, DFLT_TCES), 0);
			world_check();
			assert_int_equal(world.ioas.regions.unknown, 0);
			assert_int_equal(model_valid(world.one.hv), 0);
			assert_int_equal(forget_region(A), 0);
			assert_int_equal(forget_region(B), 0);
			assert_int_equal(forget_region(C), 0);
			world_end();
		} while (rc);
		assert_true(nth > 4);
	}
}

static void map_fails_for_good(void **state)
{
	quarantine_everywhere(map_scene);
}

static void unmap_fails_for_good(void **state)
{
	quarantine_everywhere(unmap_scene);
}

/* An unknown entry may be the old one or the new one, so it keeps both pages pinned. */
static void unknown_entries_pin_old_and_new(void **state)
{
	good_map(0, 10, A, RW);
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER, .when = MODEL_AFTER });
	assert_int_equal(map(5, 10, B, RW), -EIO);
	model_fail(NULL);
	world_check();
	assert_int_equal(world.ioas.regions.unknown, 10);
	good_unmap(0, 5);
	assert_int_equal(forget_region(A), -EBUSY);
	assert_int_equal(forget_region(B), -EBUSY);
	assert_int_equal(forget_region(C), 0);
	/* A successful MAP also makes entries known. */
	good_map(5, 10, B, RW);
	assert_int_equal(world.ioas.regions.unknown, 0);
	assert_int_equal(forget_region(A), 0);
	assert_int_equal(forget_region(B), -EBUSY);
	world_end();
}

/* The device may write through an unknown entry while it exists. */
static void unknown_entries_leave_their_pages_dirty(void **state)
{
	u64 old, new;

	good_map(0, 1, A, RW);
	old = shim_hpa(&world.mm, A);
	new = shim_hpa(&world.mm, B);
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER });
	assert_int_equal(map(0, 1, B, RW), -EIO);
	model_fail(NULL);
	/* The kernel has written the pages to disk meanwhile, so they are clean. */
	pfn_to_page(old >> PAGE_SHIFT)->dirty = false;
	pfn_to_page(new >> PAGE_SHIFT)->dirty = false;
	good_unmap(0, 1);
	assert_true(shim_dirty(new));
	/* It is not known which of the region's pages were reached: all are marked at its end. */
	assert_int_equal(forget_region(A), 0);
	assert_true(shim_dirty(old));
	world_end();
}

static void failed_map_over_unknown_ones(void **state)
{
	scene();
	model_fail(&(struct model_fault){
		.nth = 2, .times = MODEL_FOREVER, .when = MODEL_HALFWAY });
	assert_int_equal(map_scene(), -EIO);
	assert_true(world.ioas.regions.unknown > 0);
	world_check();
	/* Another MAP fails, but can be undone: no entry is unknown any more. */
	model_fail(&(struct model_fault){ .nth = 3 });
	assert_int_equal(map_scene(), -EIO);
	model_fail(NULL);
	world_check();
	assert_int_equal(world.ioas.regions.unknown, 0);
	assert_int_equal(map_scene(), 0);
	world_check();
	assert_mapped(300, 2200, C, RW);
	assert_int_equal(world.ioas.regions.unknown, 0);
	world_end();
}

static void failed_unmap_over_unknown_ones(void **state)
{
	scene();
	model_fail(&(struct model_fault){
		.nth = 2, .times = MODEL_FOREVER, .when = MODEL_HALFWAY });
	assert_int_equal(map_scene(), -EIO);
	model_fail(&(struct model_fault){ .nth = 3, .times = MODEL_FOREVER, .when = MODEL_AFTER });
	assert_int_equal(unmap_scene(), -EIO);
	world_check();
	model_fail(NULL);
	good_unmap(300, 2200);
	assert_int_equal(world.ioas.regions.unknown, 0);
	world_end();
}

static void clear_takes_all(void **state)
{
	scene();
	assert_int_equal(clear(), 0);
	world_check();
	assert_int_equal(atomic64_read(&world_table(0)->shadow.live), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_in_range(model_count_of(MODEL_WRITES), 1, 8);
	world_end();
}

static void clear_is_not_killed(void **state)
{
	scene();
	shim_kill_at(1);
	assert_int_equal(clear(), 0);
	shim_kill_at(0);
	assert_int_equal(model_valid(world.one.hv), 0);
	world_end();
}

static void clear_goes_on_after_errors(void **state)
{
	good_map(0, 4096, A, RW);
	model_fail(&(struct model_fault){ .nth = 3, .times = 2 });
	assert_in_range(clear(), 0, 1024);
	model_fail(NULL);
	world_check();
	assert_in_range(model_valid(world.one.hv), 0, 1024);
	assert_int_equal(clear(), 0);
	world_check();
	world_end();
}

static void forget_gives_back_what_is_unknown(void **state)
{
	u64 i;

	good_map(0, 4096, A, RW);
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER });
	assert_int_equal(clear(), 4096);
	world_check();
	assert_int_equal(forget_region(A), -EBUSY);
	model_fail(NULL);
	/* As if the window were gone with all its mappings. */
	for (i = 0; i < 4096; i++)
		model_poke(LIOBN, DFLT_START + TCES(i), 0);
	down_write(&world.ioas.lock);
	table_forget(world_table(0));
	up_write(&world.ioas.lock);
	world_check();
	assert_int_equal(world.ioas.regions.unknown, 0);
	assert_int_equal(forget_region(A), 0);
	world_end();
}

/* After any sequence of calls the table holds what a plain array of TCEs would hold. */
static void any_sequence(void **state)
{
	enum { RANGE = 3000, ROUNDS = 300 };
	u64 *plain = calloc(RANGE, sizeof(*plain));
	u32 round;

	srand(2);
	for (round = 0; round < ROUNDS; round++) {
		u64 first = rand() % RANGE;
		u64 n = 1 + rand() % (RANGE - first);
		u64 ua = UA + TCES(rand() % 40000);	/* over all three */
		u64 perm = 1 + rand() % 3;
		bool fails = rand() % 3 == 0;
		u64 i;
		int rc;

		if (fails)
			model_fail(&(struct model_fault){
				.nth = 1 + rand() % 6, .when = whens[rand() % 3] });
		rc = round % 2 ? unmap(first, n) : map(first, n, ua, perm);
		model_fail(NULL);
		assert_true(!rc || fails);
		for (i = first; !rc && i < first + n; i++)
			plain[i] = round % 2 ? 0 : world_tce(ua + TCES(i - first), perm);
		for (i = 0; i < RANGE; i++)
			assert_int_equal(peek(i), plain[i]);
		world_check();
	}
	free(plain);
	world_end();
}

/* Pages of a file that a device could write to are marked by UNMAP itself, and no others. */
static void unmap_marks_pages_of_files(void **state)
{
	const u64 file = 0x7fd000000000UL, page = PAGE_SIZE >> 12;
	u64 i;

	shim_map_file(&world.mm, file, 8 * PAGE_SIZE);
	assert_int_equal(ioas_register(&world.ioas, file, 8 * PAGE_SIZE), 0);
	good_map(0, 2 * page, file, RW);
	good_map(2 * page, 2 * page, file + 2 * PAGE_SIZE, PAPR_TCE_READ);
	good_map(4 * page, 1, file + 4 * PAGE_SIZE, PAPR_TCE_WRITE);
	good_unmap(page, 2 * page);
	assert_int_equal(shim_dirty_count(), 1);
	assert_true(shim_dirty(shim_hpa(&world.mm, file + PAGE_SIZE)));
	/* The short way for one page. */
	good_unmap(4 * page, 1);
	assert_int_equal(shim_dirty_count(), 2);
	assert_true(shim_dirty(shim_hpa(&world.mm, file + 4 * PAGE_SIZE)));
	assert_int_equal(clear(), 0);
	assert_int_equal(shim_dirty_count(), 2);
	assert_int_equal(ioas_unregister(&world.ioas, file, 8 * PAGE_SIZE), 0);
	for (i = 0; i < 8; i++)
		assert_true(shim_dirty(shim_hpa(&world.mm, file + i * PAGE_SIZE)));
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TABLE_TEST(map_writes_what_the_user_has),
		TABLE_TEST(exact_counts),
		TABLE_TEST(small_counts),
		TABLE_TEST(a_map_is_a_run),
		TABLE_TEST(cells_come_when_they_are_needed),
		TABLE_TEST(what_is_no_run_is_flat),
		TABLE_TEST(a_run_is_cut_at_its_ends),
		TABLE_TEST(what_replaces_all_is_a_run_again),
		TABLE_TEST(a_run_is_made_flat),
		TABLE_TEST(one_page_costs_one_call),
		TABLE_TEST(one_page_fails_once),
		TABLE_TEST(one_page_fails_for_good),
		TABLE_TEST(one_page_is_waited_for),
		TABLE_TEST(one_page_is_dirty),
		TABLE_TEST(one_page_replaces_another),
		TABLE_TEST(unmap_of_nothing_costs_nothing),
		TABLE_TEST(unmap_with_holes),
		TABLE_TEST(without_indirect),
		TABLE_TEST(without_stuff),
		TABLE_TEST(one_map_over_two_regions),
		TABLE_TEST(replace_keeps_counts),
		TABLE_TEST(replace_costs_no_more_calls),
		TABLE_TEST(dirty_when_a_writable_entry_goes),
		TABLE_TEST(dirty_at_the_end),
		TABLE_TEST(not_registered_changes_nothing),
		TABLE_TEST(killed_in_mid_map),
		TABLE_TEST(killed_in_mid_unmap),
		TABLE_TEST(busy_is_waited_for),
		TABLE_TEST(busy_between_single_calls),
		TABLE_TEST(busy_for_ever_is_a_failure),
		TABLE_TEST(map_fails_once),
		TABLE_TEST(unmap_fails_once),
		TABLE_TEST(single_calls_fail_once),
		TABLE_TEST(map_allocations_fail),
		TABLE_TEST(unmap_allocates_nothing),
		TABLE_TEST(locked_memory_runs_out),
		TABLE_TEST(map_fails_for_good),
		TABLE_TEST(unmap_fails_for_good),
		TABLE_TEST(unknown_entries_pin_old_and_new),
		TABLE_TEST(unknown_entries_leave_their_pages_dirty),
		TABLE_TEST(failed_map_over_unknown_ones),
		TABLE_TEST(failed_unmap_over_unknown_ones),
		TABLE_TEST(clear_takes_all),
		TABLE_TEST(clear_is_not_killed),
		TABLE_TEST(clear_goes_on_after_errors),
		TABLE_TEST(forget_gives_back_what_is_unknown),
		TABLE_TEST(any_sequence),
		TABLE_TEST(unmap_marks_pages_of_files),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
