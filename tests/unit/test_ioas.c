// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_ioas.c - ioas.h: who may make which call at which time, many threads at once, and the end.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <linux/errno.h>
#include "world.h"

static u64 locked;

/* Every call of a user, with arguments that are valid in the usual state. */
static int info(void)
{
	struct ioas_info i;

	return ioas_info(&world.ioas, &i);
}

static int reg(void)
{
	return ioas_register(&world.ioas, UA + 128 * MiB, MiB);
}

static int unreg(void)
{
	return ioas_unregister(&world.ioas, UA + 64 * MiB, MiB);
}

static int create(void)
{
	u64 start;

	return ioas_create(&world.ioas, 12, 16 * MiB, 1, &start);
}

static int remove_dflt(void)
{
	return ioas_remove(&world.ioas, DFLT_START);
}

static int map(void)
{
	return ioas_map(&world.ioas, MiB, UA, MiB, RW);
}

static int unmap(void)
{
	return ioas_unmap(&world.ioas, 0, MiB);
}

static const struct {
	int (*call)(void);
	int unattached;		/* result with memory registered, but without a PE */
	int unregistered;	/* result with a PE attached, but no memory registered */
} calls[] = {
	{ info, -ENXIO, 0 },
	{ reg, 0, 0 },
	{ unreg, 0, -EPERM },
	{ create, -ENXIO, 0 },
	{ map, -ENXIO, -EPERM },
	{ unmap, -ENXIO, -EPERM },
	{ remove_dflt, -ENXIO, 0 },
};

static void ready(void)
{
	world_attach();
	assert_int_equal(ioas_register(&world.ioas, UA, MiB), 0);
	assert_int_equal(ioas_register(&world.ioas, UA + 64 * MiB, MiB), 0);
	assert_int_equal(ioas_map(&world.ioas, 0, UA, MiB, RW), 0);
}

static void all_calls_work(void **state)
{
	u32 i;

	ready();
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		assert_int_equal(calls[i].call(), 0);
		world_check();
	}
	world_end();
}

static void without_a_group(void **state)
{
	u32 i;

	assert_int_equal(ioas_register(&world.ioas, UA, MiB), 0);
	assert_int_equal(ioas_register(&world.ioas, UA + 64 * MiB, MiB), 0);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		assert_int_equal(calls[i].call(), calls[i].unattached);
	assert_int_equal(model_count_of(~0U), 0);
	world_end();
}

static void before_any_registration(void **state)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		world_setup(NULL);
		world_attach();
		assert_int_equal(calls[i].call(), calls[i].unregistered);
		world_end();
	}
}

/* A user who registered once is enabled, even after he unregistered all: no -EPERM any more. */
static void enabled_for_good(void **state)
{
	world_begin();
	assert_int_equal(ioas_unregister(&world.ioas, UA, UA_SIZE), 0);
	assert_int_equal(map(), -EINVAL);
	assert_int_equal(unmap(), 0);
	assert_int_equal(ioas_unregister(&world.ioas, UA, UA_SIZE), -ENOENT);
	world_end();
}

static void another_process(void **state)
{
	u64 digest;
	u32 i;

	ready();
	digest = world_digest();
	shim_set_mm(&world.other);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		assert_int_equal(calls[i].call(), -EPERM);
	assert_int_equal(world_digest(), digest);
	assert_int_equal(world.other.users, 0);
	/* Another process may close the last file descriptor. */
	world_end();
}

static void dead_ioas(void **state)
{
	u32 i;

	ready();
	ioas_kill(&world.ioas);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
	model_clear_counts();
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		assert_int_equal(calls[i].call(), -ENODEV);
	assert_int_equal(ioas_attach(&world.ioas, &world.one.pe), -ENODEV);
	ioas_detach(&world.ioas, &world.one.pe);
	assert_int_equal(model_count_of(~0U), 0);
	world_end();
}

