// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_window.c - DMA windows: which can exist at once, where they are, and their size
 *
 * Each is as large as the caller asked for. The bus addresses are QEMU's, a first window at 0, a
 * further one at 2^59, or PowerVM's, one window at 2^59.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "tap.h"
#include "tests.h"
#include "vfio.h"
#include "world.h"

#define HIGH		(1ULL << 59)
#define IO_PAGE		4096ULL
#define HUGE_BYTES	(2 * MIB)

/* The device reaches the first and the last page of a window, and MAP refuses the next. */
static void expect_window(struct world *w, const struct window *win, void *mem, const char *what)
{
	uint64_t page = 1ULL << win->shift;
	uint64_t last = win->start + win->size - page;

	if (!tap_errno(__vfio_map(&w->v, win->start, mem, page, VFIO_DIR_BOTH), 0,
		       "%s: MAP of page 0", what))
		return;
	world_expect_writes(w, win->start, mem, REACHED, what);
	vfio_unmap(&w->v, win->start, page);
	tap_errno(__vfio_map(&w->v, last, mem, page, VFIO_DIR_BOTH), 0, "%s: MAP of the last page",
		  what);
	world_expect_writes(w, last, mem, REACHED, what);
	vfio_unmap(&w->v, last, page);
	tap_errno(__vfio_map(&w->v, last + page, mem, page, VFIO_DIR_BOTH), -ENXIO,
		  "%s: MAP behind it", what);
}

/* The same for the default window without its last 128 KiB, which world_start(WORLD_HIGH) uses. */
static void expect_default(struct world *w, const char *what)
{
	tap_errno(__vfio_map(&w->v, 0, w->data, MIB, VFIO_DIR_BOTH), 0, "%s: MAP of its start",
		  what);
	world_expect_writes(w, 0, w->data, REACHED, what);
	vfio_unmap(&w->v, 0, MIB);
	tap_errno(__vfio_map(&w->v, GIB, w->data, MIB, VFIO_DIR_BOTH), -ENXIO, "%s: MAP behind it",
		  what);
}

static void expect_start(const struct window *win, uint64_t start, const char *what)
{
	tap_check(win->start == start, "%s is at %#llx, not %#llx", what,
		  (unsigned long long)win->start, (unsigned long long)start);
}

/* A second window is created beside the default one, as in the demo. */
static void beside_default(void)
{
	struct window ddw, third;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	tap_check(ddw.start >= 4 * GIB, "the second window is at %#llx",
		  (unsigned long long)ddw.start);
	expect_window(&w, &ddw, w.data, "the second window");
	expect_default(&w, "the default window");
	tap_errno(__vfio_create(&w.v, 12, GIB, &third), -ENOSPC, "CREATE of a third window");
	expect_window(&w, &ddw, w.data, "the second window after a refused third");
	world_close(&w);
}

/* QEMU removes the default window first, and creates one again in the same place. */
static void qemu_sequence(void)
{
	struct vfio_iommu_spapr_tce_info info;
	struct window win, ddw;
	struct world w;

	world_open(&w);
	vfio_get_info(&w.v, &info);
	vfio_remove(&w.v, info.dma32_window_start);
	tap_errno(__vfio_map(&w.v, 0, w.data, IO_PAGE, VFIO_DIR_BOTH), -ENXIO,
		  "MAP without a window");
	vfio_create(&w.v, 12, info.dma32_window_size, &win);
	expect_start(&win, info.dma32_window_start, "the default window, created again,");
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	world_start(&w, ddw.start);
	expect_window(&w, &win, w.data, "the default window, created again");
	vfio_remove(&w.v, win.start);
	vfio_create(&w.v, 12, info.dma32_window_size, &win);
	expect_start(&win, info.dma32_window_start,
		     "the default window, created a third time beside another,");
	expect_window(&w, &win, w.data, "the default window, created a third time");
	world_close(&w);
}

/* A second window beside a first one that is not the default one. */
static void expect_second(struct world *w, void *mem)
{
	struct window ddw;
	int ret = __vfio_create(&w->v, 16, 4 * GIB, &ddw);

	tap_errno(ret, world_powervm() ? -ENOSPC : 0, "CREATE of a second window");
	if (ret)
		return;
	expect_start(&ddw, HIGH, "the second window");
	expect_window(w, &ddw, mem, "the window beside the one at 0");
}

