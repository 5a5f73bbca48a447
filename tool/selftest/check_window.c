// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_window.c - creation and removal of windows, and where each is placed. What differs
 * between hypervisors goes to the report. What users rely on is checked: QEMU wants a window in
 * the removed default window's place, windows don't overlap, and the removal of the last window
 * brings the default one back.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "../../lib/buffer.h"
#include "../../lib/vfio.h"
#include "message.h"
#include "selftest/check.h"
#include "selftest/facts.h"
#include "system/counters.h"
#include "system/sysroot.h"

#define SIZE	(4 * GIB)	/* more than any default window below 4 GiB */

struct pe_now {
	struct vfio v;
	struct vfio_iommu_spapr_tce_info info;
};

static void open_pe(struct pe_now *p)
{
	vfio_open(&p->v, check.bdf);
	vfio_get_info(&p->v, &p->info);
}

/* The largest size that CREATE takes for the default window */
static uint64_t default_size(void)
{
	return 1ULL << (63 - __builtin_clzll(check.default_size));
}

/* A page size that firmware's default window cannot have, if there is any */
static unsigned int other_shift(const struct pe_now *p)
{
	return p->info.ddw.pgsizes & 0x10000 ? 16 : 12;
}

static bool overlaps_default(const struct window *w)
{
	return w->start < check.default_start + check.default_size &&
	       check.default_start < w->start + w->size;
}

static void place_fact(const char *key, const struct window *w)
{
	char name[32] = "LIOBN not visible";
	uint64_t liobn;

	if (counters_liobn(check.node, w->start, &liobn))
		snprintf(name, sizeof(name), "LIOBN %#llx", (unsigned long long)liobn);
	facts_add(key, "0x%llx (%llu GiB in pages of %uK, %s)", (unsigned long long)w->start,
		  (unsigned long long)(w->size / GIB), 1U << (w->shift - 10), name);
}

/* Reports what firmware would give now */
static void query_fact(const char *key)
{
	uint64_t windows, tces, sizes;

	if (!counters_key(check.node, "possible", "possible", "windows", &windows) ||
	    !counters_key(check.node, "possible", "possible", "tces", &tces) ||
	    !counters_key(check.node, "possible", "possible", "pgsizes", &sizes))
		facts_add(key, "not visible (for root alone)");
	else
		facts_add(key, "%llu windows, %llu TCEs, pages of %s", (unsigned long long)windows,
			  (unsigned long long)tces, sizes_text(sizes));
}

static double create_seconds(struct pe_now *p, uint64_t size)
{
	struct timespec begin, end;
	struct window win;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	vfio_create(&p->v, 12, size, &win);
	clock_gettime(CLOCK_MONOTONIC, &end);
	vfio_remove(&p->v, win.start);
	return end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9;
}

/* Of three: other work on the machine makes a create longer, and nothing makes it shorter. */
static double fastest_create(struct pe_now *p, uint64_t size)
{
	double least = create_seconds(p, size);

	for (int i = 0; i < 2; i++) {
		double seconds = create_seconds(p, size);

		if (seconds < least)
			least = seconds;
	}
	return least;
}

/*
 * The module clears the TCEs of a new window, 512 with a hypercall. A window of 2 GiB takes
 * longer than one of 1 GiB by the cost of 512 such calls.
 */
static void cost_fact(struct pe_now *p)
{
	static const char key[] = "clear-512-tces-microseconds";
	double calls = fastest_create(p, 2 * GIB) - fastest_create(p, GIB);

	if (calls > 0)
		facts_add(key, "%.2f", calls / 512 * 1e6);
	else
		facts_add(key, "not measurable: the machine was busy with other work");
}

/* As QEMU does: REMOVE of the default window, and CREATE of one that must be in its place */
static void qemu_order(void)
{
	struct window win = { 0 };
	struct pe_now p;

	open_pe(&p);
	tap_errno(__vfio_remove(&p.v, p.info.dma32_window_start), 0,
		  "REMOVE of the default window");
	tap_errno(__vfio_remove(&p.v, p.info.dma32_window_start), -EINVAL, "REMOVE a second time");
	tap_errno(__vfio_create(&p.v, 12, default_size(), &win), 0, "CREATE in its place");
	facts_add("default-window-created-again-at", "0x%llx", (unsigned long long)win.start);
	tap_check(win.start == check.default_start, "it is at %#llx, and was at %#llx",
		  (unsigned long long)win.start, (unsigned long long)check.default_start);
	vfio_close(&p.v);
}

static void beside_default(void)
{
	struct window win, third;
	struct pe_now p;

	check_needs_ddw();
	open_pe(&p);
	if (p.info.ddw.max_dynamic_windows_supported < 2)
		tap_skip("this PE can have one window at a time");
	vfio_create(&p.v, other_shift(&p), SIZE, &win);
	place_fact("window-beside-default-at", &win);
	query_fact("query-beside-default-window");
	tap_check(!overlaps_default(&win), "it lies over the default window");
	tap_errno(__vfio_create(&p.v, 12, GIB, &third), -ENOSPC, "CREATE of a third window");
	tap_errno(__vfio_remove(&p.v, win.start), 0, "REMOVE");
	cost_fact(&p);
	vfio_close(&p.v);
}

