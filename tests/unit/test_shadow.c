// SPDX-License-Identifier: GPL-2.0-only
/* test_shadow.c - shadow.h: a sparse array that counts correctly, costs little, and is charged. */
#include <stdlib.h>
#include <string.h>
#include <linux/errno.h>
#include "tce/shadow.h"
#include "tce/shadow_leaf.h"
#include "world.h"

#define TCE(i)	(((u64)(i) + 1) << 12 | RW)

static struct shadow s;
static spinlock_t lock;

static void make(u64 tces)
{
	spin_lock_init(&lock);
	assert_int_equal(shadow_init(&s, tces, &world.mm), 0);
	assert_int_equal(s.tces, tces);
}

/* Frees everything; neither memory nor charges are left. */
static void end(void)
{
	shadow_free(&s);
	assert_int_equal(shim_allocs_live(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
}

static int populate(struct shadow *shadow, u64 first, u64 n)
{
	int rc;

	mutex_lock(&shadow->grow);
	rc = shadow_populate(shadow, &lock, first, n, false);
	mutex_unlock(&shadow->grow);
	if (!rc)
		assert_true(shadow_populated(shadow, first, n, false));
	return rc;
}

static void set(u64 idx, u64 tce, u32 region)
{
	struct shadow_leaf *leaf = shadow_leaf(&s, idx);

	assert_non_null(leaf);
	if (!leaf->cells)
		leaf->cells = shadow_cells(GFP_KERNEL);
	shadow_leaf_flatten(leaf, NULL);
	shadow_set(&s, leaf, idx & SHADOW_LEAF_MASK, tce, region);
}

static u64 tce_at(u64 idx)
{
	const struct shadow_leaf *leaf = shadow_leaf(&s, idx);
	u64 tce = leaf ? shadow_leaf_tce(leaf, idx & SHADOW_LEAF_MASK, NULL) : 0;

	assert_int_equal(shadow_next_live(&s, idx, idx + 1) == idx, !!tce);
	return tce;
}

static void put(u64 idx)
{
	assert_int_equal(populate(&s, idx, 1), 0);
	set(idx, TCE(idx), 1);
}

static const u64 sizes[] = {
	1, 2, 511, 512, 513, 1024, 1 << 15, (1 << 20) - 1, 1 << 20, 1ULL << 28, 1ULL << 37,
	(1ULL << 37) + 5,
};

static void any_size_has_first_and_last(void **state)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u64 last = sizes[i] - 1;

		make(sizes[i]);
		assert_null(shadow_leaf(&s, 0));
		assert_null(shadow_leaf(&s, last));
		put(0);
		put(last);
		assert_int_equal(tce_at(0), TCE(0));
		assert_int_equal(tce_at(last), TCE(last));
		assert_int_equal(atomic64_read(&s.live), last ? 2 : 1);
		assert_int_equal(shadow_next_live(&s, 0, sizes[i]), 0);
		assert_int_equal(shadow_next_live(&s, last, sizes[i]), last);
		if (last)
			assert_int_equal(shadow_next_live(&s, 1, sizes[i]), last);
		end();
	}
}

/* 2^37 TCEs are the largest window that QEMU offers; of 4K pages, 512 TiB. */
static void empty_costs_next_to_nothing(void **state)
{
	make(1ULL << 37);
	assert_true(s.bytes <= 64 * KiB);
	assert_true(shim_alloc_bytes() <= 64 * KiB);
	end();
	make(1 << 20);
	assert_true(s.bytes <= 4 * KiB);
	end();
}

static void costs_follow_what_is_mapped(void **state)
{
	size_t empty;
	u64 idx;

	make(1ULL << 28);
	empty = shim_alloc_bytes();
	assert_int_equal(populate(&s, 1 << 27, 1 << 16), 0);
	assert_true(s.bytes <= 2 * (1 << 16) * sizeof(u64));
	assert_true(s.bytes >= (1 << 16) * (sizeof(u64) + sizeof(u32)));
	/* A run takes 64 bytes, beside the middle block and the shim's own data. */
	/* The kernel's lock has four bytes and fits before the next field, aligned to eight. */
	assert_int_equal(sizeof(struct shadow_leaf) - sizeof(spinlock_t), 64);
	assert_true(shim_alloc_bytes() - empty <=
		    (1 << 14) * sizeof(void *) + 128 * (100 + sizeof(spinlock_t)));
	for (idx = 1 << 27; idx < (1 << 27) + (1 << 16); idx += SHADOW_LEAF_TCES)
		set(idx, TCE(idx), 1);
	assert_true(shim_alloc_bytes() <= s.bytes + s.bytes / 8 + 4 * KiB);
	end();
}

static void bytes_are_charged(void **state)
{
	make(1 << 20);
	assert_int_equal(s.charged, DIV_ROUND_UP(s.bytes, PAGE_SIZE));
	assert_int_equal(world.mm.locked_vm, s.charged);
	assert_int_equal(populate(&s, 0, 1 << 16), 0);
	assert_int_equal(s.charged, DIV_ROUND_UP(s.bytes, PAGE_SIZE));
	assert_int_equal(world.mm.locked_vm, s.charged);
	end();
}