/*
 * One window at bus address 0, of large pages: hugetlb memory, so that every kernel can map them.
 * On PowerVM it is at another address, which DPDK would not accept.
 */
static void dpdk_sequence(void)
{
	uint8_t *huge = buffer_huge(2 * HUGE_BYTES, false);
	struct window win;
	struct world w;

	world_open_over(&w, huge, 2 * HUGE_BYTES);
	vfio_remove(&w.v, 0);
	vfio_create(&w.v, 16, 4 * GIB, &win);
	expect_start(&win, world_first_start(),
		     "the first window after the default one was removed");
	world_start(&w, win.start + GIB);
	expect_window(&w, &win, huge + HUGE_BYTES, "the first window");
	expect_second(&w, huge + HUGE_BYTES);
	world_close(&w);
}

/* The hypervisor would put a window over one in use, which must not be affected. */
static void no_overlap(void)
{
	uint8_t *huge = buffer_huge(2 * HUGE_BYTES, false);
	struct window first, second, third;
	struct world w;
	int ret;

	world_open_over(&w, huge, 2 * HUGE_BYTES);
	vfio_remove(&w.v, 0);
	vfio_create(&w.v, 16, 4 * GIB, &second);
	if (!world_powervm()) {
		first = second;
		vfio_create(&w.v, 16, 4 * GIB, &second);
		vfio_remove(&w.v, first.start);
	}
	world_start(&w, second.start + GIB);
	ret = __vfio_create(&w.v, 16, 4 * GIB, &third);
	if (ret)
		tap_errno(ret, -ENOSPC, "CREATE where the hypervisor has no room of its own");
	else
		tap_check(third.start + third.size <= second.start ||
				  third.start >= second.start + second.size,
			  "two windows at %#llx", (unsigned long long)third.start);
	expect_window(&w, &second, huge + HUGE_BYTES, "the window that stayed");
	world_close(&w);
}

/* The window has the size that was asked for, and not the size of firmware's window. */
static void smaller_than_default(void)
{
	struct window win, ddw;
	struct world w;

	world_open(&w);
	vfio_create(&w.v, 12, GIB, &ddw);
	world_start(&w, ddw.start);
	vfio_remove(&w.v, 0);
	for (uint64_t size = 512 * MIB; size >= IO_PAGE; size /= 32) {
		vfio_create(&w.v, 12, size, &win);
		expect_start(&win, 0, "a window smaller than the default one");
		expect_window(&w, &win, w.data, "a window smaller than the default one");
		vfio_remove(&w.v, win.start);
	}
	world_close(&w);
}

/* A removed window is gone, even if another one takes its place: none of its mappings come back. */
static void removed_is_gone(void)
{
	struct window ddw;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	vfio_map(&w.v, ddw.start + MIB, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, ddw.start + MIB, w.data, REACHED, "mapped in a window");
	vfio_remove(&w.v, ddw.start);
	world_expect_writes(&w, ddw.start + MIB, w.data, UNTOUCHED, "after REMOVE of the window");
	tap_errno(__vfio_map(&w.v, ddw.start, w.data, IO_PAGE, VFIO_DIR_BOTH), -ENXIO,
		  "MAP after REMOVE");
	tap_errno(__vfio_unmap(&w.v, ddw.start, IO_PAGE), -ENXIO, "UNMAP after REMOVE");
	tap_errno(__vfio_remove(&w.v, ddw.start), -EINVAL, "REMOVE a second time");
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	world_expect_writes(&w, ddw.start + MIB, w.data, UNTOUCHED,
			    "in a new window at the same place");
	world_close(&w);
}

/* The default window with mappings in it, removed and made again. */
static void default_removed_is_gone(void)
{
	struct window ddw, win;
	struct world w;

	world_open(&w);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	world_start(&w, ddw.start);
	vfio_map(&w.v, MIB, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, MIB, w.data, REACHED, "mapped in the default window");
	vfio_remove(&w.v, 0);
	world_expect_writes(&w, MIB, w.data, UNTOUCHED, "after REMOVE of the default window");
	tap_errno(__vfio_remove(&w.v, 0), -EINVAL, "REMOVE of the default window a second time");
	vfio_create(&w.v, 12, GIB, &win);
	world_expect_writes(&w, MIB, w.data, UNTOUCHED, "in the default window, made again");
	vfio_map(&w.v, MIB, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, MIB, w.data, REACHED, "mapped in the default window again");
	world_close(&w);
}