static void attach_rules(void **state)
{
	struct pe other = { .owned = true };

	assert_int_equal(ioas_attach(&world.ioas, &world.one.pe), -ENODEV);
	world_begin();
	assert_int_equal(ioas_attach(&world.ioas, &world.one.pe), -EBUSY);
	ioas_detach(&world.ioas, &other);
	assert_int_equal(world.ioas.windows.pes, 1);
	assert_ptr_equal(world.ioas.windows.pe[0], &world.one.pe);
	ioas_detach(&world.ioas, &world.one.pe);
	ioas_detach(&world.ioas, &world.one.pe);
	assert_int_equal(world.ioas.windows.pes, 0);
	world_check();
	world_end();
}

static void detach_leaves_memory_and_takes_windows(void **state)
{
	world_begin();
	assert_int_equal(create(), 0);
	assert_int_equal(ioas_map(&world.ioas, HIGH, UA, 16 * MiB, RW), 0);
	ioas_detach(&world.ioas, &world.one.pe);
	world_check();
	assert_int_equal(world_windows(), 1);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(shim_pins(), UA_SIZE / PAGE_SIZE);
	assert_int_equal(ioas_attach(&world.ioas, &world.one.pe), 0);
	assert_int_equal(map(), 0);
	world_check();
	world_end();
}

static void info_tells_the_default_window(void **state)
{
	struct ioas_info i;

	world_begin();
	assert_int_equal(ioas_info(&world.ioas, &i), 0);
	assert_int_equal(i.dma32_start, DFLT_START);
	assert_int_equal(i.dma32_size, DFLT_SIZE);
	assert_int_equal(i.pgsizes, 1 << 12 | 1 << 16 | 1 << 21 | 1 << 24);
	assert_int_equal(i.max_windows, 2);
	assert_int_equal(i.levels, 1);
	/* QEMU calls GET_INFO before and after it removes the window. */
	assert_int_equal(remove_dflt(), 0);
	assert_int_equal(ioas_info(&world.ioas, &i), 0);
	assert_int_equal(i.dma32_size, DFLT_SIZE);
	world_end();
}

static void info_does_not_lie(void **state)
{
	struct ioas_info i;

	world_begin();
	world.one.pe.dflt.w.size = 6 * GiB;
	assert_int_equal(ioas_info(&world.ioas, &i), 0);
	assert_int_equal(i.dma32_size, 0);
	world.one.pe.dflt.w.size = DFLT_SIZE;
	world.one.pe.dflt.w.start = 9 * GiB;
	assert_int_equal(ioas_info(&world.ioas, &i), 0);
	assert_int_equal(i.dma32_start, 0);
	assert_int_equal(i.dma32_size, 0);
	world.one.pe.dflt.w.start = DFLT_START;
	world_end();
}

static void info_without_ddw(void **state)
{
	struct ioas_info i;

	world.one.pe.addr.token_query = 0;
	world_begin();
	assert_int_equal(ioas_info(&world.ioas, &i), 0);
	assert_int_equal(i.dma32_size, DFLT_SIZE);
	assert_int_equal(i.pgsizes, 0);
	assert_int_equal(i.max_windows, 0);
	world_end();
}

/* --- ranges --- */

#define K4	(4 * KiB)

