// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_fault.c - the known faults of the kernel's own driver
 *
 * There is one test for each fault that an emulated machine can show; docs/upstream.md describes
 * them by the same names. On that driver these tests fail, some of them with a kernel fault; so
 * each gets a boot of its own there (tests/upstream/run). Some need a special machine, which
 * faults.scenario has.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "buffer.h"
#include "kstat.h"
#include "plan.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define MANY_TCES	(1ULL << 40)	/* bytes: 2^28 TCEs of 4 KiB */

/* B1, B7: a machine or a PE on which the kernel's driver cannot make a window. */
static void default_works(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, 0x20000000);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "the default window");
	world_close(&w);
}

/* B2: a window that differs from the default one takes its place, at bus address 0. */
static void default_goes(void)
{
	struct window ddw;
	struct world w;

	world_open(&w);
	vfio_remove(&w.v, 0);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	tap_check(!ddw.start, "the first window is at %#llx", (unsigned long long)ddw.start);
	world_start(&w, ddw.start + GIB);
	world_close(&w);
}

/* B3: a window that was refused once can be created later, and two dynamic windows can exist. */
static void judged_afresh(void)
{
	struct window first, second, none;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, buffer_private(MIB), MIB);
	vfio_remove(&v, 0);
	vfio_create(&v, 12, 4 * GIB, &first);
	if (tap_errno(__vfio_create(&v, 12, 8 * GIB, &second), 0, "CREATE of a second window")) {
		tap_check(__vfio_create(&v, 12, 2 * GIB, &none) < 0, "a third window was given");
		vfio_remove(&v, second.start);
	}
	vfio_remove(&v, first.start);
	tap_errno(__vfio_create(&v, 12, 4 * GIB, &first), 0, "CREATE after one that failed");
	vfio_close(&v);
}

/* B4 and B5: a range across the end of a window is refused, and nothing changes. */
static void map_across_the_end(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, 0);
	tap_check(__vfio_map(&w.v, GIB - 64 * KIB, w.data, 128 * KIB, VFIO_DIR_BOTH) < 0,
		  "MAP across the end was accepted");
	world_expect_writes(&w, GIB - 64 * KIB, w.data, UNTOUCHED, "below the end");
	world_close(&w);
}

static void unmap_across_the_end(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, 0);
	vfio_map(&w.v, GIB - 64 * KIB, w.data, 64 * KIB, VFIO_DIR_BOTH);
	tap_check(__vfio_unmap(&w.v, GIB - 64 * KIB, GIB) < 0, "UNMAP across the end was accepted");
	world_expect_writes(&w, GIB - 64 * KIB, w.data, REACHED, "below the end");
	world_close(&w);
}

/* B6: a CREATE that fails leaves no locked memory behind. */
static void create_gives_back(void)
{
	uint64_t locked;
	struct window none;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, buffer_private(MIB), MIB);
	locked = kstat_locked(0);
	for (unsigned int i = 0; i < 4; i++)
		tap_check(__vfio_create(&v, 13, 4 * GIB, &none) < 0, "pages of 8 KiB were given");
	tap_check(kstat_locked(0) == locked, "%lld KiB stay locked",
		  (long long)(kstat_locked(0) - locked));
	vfio_close(&v);
}

/* B9: the hypervisor's answers give the right errno values, and nothing is mapped after them. */
static void errno_values(void)
{
	static const struct {
		const char *plan;
		const char *answer;
		int want;
	} cases[] = {
		{ "write 1 1 -1", "H_HARDWARE", -EIO },
		{ "write 1 1 -4", "H_PARAMETER", -EIO },
		{ "write 1 1 -9", "H_NO_MEM, which no TCE call has", -EIO },
		{ "write 1 1 -44", "H_NOT_ENOUGH_RESOURCES", -ENOMEM },
	};
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		plan_begin(cases[i].plan);
		tap_errno(__vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH), cases[i].want,
			  "MAP when the hypervisor answers %s", cases[i].answer);
		tap_check(plan_end() == 1, "%s was not answered", cases[i].answer);
		world_expect_writes(&w, 0, w.data, UNTOUCHED, cases[i].answer);
	}
	plan_begin("write 1 1 1");
	tap_errno(__vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH), 0, "MAP when it is busy once");
	tap_check(plan_end() == 1, "H_BUSY was not answered");
	world_expect_writes(&w, MIB - NVME_PAGE, w.data + MIB - NVME_PAGE, REACHED, "after H_BUSY");
	world_close(&w);
}

/*
 * B10: a MAP over another one that stops half-way has changed nothing. A page that a translation
 * still reaches cannot be unregistered; a page that was never reached can.
 */