#define MOST	2

struct windows {
	struct window win[MOST];
	unsigned int count;
};

static bool overlap(const struct window *a, const struct window *b)
{
	return a->start < b->start + b->size && b->start < a->start + a->size;
}

static void random_create(struct world *w, struct windows *all, uint8_t *huge)
{
	static const unsigned int shifts[] = { 12, 16, 21 };
	unsigned int shift = shifts[rand() % 3];
	struct window win;
	int ret = __vfio_create(&w->v, shift, 8 * MIB << rand() % 10, &win);

	if (all->count == MOST || ret) {
		/* The hypervisor may put a second window over the first: that is -ENOSPC, too. */
		tap_errno(ret, -ENOSPC, "CREATE with %u windows", all->count);
		tap_check(all->count, "CREATE fails without any window");
		return;
	}
	for (unsigned int i = 0; i < all->count; i++)
		tap_check(!overlap(&all->win[i], &win), "windows at %#llx overlap",
			  (unsigned long long)win.start);
	all->win[all->count++] = win;
	vfio_map(&w->v, win.start, huge, HUGE_BYTES, VFIO_DIR_BOTH);
	vfio_map(&w->v, win.start + win.size - HUGE_BYTES, huge, HUGE_BYTES, VFIO_DIR_BOTH);
	tap_errno(__vfio_map(&w->v, win.start + win.size, huge, HUGE_BYTES, VFIO_DIR_BOTH), -ENXIO,
		  "MAP behind a window");
}

static void random_remove(struct world *w, struct windows *all)
{
	unsigned int i = rand() % all->count;

	tap_errno(__vfio_remove(&w->v, all->win[i].start), 0, "REMOVE");
	all->win[i] = all->win[--all->count];
}

/* Creates and removes windows at random (the same in each run), with mappings in every window. */
static void any_order(void)
{
	struct windows all = { .win[0] = { 0, GIB, 12 }, .count = 1 };
	uint8_t *huge = buffer_huge(HUGE_BYTES, false);
	struct world w;

	srand(1);
	world_open(&w);
	vfio_register(&w.v, huge, HUGE_BYTES);
	for (unsigned int i = 0; i < 200 && !tap_failed(); i++) {
		if (all.count && rand() % 2)
			random_remove(&w, &all);
		else
			random_create(&w, &all, huge);
	}
	for (unsigned int i = 0; i < all.count; i++) {
		tap_errno(__vfio_unmap(&w.v, all.win[i].start, all.win[i].size), 0,
			  "UNMAP of a whole window");
	}
	tap_errno(__vfio_unregister(&w.v, huge, HUGE_BYTES), 0,
		  "UNREGISTER with nothing mapped any more");
	world_close(&w);
}

/* After one user's calls, the next user finds the PE as the first user found it. */
static void next_user(void)
{
	struct vfio_iommu_spapr_tce_info before, after;
	struct window win;
	struct world w;

	world_open(&w);
	vfio_get_info(&w.v, &before);
	vfio_remove(&w.v, 0);
	vfio_create(&w.v, 16, 4 * GIB, &win);
	tap_errno(__vfio_create(&w.v, 16, 4 * GIB, &win), world_powervm() ? -ENOSPC : 0,
		  "CREATE of a second window");
	world_close(&w);
	world_open(&w);
	vfio_get_info(&w.v, &after);
	tap_check(!memcmp(&before, &after, sizeof(before)),
		  "GET_INFO says something else to the next user");
	world_start(&w, WORLD_HIGH);
	expect_default(&w, "the next user's default window");
	vfio_create(&w.v, 12, 4 * GIB, &win);
	expect_window(&w, &win, w.data, "the next user's second window");
	world_close(&w);
}

const struct tap_test window_tests[] = {
	{ .name = "window/beside-default", .run = beside_default },
	{ .name = "window/qemu-sequence", .run = qemu_sequence },
	{ .name = "window/dpdk-sequence", .run = dpdk_sequence },
	{ .name = "window/no-overlap", .run = no_overlap },
	{ .name = "window/smaller-than-default", .run = smaller_than_default },
	{ .name = "window/removed-is-gone", .run = removed_is_gone },
	{ .name = "window/default-removed-is-gone", .run = default_removed_is_gone },
	{ .name = "window/any-order", .run = any_order, .limit = 60 },
	{ .name = "window/next-user", .run = next_user },
	{ }
};