static const struct {
	u64 ioba, ua, size;
	int map, unmap;
} ranges[] = {
	{ 0, UA, 0, -EINVAL, -EINVAL },
	{ 0, UA, 1, -EINVAL, -EINVAL },
	{ 0, UA, K4 + 1, -EINVAL, -EINVAL },
	{ 1, UA, K4, -EINVAL, -EINVAL },
	{ 0x800, UA, K4, -EINVAL, -EINVAL },
	{ 0, UA + 1, K4, -EINVAL, 0 },
	{ 0, UA + 0x800, K4, -EINVAL, 0 },
	{ 0, UA - K4, 2 * K4, -EINVAL, 0 },
	{ 0, 0, K4, -EINVAL, 0 },
	{ 0, -(u64)K4, K4, -EINVAL, 0 },
	{ 0, UA + UA_SIZE, K4, -EINVAL, 0 },
	{ DFLT_SIZE - K4, UA, 2 * K4, -EINVAL, -EINVAL },
	{ DFLT_SIZE - K4, UA, GiB, -EINVAL, -EINVAL },
	{ 0, UA, DFLT_SIZE + K4, -EINVAL, -EINVAL },
	{ K4, UA, -(u64)K4, -EINVAL, -EINVAL },
	{ K4, UA, -2 * (u64)K4, -EINVAL, -EINVAL },
	{ DFLT_SIZE - K4, UA, -(u64)K4, -EINVAL, -EINVAL },
	{ DFLT_SIZE, UA, K4, -ENXIO, -ENXIO },
	{ DFLT_SIZE, UA, 0, -ENXIO, -ENXIO },
	{ HIGH - K4, UA, K4, -ENXIO, -ENXIO },
	{ HIGH - K4, UA, 2 * K4, -ENXIO, -ENXIO },
	{ -(u64)K4, UA, K4, -ENXIO, -ENXIO },
	{ HIGH + 16 * MiB - K4, UA, 2 * K4, -EINVAL, -EINVAL },
	{ HIGH + 16 * MiB, UA, K4, -ENXIO, -ENXIO },
	{ DFLT_SIZE - K4, UA, K4, 0, 0 },
	{ HIGH + 16 * MiB - K4, UA, K4, 0, 0 },
};

static void bad_ranges(void **state)
{
	u64 digest;
	u32 i;

	world_begin();
	assert_int_equal(create(), 0);
	assert_int_equal(ioas_map(&world.ioas, 0x10000, UA, MiB, RW), 0);
	digest = world_digest();
	locked = world.mm.locked_vm;
	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		int rc = ioas_map(&world.ioas, ranges[i].ioba, ranges[i].ua, ranges[i].size, RW);

		if (rc != ranges[i].map)
			fail_msg("range %u: map says %d", i, rc);
		if (rc) {
			assert_int_equal(world_digest(), digest);
			assert_int_equal(world.mm.locked_vm, locked);
		}
		rc = ioas_unmap(&world.ioas, ranges[i].ioba, ranges[i].size);
		if (rc != ranges[i].unmap)
			fail_msg("range %u: unmap says %d", i, rc);
		assert_int_equal(world_digest(), digest);
		world_check();
	}
	world_end();
}

static void unregister_is_busy_while_mapped(void **state)
{
	ready();
	assert_int_equal(ioas_unregister(&world.ioas, UA, MiB), -EBUSY);
	world_check();
	assert_int_equal(ioas_unmap(&world.ioas, 0, MiB - K4), 0);
	assert_int_equal(ioas_unregister(&world.ioas, UA, MiB), -EBUSY);
	assert_int_equal(ioas_unmap(&world.ioas, 0, DFLT_SIZE), 0);
	assert_int_equal(ioas_unregister(&world.ioas, UA, MiB), 0);
	assert_int_equal(shim_pins(), MiB / PAGE_SIZE);
	world_end();
}

