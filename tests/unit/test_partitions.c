// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_partitions.c - PEs as real partitions have them (partitions.def): what the module tells a
 * user about each, which windows it gives him, and what it refuses.
 */
#include <stdio.h>
#include <string.h>
#include <linux/errno.h>
#include "world.h"

#define MADE	2

/**
 * struct made - a window that was created in the log
 * @page:  log2 of its pages' size
 * @shift: log2 of its size
 * @liobn: its name; 0: not logged
 * @start: first bus address
 */
struct made {
	u32 page;
	u32 shift;
	u32 liobn;
	u64 start;
};

/* See partitions.def. */
struct partition {
	const char *name;
	const struct model_personality *base;
	u32 bridge;
	u64 lb;
	u32 ps;
	u32 wn;
	int wn_alone;
	u64 high;
	struct made made[MADE];
	int status;
};

static const struct partition partitions[] = {
#include "partitions.def"
};

/* Sets up the hypervisor's and the driver's half of the log's PE. */
static const struct partition *setup(void **state)
{
	static struct model_personality p;
	const struct partition *log = *state;

	p = *log->base;
	p.pe.buid = (p.pe.buid & ~(u64)MODEL_BRIDGE_MASK) | log->bridge;
	p.pe.max_tces = log->lb;
	p.pe.page_sizes = log->ps;
	if (log->high)
		p.pe.high = log->high;
	world_setup_on(&p);
	return log;
}

static bool one_window(const struct partition *log)
{
	return log->base->windows == 1;
}

static u64 sizes_of(u32 ps)
{
	return (ps & 1 ? 1ULL << 12 : 0) | (ps & 2 ? 1ULL << 16 : 0) | (ps & 4 ? 1ULL << 24 : 0) |
	       (ps & 0x100 ? 1ULL << 21 : 0);
}

/* The query's reply is as logged, with and without the default window. */
static void query_is_as_logged(void **state)
{
	const struct partition *log = setup(state);
	struct ddw_pe *addr = &world.one.pe.addr;
	struct ddw_query q;

	assert_int_equal(ddw_query(addr, &q), 0);
	assert_int_equal(q.windows, log->wn);
	assert_int_equal(q.max_tces, log->lb);
	assert_int_equal(q.pgsizes, sizes_of(log->ps));
	if (log->wn_alone < 0)
		return;
	assert_int_equal(hcall_clear(&world.one.pe.dflt.w, false), 0);
	assert_int_equal(ddw_remove(addr, world.one.pe.dflt.w.liobn), 0);
	assert_int_equal(ddw_query(addr, &q), 0);
	assert_int_equal(q.windows, log->wn_alone);
}

static void info_tells_it(void **state)
{
	const struct partition *log = setup(state);
	bool far = world.one.pe.dflt.w.start > U32_MAX;
	struct ioas_info info;

	world_begin();
	assert_int_equal(ioas_info(&world.ioas, &info), 0);
	assert_int_equal(info.pgsizes, sizes_of(log->ps) | 4096);
	assert_int_equal(info.max_windows, one_window(log) ? 1 : 2);
	assert_int_equal(info.dma32_size, far ? 0 : world.one.pe.dflt.w.size);
	world_end();
}

/* A first window for the user: a PE with one window at a time needs its default window removed. */
static void make_room(const struct partition *log)
{
	if (one_window(log))
		assert_int_equal(ioas_remove(&world.ioas, 0), 0);
}

static void window_is_as_logged(const struct partition *log, const struct made *m)
{
	struct model_window w;
	u64 start;

	assert_int_equal(ioas_create(&world.ioas, m->page, 1ULL << m->shift, 1, &start), 0);
	assert_int_equal(start, m->start);
	w = world_window(start);
	assert_int_equal(w.tces << w.page_shift, 1ULL << m->shift);
	assert_int_equal(w.page_shift, m->page);
	if (m->liobn)
		assert_int_equal(w.liobn, m->liobn);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(ioas_remove(&world.ioas, start), 0);
}

static void windows_are_as_logged(void **state)
{
	const struct partition *log = setup(state);
	u32 i;

	world_begin();
	make_room(log);
	for (i = 0; i < MADE && log->made[i].page; i++)
		window_is_as_logged(log, &log->made[i]);
	world_end();
}

/* 2^31 is the most that the module makes. */
static u64 most(const struct partition *log)
{
	return log->lb < 1ULL << 31 ? log->lb : 1ULL << 27;
}