static void map_half_way(void)
{
	uint8_t *old = buffer_private(64 * KIB), *new = buffer_private(64 * KIB);
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_register(&w.v, old, 64 * KIB);
	vfio_register(&w.v, new, 64 * KIB);
	vfio_map(&w.v, 0, old, NVME_PAGE, VFIO_DIR_BOTH);
	plan_begin("write 1 1 -1");
	tap_check(__vfio_map(&w.v, 0, new, NVME_PAGE, VFIO_DIR_BOTH) < 0, "MAP did not fail");
	tap_check(plan_end() == 1, "H_HARDWARE was not answered");
	world_expect_writes(&w, 0, old, REACHED, "what was mapped before");
	tap_errno(__vfio_unregister(&w.v, new, 64 * KIB), 0, "UNREGISTER of what was not mapped");
	if (tap_errno(__vfio_unregister(&w.v, old, 64 * KIB), -EBUSY, "UNREGISTER of what is")) {
		vfio_unmap(&w.v, 0, NVME_PAGE);
		vfio_unregister(&w.v, old, 64 * KIB);
	}
	world_close(&w);
}

/* B19: RTAS is busy, or fails to remove a window: the user still gets the next window. */
static void remove_fails(void)
{
	static const char *const plans[] = { "remove 1 1 -2", "remove 1 1 -1" };
	struct window ddw;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, buffer_private(MIB), MIB);
	vfio_create(&v, 12, 4 * GIB, &ddw);
	for (unsigned int i = 0; i < 2; i++) {
		plan_begin(plans[i]);
		__vfio_remove(&v, ddw.start);
		tap_check(plan_end() == 1, "ibm,remove-pe-dma-window was not called");
		if (!tap_errno(__vfio_create(&v, 12, 4 * GIB, &ddw), 0, "CREATE after %s",
			       plans[i]))
			break;
	}
	vfio_close(&v);
}

/* B13: a window so large that its complete bookkeeping would not fit into memory. */
static void large_window(void)
{
	struct window ddw;
	struct world w;

	world_open(&w);
	vfio_create(&w.v, 12, MANY_TCES, &ddw);
	world_start(&w, ddw.start + MANY_TCES / 2);
	vfio_map(&w.v, ddw.start, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, ddw.start, w.data, REACHED, "the large window");
	world_close(&w);
}

/*
 * B15: the PE has pages of 16 GiB if the kernel's own page tables are hashed ones: radix has no
 * pages of that size.
 */
static void largest_pages(void)
{
	struct vfio_iommu_spapr_tce_info info;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_get_info(&v, &info);
	tap_check(info.ddw.pgsizes & (16 * GIB), "GET_INFO: page sizes %#llx",
		  (unsigned long long)info.ddw.pgsizes);
	vfio_close(&v);
}

/* B16: a default window that the interface cannot describe does no harm. */
static void default_elsewhere(void)
{
	uint8_t *mem = buffer_private(MIB);
	struct window win;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, mem, MIB);
	tap_check(__vfio_map(&v, 0, mem, MIB, VFIO_DIR_BOTH) < 0, "MAP without a window");
	vfio_remove(&v, 0);
	vfio_create(&v, 12, GIB, &win);
	vfio_map(&v, win.start, mem, MIB, VFIO_DIR_BOTH);
	vfio_close(&v);
}

/* B20: a user's call writes nothing into the kernel's log. */
static void quiet_create(void)
{
	int log = kmsg_open();
	struct window ddw;
	char sample[200];
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, buffer_private(MIB), MIB);
	vfio_create(&v, 12, 4 * GIB, &ddw);
	vfio_remove(&v, ddw.start);
	tap_check(!kmsg_count(log, sample, sizeof(sample)), "the kernel wrote: %s", sample);
	vfio_close(&v);
}

const struct tap_test fault_tests[] = {
	{ .name = "fault/B1-without-maxmem", .run = default_works },
	{ .name = "fault/B2-default-goes", .run = default_goes },
	{ .name = "fault/B3-judged-afresh", .run = judged_afresh },
	{ .name = "fault/B4-map-across-the-end", .run = map_across_the_end },
	{ .name = "fault/B5-unmap-across-the-end", .run = unmap_across_the_end },
	{ .name = "fault/B6-create-gives-back", .run = create_gives_back },
	{ .name = "fault/B7-without-ddw", .run = default_works },
	{ .name = "fault/B9-errno-values", .run = errno_values },
	{ .name = "fault/B10-map-half-way", .run = map_half_way },
	{ .name = "fault/B13-large-window", .run = large_window, .limit = 120 },
	{ .name = "fault/B16-default-elsewhere", .run = default_elsewhere },
	{ .name = "fault/B15-largest-pages", .run = largest_pages },
	{ .name = "fault/B19-remove-fails", .run = remove_fails },
	{ .name = "fault/B20-quiet-create", .run = quiet_create },
	{ }
};