static void nobody_pays_without_mm(void **state)
{
	assert_int_equal(shadow_init(&s, 1 << 20, NULL), 0);
	assert_int_equal(populate(&s, 0, 1000), 0);
	assert_int_equal(s.charged, 0);
	end();
}

static void limit_of_locked_memory(void **state)
{
	world.mm.limit = 0;
	assert_int_equal(shadow_init(&s, 1 << 20, &world.mm), -ENOMEM);
	assert_int_equal(shim_allocs_live(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	world.mm.limit = 2;
	make(1 << 20);
	assert_int_equal(populate(&s, 0, 1 << 20), -ENOMEM);
	assert_true(world.mm.locked_vm <= 2);
	assert_int_equal(world.mm.locked_vm, s.charged);
	assert_int_equal(shadow_next_live(&s, 0, 1 << 20), 1 << 20);
	end();
}

static void populate_makes_the_leaves_of_a_range(void **state)
{
	u64 idx;

	make(1 << 20);
	assert_int_equal(populate(&s, 1000, 2000), 0);
	for (idx = 0; idx < 8192; idx += 512)
		assert_true(!shadow_leaf(&s, idx) == (idx < 512 || idx > 2999));
	assert_int_equal(atomic64_read(&s.live), 0);
	/* The second time needs no more memory. */
	idx = s.bytes;
	assert_int_equal(populate(&s, 1000, 2000), 0);
	assert_int_equal(s.bytes, idx);
	end();
}

static void populate_near(u64 first, u64 n)
{
	mutex_lock(&s.grow);
	shadow_populate_near(&s, &lock, first, n);
	mutex_unlock(&s.grow);
}

/* What has slots is [@from, @end) and nothing else of the window, as its memory says. */
static void assert_slots(u64 from, u64 end)
{
	u64 n = DIV_ROUND_UP(end - from, SHADOW_LEAF_TCES);
	u64 bytes = sizeof(struct shadow_leaf) + sizeof(struct shadow_cells) +
		    SHADOW_LEAF_TCES * sizeof(u64);
	u64 mid = sizeof(void *) << s.mid_shift;
	u64 mids = ((end - 1) >> (SHADOW_LEAF_SHIFT + s.mid_shift)) -
		   (from >> (SHADOW_LEAF_SHIFT + s.mid_shift)) + 1;

	assert_true(shadow_populated(&s, from, end - from, true));
	assert_int_equal(s.bytes, s.tops * sizeof(*s.top) + mids * mid + n * bytes);
}

static void near_is_a_part_of_the_window(void **state)
{
	const u64 near = SHADOW_NEAR_TCES;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u64 last = sizes[i] - 1;

		make(sizes[i]);
		populate_near(last, 1);
		assert_slots(last & ~(near - 1), sizes[i]);
		end();
	}
	make(1 << 20);
	populate_near(3 * near - 1, 2);
	assert_slots(2 * near, 4 * near);
	populate_near(3 * near, near);
	assert_slots(2 * near, 4 * near);
	end();
}

/* Each allocation fails in turn: an error, correct charges, and a second try that succeeds. */
static void every_allocation_can_fail(void **state)
{
	u64 nth;

	for (nth = 1; ; nth++) {
		bool failed;

		shim_fail_alloc(nth);
		if (shadow_init(&s, 1ULL << 28, &world.mm)) {
			assert_int_equal(shim_allocs_live(), 0);
			assert_int_equal(world.mm.locked_vm, 0);
			continue;
		}
		failed = populate(&s, 5000, 5000) == -ENOMEM;
		assert_int_equal(failed, !shim_alloc_armed());
		shim_fail_alloc(0);
		assert_int_equal(s.charged, world.mm.locked_vm);
		assert_true(s.charged >= DIV_ROUND_UP(s.bytes, PAGE_SIZE));
		assert_int_equal(populate(&s, 5000, 5000), 0);
		put(9999);
		assert_int_equal(shadow_next_live(&s, 0, s.tces), 9999);
		end();
		if (!failed)
			break;
	}
	assert_true(nth > 10);
}

static void populate_can_be_killed(void **state)
{
	make(1ULL << 28);
	shim_kill_at(3);
	assert_int_equal(populate(&s, 0, 1 << 20), -EINTR);
	assert_true(s.bytes < 128 * KiB);
	shim_kill_at(0);
	end();
}

static void set_keeps_counts(void **state)
{
	struct shadow_leaf *leaf;

	make(2048);
	put(600);
	leaf = shadow_leaf(&s, 600);
	assert_int_equal(leaf->cells->region[88], 1);
	set(600, TCE(7), 2);
	assert_int_equal(leaf->cells->region[88], 2);
	assert_int_equal(atomic64_read(&s.live), 1);
	assert_int_equal(leaf->live, 1);
	set(600, TCE(7) | SHADOW_UNKNOWN, 2);
	set(600, TCE(8) | SHADOW_UNKNOWN, 3);
	assert_int_equal(atomic64_read(&s.unknown), 1);
	assert_int_equal(atomic64_read(&s.live), 1);
	set(601, TCE(9) | SHADOW_UNKNOWN, 3);
	assert_int_equal(atomic64_read(&s.unknown), 2);
	set(600, TCE(7), 2);
	assert_int_equal(atomic64_read(&s.unknown), 1);
	assert_int_equal(atomic64_read(&s.live), 2);
	set(600, 0, 5);
	set(600, 0, 5);
	assert_int_equal(leaf->cells->region[88], 0);
	assert_int_equal(atomic64_read(&s.live), 1);
	set(601, 0, 0);
	assert_int_equal(atomic64_read(&s.live) + atomic64_read(&s.unknown) + leaf->live, 0);
	end();
}

static void next_live_respects_its_range(void **state)
{
	make(1 << 20);
	assert_int_equal(shadow_next_live(&s, 0, 1 << 20), 1 << 20);
	put(100000);
	assert_int_equal(shadow_next_live(&s, 0, 100000), 100000);
	assert_int_equal(shadow_next_live(&s, 0, 100001), 100000);
	assert_int_equal(shadow_next_live(&s, 100000, 100000), 100000);
	assert_int_equal(shadow_next_live(&s, 100001, 100500), 100500);
	assert_int_equal(shadow_next_live(&s, 0, 70), 70);
	set(100000, 0, 0);
	put(5);
	assert_int_equal(shadow_next_live(&s, 6, 1 << 20), 1 << 20);
	end();
}

/* A batch has the entries that one call reaches, from live to live, also across two leaves. */
static void batches_begin_and_end_live(void **state)
{
	static const u64 live[] = { 100, 511, 512, 700, 5000 };
	static const struct { u64 from, end, idx; u32 n; } batches[] = {
		{ 0, 1 << 20, 100, 413 }, { 513, 1 << 20, 700, 1 }, { 701, 1 << 20, 5000, 1 },
		{ 5001, 1 << 20, 1 << 20, 0 }, { 0, 512, 100, 412 }, { 0, 511, 100, 1 },
		{ 0, 100, 100, 0 }, { 101, 513, 511, 2 }, { 512, 700, 512, 1 },
	};
	u32 i;

	make(1 << 20);
	for (i = 0; i < ARRAY_SIZE(live); i++)
		put(live[i]);
	for (i = 0; i < 2 * ARRAY_SIZE(batches); i++) {
		u64 idx = batches[i / 2].from;
		u32 n = shadow_next_batch(&s, &idx, batches[i / 2].end, i & 1);

		assert_int_equal(n, batches[i / 2].n);
		assert_int_equal(idx, batches[i / 2].idx);
	}
	end();
}

/* A walk over an almost empty large window ends soon: else the test would not end. */
static void next_live_skips_what_is_empty(void **state)
{
	u32 i;

	make(1ULL << 37);
	put(12345);
	for (i = 0; i < 1000; i++)
		assert_int_equal(shadow_next_live(&s, 12346, s.tces), s.tces);
	end();
}

/* Against a plain array, with random changes. */
static void agrees_with_a_plain_array(void **state)
{
	enum { TCES = 6000, ROUNDS = 20000 };
	u64 *plain = calloc(TCES, sizeof(*plain));
	u64 live = 0;
	u32 i;

	srand(1);
	make(TCES);
	for (i = 0; i < ROUNDS; i++) {
		u64 idx = rand() % TCES, from = rand() % TCES, next = from;
		u64 tce = rand() % 3 ? TCE(rand() % 100) : 0;

		assert_int_equal(populate(&s, idx, 1), 0);
		set(idx, tce, 1);
		live += !!tce - !!plain[idx];
		plain[idx] = tce;
		assert_int_equal(atomic64_read(&s.live), live);
		assert_int_equal(tce_at(from), plain[from]);
		while (next < TCES && !plain[next])
			next++;
		assert_int_equal(shadow_next_live(&s, from, TCES), next);
	}
	free(plain);
	end();
}

static void free_takes_what_is_live(void **state)
{
	make(1 << 20);
	put(1);
	put(1 << 19);
	set(1, TCE(1) | SHADOW_UNKNOWN, 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(any_size_has_first_and_last),
		WORLD_TEST(empty_costs_next_to_nothing),
		WORLD_TEST(costs_follow_what_is_mapped),
		WORLD_TEST(bytes_are_charged),
		WORLD_TEST(nobody_pays_without_mm),
		WORLD_TEST(limit_of_locked_memory),
		WORLD_TEST(populate_makes_the_leaves_of_a_range),
		WORLD_TEST(near_is_a_part_of_the_window),
		WORLD_TEST(every_allocation_can_fail),
		WORLD_TEST(populate_can_be_killed),
		WORLD_TEST(set_keeps_counts),
		WORLD_TEST(next_live_respects_its_range),
		WORLD_TEST(batches_begin_and_end_live),
		WORLD_TEST(next_live_skips_what_is_empty),
		WORLD_TEST(agrees_with_a_plain_array),
		WORLD_TEST(free_takes_what_is_live),
	};

	return cmocka_run_group_tests_name("shadow", tests, NULL, NULL);
}