static void no_access_before_the_first_map(void **state)
{
	u64 hpa;

	world_begin();
	assert_int_equal(create(), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(model_translate(world.one.hv, HIGH, &hpa), 0);
	assert_int_equal(model_translate(world.one.hv, 0x7000, &hpa), 0);
	assert_int_equal(map(), 0);
	assert_int_equal(model_translate(world.one.hv, MiB + 5, &hpa), RW);
	assert_int_equal(hpa, shim_hpa(&world.mm, UA) + 5);
	assert_int_equal(model_translate(world.one.hv, 2 * MiB, &hpa), 0);
	world_end();
}

/* A device writes into the user's memory, and reads what the user wrote there. */
static void devices_reach_the_users_memory(void **state)
{
	u64 first = shim_hpa(&world.mm, UA), second = shim_hpa(&world.mm, UA + PAGE_SIZE);
	u8 sent[0x2000], got[0x2000];

	world_begin();
	memset(sent, 0x5a, sizeof(sent));
	assert_int_equal(ioas_map(&world.ioas, MiB, UA, 2 * PAGE_SIZE, RW), 0);
	assert_int_equal(model_dma_write(world.one.hv, MiB + PAGE_SIZE - 0x1000, sent, 0x2000),
			 0x2000);
	model_memory_read(first + PAGE_SIZE - 0x1000, got, 0x1000);
	model_memory_read(second, got + 0x1000, 0x1000);
	assert_memory_equal(got, sent, sizeof(got));
	/* Mapped for reading only; then not mapped. */
	assert_int_equal(ioas_map(&world.ioas, MiB, UA, PAGE_SIZE, PAPR_TCE_READ), 0);
	assert_int_equal(model_dma_write(world.one.hv, MiB, got, 1), 0);
	assert_int_equal(model_dma_read(world.one.hv, MiB + PAGE_SIZE - 0x1000, got, 0x2000),
			 0x2000);
	assert_int_equal(ioas_unmap(&world.ioas, MiB + PAGE_SIZE, PAGE_SIZE), 0);
	assert_int_equal(model_dma_read(world.one.hv, MiB + PAGE_SIZE - 0x1000, got, 0x2000),
			 0x1000);
	world_end();
}

/* --- the end --- */

static void kill_with_everything_mapped(void **state)
{
	world_begin();
	assert_int_equal(ioas_create(&world.ioas, 12, 4 * GiB, 1, &locked), 0);
	assert_int_equal(ioas_map(&world.ioas, 0, UA, 256 * MiB, RW), 0);
	assert_int_equal(ioas_map(&world.ioas, HIGH, UA, 256 * MiB, RW), 0);
	model_clear_counts();
	ioas_kill(&world.ioas);
	assert_in_range(model_count_of(MODEL_WRITES), 256, 300);
	world_end();
	assert_int_equal(shim_dirty_count(), 256 * MiB / PAGE_SIZE);
}

/* A process that is being killed still cleans up. */
static void kill_by_a_killed_process(void **state)
{
	ready();
	assert_int_equal(create(), 0);
	shim_kill_at(1);
	ioas_kill(&world.ioas);
	pe_release(&world.one.pe);
	shim_kill_at(0);
	world_end();
}

/* A second IOAS gets the PE after the first: nothing of the first is left. */
static void one_user_after_the_other(void **state)
{
	u32 i;

	for (i = 0; i < 20; i++) {
		ioas_init(&world.ioas, false);
		ready();
		assert_int_equal(create(), 0);
		assert_int_equal(remove_dflt(), 0);
		world_check();
		world_end();
		model_poke(LIOBN, 0x7000, 0x10000 | RW);
	}
}

static void cycles_without_growth(void **state)
{
	u64 bytes = 0, pinned = 0;
	u32 i;

	world_begin();
	for (i = 0; i < 1000; i++) {
		u64 start;

		assert_int_equal(ioas_create(&world.ioas, 12, 64 * MiB, 1, &start), 0);
		assert_int_equal(ioas_map(&world.ioas, start, UA, 4 * MiB, RW), 0);
		assert_int_equal(ioas_unmap(&world.ioas, start, 2 * MiB), 0);
		assert_int_equal(ioas_remove(&world.ioas, start), 0);
		if (!i) {
			bytes = shim_alloc_bytes();
			pinned = world.mm.locked_vm;
		}
	}
	assert_int_equal(shim_alloc_bytes(), bytes);
	assert_int_equal(world.mm.locked_vm, pinned);
	world_end();
}

/* --- threads --- */

/**
 * struct worker - one of several users of an IOAS at once
 * @seed:  for its choices
 * @slice: its part of the window; in some tests all have the same part
 * @done:  rounds that succeeded
 */
struct worker {
	pthread_t thread;
	unsigned int seed;
	u64 slice;
	u64 done;
};

static bool acceptable(int rc)
{
	return !rc || rc == -ENODEV || rc == -ENXIO || rc == -EBUSY || rc == -ENOENT ||
	       rc == -EINVAL;
}

static void *mapper(void *arg)
{
	struct worker *w = arg;
	u32 i;

	shim_set_mm(&world.mm);
	for (i = 0; i < 400; i++) {
		u64 ioba = w->slice + (rand_r(&w->seed) % 4096) * K4;
		u64 size = (1 + rand_r(&w->seed) % 1500) * K4;
		u64 ua = UA + (rand_r(&w->seed) % 4096) * K4;
		int rc = i % 2 ? ioas_unmap(&world.ioas, ioba, size)
			       : ioas_map(&world.ioas, ioba, ua, size, RW);

		if (!acceptable(rc))
			abort();
		w->done += !rc;
	}
	return NULL;
}

static void *registrar(void *arg)
{
	struct worker *w = arg;
	u32 i;

	shim_set_mm(&world.mm);
	for (i = 0; i < 2000; i++) {
		u64 ua = UA + 256 * MiB + (rand_r(&w->seed) % 16) * MiB;
		u64 start;
		int rc;

		rc = ioas_register(&world.ioas, ua, MiB);
		w->done += !rc;
		if (!acceptable(rc))
			abort();
		rc = ioas_unregister(&world.ioas, ua, MiB);
		if (!acceptable(rc))
			abort();
		if (i % 20 == 0 && !ioas_create(&world.ioas, 16, 16 * MiB, 1, &start))
			ioas_remove(&world.ioas, start);
	}
	return NULL;
}

static void start(struct worker *w, unsigned int n, u64 slice, void *(*what)(void *))
{
	*w = (struct worker){ .seed = n + 1, .slice = slice };
	assert_int_equal(pthread_create(&w->thread, NULL, what, w), 0);
}

static void threads_on_slices(u64 distance)
{
	struct worker w[3];
	u32 i;

	world_attach();
	assert_int_equal(ioas_register(&world.ioas, UA, 64 * MiB), 0);
	for (i = 0; i < 3; i++)
		start(&w[i], i, i * distance, i < 2 ? mapper : registrar);
	for (i = 0; i < 3; i++) {
		pthread_join(w[i].thread, NULL);
		assert_true(w[i].done > 100);
	}
	world_check();
	world_end();
}

static void two_map_disjoint_ranges(void **state)
{
	threads_on_slices(64 * MiB);
}

static void two_map_the_same_range(void **state)
{
	threads_on_slices(0);
}

static void calls_against_attach_and_the_end(void **state)
{
	struct worker w[2];
	u32 round, i;

	for (round = 0; round < 20; round++) {
		world_setup(NULL);
		world_attach();
		assert_int_equal(ioas_register(&world.ioas, UA, 64 * MiB), 0);
		start(&w[0], round, 0, mapper);
		start(&w[1], round, 0, registrar);
		for (i = 0; i < round; i++) {
			ioas_detach(&world.ioas, &world.one.pe);
			pe_release(&world.one.pe);
			assert_int_equal(pe_take(&world.one.pe), 0);
			assert_int_equal(ioas_attach(&world.ioas, &world.one.pe), 0);
		}
		ioas_kill(&world.ioas);
		pe_release(&world.one.pe);
		for (i = 0; i < 2; i++)
			pthread_join(w[i].thread, NULL);
		world_end();
	}
}

/* --- while a fault in user memory does not end --- */

static int during_rc[4];
static u32 during;

static void others_register(void)
{
	/* The same thread plays the other users, so it may hold no lock. */
	if (during++)
		return;
	during_rc[0] = ioas_register(&world.ioas, UA, MiB);
	during_rc[1] = ioas_register(&world.ioas, UA + PAGE_SIZE, MiB);
	during_rc[2] = ioas_unregister(&world.ioas, UA, MiB);
	during_rc[3] = ioas_map(&world.ioas, 0, UA, MiB, RW);
}

static void others_meet_a_reserved_range(void **state)
{
	during = 0;
	world_attach();
	assert_int_equal(ioas_register(&world.ioas, UA + 64 * MiB, MiB), 0);
	shim_on_resched(others_register);
	assert_int_equal(ioas_register(&world.ioas, UA, MiB), 0);
	shim_on_resched(NULL);
	assert_true(during);
	assert_int_equal(during_rc[0], -EBUSY);
	assert_int_equal(during_rc[1], -EINVAL);
	assert_int_equal(during_rc[2], -ENOENT);
	assert_int_equal(during_rc[3], -EINVAL);
	world_check();
	assert_int_equal(map(), 0);
	world_end();
}

static void ioas_ends(void)
{
	if (during++)
		return;
	ioas_kill(&world.ioas);
	assert_int_equal(model_valid(world.one.hv), 0);
}

static void the_end_does_not_wait_for_a_fault(void **state)
{
	during = 0;
	ready();
	shim_on_resched(ioas_ends);
	assert_int_equal(ioas_register(&world.ioas, UA + 8 * MiB, MiB), -ENODEV);
	shim_on_resched(NULL);
	assert_true(during);
	assert_null(rb_first(&world.ioas.regions.by_ua));
	world_end();
}

static void publishing_without_memory(void **state)
{
	u64 nth = 0, failed = 0;
	bool met;

	do {
		u32 i;
		int rc;

		world_setup(state);
		world_attach();
		for (i = 0; i < 16; i++)
			assert_int_equal(ioas_register(&world.ioas, UA + i * MiB, PAGE_SIZE), 0);
		shim_fail_alloc(++nth);
		rc = ioas_register(&world.ioas, UA + 64 * MiB, MiB);
		met = !shim_alloc_armed();
		shim_fail_alloc(0);
		failed += rc == -ENOMEM;
		assert_true(!rc || rc == -ENOMEM);
		assert_int_equal(world.ioas.regions.count, rc ? 16 : 17);
		world_check();
		world_end();
	} while (met);
	assert_int_equal(failed, nth - 1);
	assert_true(nth >= 8);
}

/* --- the end, and the waits that a user can cause in it --- */

static void user_holds_his_mmap_lock(void)
{
	during++;
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(world_windows(), 1);
	assert_true(ioas_stopped(&world.ioas));
}

static void devices_are_stopped_first(void **state)
{
	during = 0;
	ready();
	assert_int_equal(create(), 0);
	assert_int_equal(map(), 0);
	assert_false(ioas_stopped(&world.ioas));
	shim_on_mmap_lock(user_holds_his_mmap_lock);
	ioas_kill(&world.ioas);
	shim_on_mmap_lock(NULL);
	assert_true(during > 2);
	world_end();
}

/* The end waits once for a hypervisor that stays busy, and not for each batch. */
static void the_end_is_bounded(void **state)
{
	world_begin();
	assert_int_equal(ioas_map(&world.ioas, 0, UA, UA_SIZE, RW), 0);
	model_busy(MODEL_WRITES, MODEL_FOREVER, 9903, 0);
	ioas_kill(&world.ioas);
	assert_in_range(shim_slept_ms(), 10000, 60000);
	model_busy(0, 0, 0, 0);
	world_give_back();
}


int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(all_calls_work),
		WORLD_TEST(without_a_group),
		WORLD_TEST(before_any_registration),
		WORLD_TEST(enabled_for_good),
		WORLD_TEST(another_process),
		WORLD_TEST(dead_ioas),
		WORLD_TEST(attach_rules),
		WORLD_TEST(detach_leaves_memory_and_takes_windows),
		WORLD_TEST(info_tells_the_default_window),
		WORLD_TEST(info_does_not_lie),
		WORLD_TEST(info_without_ddw),
		WORLD_TEST(bad_ranges),
		WORLD_TEST(unregister_is_busy_while_mapped),
		WORLD_TEST(no_access_before_the_first_map),
		WORLD_TEST(devices_reach_the_users_memory),
		WORLD_TEST(kill_with_everything_mapped),
		WORLD_TEST(kill_by_a_killed_process),
		WORLD_TEST(others_meet_a_reserved_range),
		WORLD_TEST(the_end_does_not_wait_for_a_fault),
		WORLD_TEST(publishing_without_memory),
		WORLD_TEST(devices_are_stopped_first),
		WORLD_TEST(the_end_is_bounded),
		WORLD_TEST(one_user_after_the_other),
		WORLD_TEST(cycles_without_growth),
		WORLD_TEST(two_map_disjoint_ranges),
		WORLD_TEST(two_map_the_same_range),
		WORLD_TEST(calls_against_attach_and_the_end),
	};

	return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