/* Root can have the module count the TCEs that a restored window held before they are cleared. */
static void look_at_restored(bool on)
{
	sysroot_write(on ? "Y" : "N", "/sys/module/vfio_pseries/parameters/look_at_restored");
}

static void held_fact(void)
{
	uint64_t looked, held;

	if (counters_key(check.node, "pes", "pe", "looked", &looked) &&
	    counters_key(check.node, "pes", "pe", "held", &held))
		facts_add("restored-window-held", "%llu of %llu TCEs", (unsigned long long)held,
			  (unsigned long long)looked);
	else
		facts_add("restored-window-held", "not visible (for root alone)");
}

/* Reports what the module knows of the default window after firmware restored it */
static void came_back_facts(void)
{
	uint64_t present, raw;

	held_fact();

	if (!counters_key(check.node, "pes", "window", "present", &present) ||
	    !counters_key(check.node, "pes", "window", "raw", &raw)) {
		facts_add("restored-window-present", "not visible (for root alone)");
		return;
	}
	facts_add("restored-window-present", "%s", present ? "yes" : "no");
	facts_add("restored-window-cleared", "%s", raw ? "no" : "yes");
	tap_check(!raw, "the default window came back and could not be cleared");
}

/*
 * Creates a first window that cannot replace the default window: that window is then really
 * removed. When the last window is removed in turn, firmware restores the default one.
 */
static void after_default(void)
{
	struct window first, second, again = { 0 };
	struct pe_now p;

	check_needs_ddw();
	if (!check.reset)
		tap_skip("firmware has no reset, so the default window stays");
	open_pe(&p);
	vfio_remove(&p.v, p.info.dma32_window_start);
	vfio_create(&p.v, other_shift(&p), SIZE, &first);
	place_fact("window-after-default-removed-at", &first);
	query_fact("query-after-default-removed");
	if (!__vfio_create(&p.v, 12, SIZE, &second)) {
		place_fact("second-window-at", &second);
		tap_check(second.start >= first.start + first.size ||
				  first.start >= second.start + second.size, "they overlap");
		vfio_remove(&p.v, second.start);
	}
	look_at_restored(true);
	vfio_remove(&p.v, first.start);
	look_at_restored(false);
	came_back_facts();
	tap_errno(__vfio_create(&p.v, 12, default_size(), &again), 0,
		  "CREATE of the default window");
	tap_check(again.start == check.default_start, "the default window is back at %#llx",
		  (unsigned long long)again.start);
	vfio_close(&p.v);
}

static void one_page_size(struct pe_now *p, unsigned int shift)
{
	uint64_t size = 4ULL << shift > SIZE ? 4ULL << shift : SIZE;
	struct window win;
	char key[40];

	snprintf(key, sizeof(key), "window-of-%lluK-pages-at", 1ULL << (shift - 10));
	if (!tap_errno(__vfio_create(&p->v, shift, size, &win), 0, "CREATE with pages of %lluK",
		       1ULL << (shift - 10)))
		return;
	facts_add(key, "0x%llx", (unsigned long long)win.start);
	tap_errno(__vfio_remove(&p->v, win.start), 0, "REMOVE with pages of %lluK",
		  1ULL << (shift - 10));
}

static void page_sizes(void)
{
	struct pe_now p;

	check_needs_ddw();
	open_pe(&p);
	if (p.info.ddw.max_dynamic_windows_supported < 2)
		vfio_remove(&p.v, p.info.dma32_window_start);
	for (unsigned int shift = 12; shift < 48; shift++)
		if (p.info.ddw.pgsizes >> shift & 1)
			one_page_size(&p, shift);
	vfio_close(&p.v);
}

static void refused_windows(void)
{
	struct window win;
	struct pe_now p;

	open_pe(&p);
	/* else a PE that can have only one window would refuse for lack of room */
	vfio_remove(&p.v, p.info.dma32_window_start);
	tap_errno(__vfio_create(&p.v, 13, GIB, &win), -EINVAL, "CREATE with pages of 8K");
	tap_errno(__vfio_create(&p.v, 12, 0, &win), -EINVAL, "CREATE of nothing");
	tap_errno(__vfio_create(&p.v, 12, 3 * MIB, &win), -EINVAL, "CREATE of 3 MiB");
	tap_errno(__vfio_remove(&p.v, 1ULL << 58), -EINVAL, "REMOVE of no window");
	vfio_close(&p.v);
}

const struct tap_test window_tests[] = {
	{ .name = "window-qemu-order", .run = qemu_order, .limit = 120 },
	{ .name = "window-beside-default", .run = beside_default, .limit = 120 },
	{ .name = "window-after-default", .run = after_default, .limit = 120 },
	{ .name = "window-page-sizes", .run = page_sizes, .limit = 300 },
	{ .name = "window-refused", .run = refused_windows },
	{ }
};