/* The largest window with pages of a size, and a mapping in its end; twice as large is refused. */
static void largest_window(const struct partition *log, u32 page)
{
	u64 size = most(log) << page;
	u64 start;

	if (log->lb < 1ULL << 31)
		assert_int_equal(ioas_create(&world.ioas, page, size * 2, 1, &start), -EINVAL);
	assert_int_equal(ioas_create(&world.ioas, page, size, 1, &start), 0);
	assert_int_not_equal(start, 0);
	if (page <= PAGE_SHIFT)
		assert_int_equal(ioas_map(&world.ioas, start + size - 64 * KiB, UA, 64 * KiB,
					  RW), 0);
	world_check();
	assert_int_equal(ioas_create(&world.ioas, page, 1ULL << 26, 1, &start), -ENOSPC);
	assert_int_equal(ioas_remove(&world.ioas, start + size - 1), 0);
}

static void largest_windows_are_had(void **state)
{
	static const u32 pages[] = { 12, 16, 21, 24 };
	const struct partition *log = setup(state);
	u64 start;
	u32 i;

	world_begin();
	make_room(log);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		if (sizes_of(log->ps) & 1ULL << pages[i])
			largest_window(log, pages[i]);
		else
			assert_int_equal(ioas_create(&world.ioas, pages[i], 1ULL << 34, 1,
						     &start), -EINVAL);
	}
	world_end();
}

/* A window beside the default one, and a window beside one in the default window's place. */
static void windows_beside_each_other(void **state)
{
	const struct partition *log = setup(state);
	bool two = log->base == &model_qemu;
	u64 first, second;

	world_begin();
	assert_int_equal(ioas_create(&world.ioas, 16, 1ULL << 33, 1, &first),
			 one_window(log) ? -ENOSPC : 0);
	if (!one_window(log))
		assert_int_equal(ioas_remove(&world.ioas, first), 0);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_create(&world.ioas, 16, 1ULL << 33, 1, &first), 0);
	assert_int_equal(!first, two);
	assert_int_equal(ioas_create(&world.ioas, 16, 1ULL << 33, 1, &second),
			 two ? 0 : -ENOSPC);
	world_check();
	world_end();
}

/* QEMU's first calls: REMOVE of the window that GET_INFO tells, and CREATE of the same again. */
static void default_window_again(void **state)
{
	const struct partition *log = setup(state);
	u64 start = 1;

	world_begin();
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_create(&world.ioas, 12, 1 * GiB, 1, &start), 0);
	assert_int_equal(start, log->base->pe.start);
	assert_int_equal(ioas_map(&world.ioas, start + MiB, UA, MiB, RW), 0);
	world_check();
	world_end();
}

/* The driver cannot take a PE that firmware does not have, and the host keeps what it has. */
static void nobody_gets_it(void **state)
{
	const struct partition *log = setup(state);
	struct ddw_query q;

	model_remove_pe(world.one.hv);
	assert_int_equal(log->status, -3);
	assert_int_equal(ddw_query(&world.one.pe.addr, &q), -EIO);
	assert_int_not_equal(pe_take(&world.one.pe), 0);
	assert_false(world.one.pe.owned);
	assert_false(world.one.host_left);
}

static const CMUnitTestFunction there[] = {
	query_is_as_logged,
	info_tells_it,
	windows_are_as_logged,
	largest_windows_are_had,
	windows_beside_each_other,
	default_window_again,
};

static const char *const names[] = {
	"query_is_as_logged",
	"info_tells_it",
	"windows_are_as_logged",
	"largest_windows_are_had",
	"windows_beside_each_other",
	"default_window_again",
};

static struct CMUnitTest tests[ARRAY_SIZE(partitions) * ARRAY_SIZE(there)];
static char titles[ARRAY_SIZE(tests)][64];
static u32 n_tests;

static void add(const struct partition *log, const char *name, CMUnitTestFunction fn)
{
	snprintf(titles[n_tests], sizeof(titles[0]), "%s__%s", log->name, name);
	tests[n_tests] = (struct CMUnitTest){ titles[n_tests], fn, NULL, NULL, (void *)log };
	n_tests++;
}

int main(void)
{
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(partitions); i++) {
		if (partitions[i].status)
			add(&partitions[i], "nobody_gets_it", nobody_gets_it);
		for (k = 0; !partitions[i].status && k < ARRAY_SIZE(there); k++)
			add(&partitions[i], names[k], there[k]);
	}
	return _cmocka_run_group_tests("partitions", tests, n_tests, NULL, NULL);
}
