// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_firmware.c - what firmware does to a PE while a user has it
 *
 * tests/inject plays a firmware that behaves as PowerVM does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "kstat.h"
#include "plan.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

static void take_away(void)
{
	FILE *f = fopen("/sys/module/tce_inject/parameters/gone", "w");

	if (!f || fprintf(f, "%lu", strtoul(world_bdf, NULL, 16)) < 0 || fclose(f))
		tap_fail("taking the PE away: %s", strerror(errno));
}

/* A MAP beyond the partition's entitlement gives -ENOMEM, and changes nothing. */
static void short_of_resources(void)
{
	unsigned int hits;
	struct world w;
	int ret;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	plan_begin("write 1 1 -44");
	ret = __vfio_map(&w.v, 0, w.data + MIB, MIB, VFIO_DIR_BOTH);
	hits = plan_end();
	tap_check(hits == 1, "%u calls were answered", hits);
	tap_errno(ret, -ENOMEM, "MAP beyond what the partition is entitled to");
	world_expect_writes(&w, 0, w.data, REACHED, "mapped before");
	world_expect_writes(&w, 0, w.data + MIB, UNTOUCHED, "refused");
	tap_errno(__vfio_map(&w.v, 0, w.data + MIB, MIB, VFIO_DIR_BOTH), 0, "MAP after that");
	world_expect_writes(&w, 0, w.data + MIB, REACHED, "mapped after that");
	world_close(&w);
}

/* One create fails, beside the default window and in its place: nothing changes. */
static void create_refused(void)
{
	struct window win;
	struct world w;
	unsigned int hits;
	int ret;

	world_open(&w);
	for (unsigned int i = 0; i < 2; i++) {
		plan_begin("create 1 1 -1");
		ret = __vfio_create(&w.v, 16, 4 * GIB, &win);
		hits = plan_end();
		tap_check(hits == 1, "%u calls were answered", hits);
		tap_errno(ret, -ENOSPC, "CREATE that firmware refuses");
		vfio_create(&w.v, 16, 4 * GIB, &win);
		vfio_remove(&w.v, win.start);
		if (!i)
			vfio_remove(&w.v, 0);
	}
	vfio_create(&w.v, 12, GIB, &win);
	tap_check(!win.start, "the default window is at %#llx", (unsigned long long)win.start);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "the default window");
	world_close(&w);
}

/*
 * Firmware removes the PE: all calls fail, and in the end no page of the user is pinned. The PE
 * does not come back, so this is the last test.
 */
static void taken_away(void)
{
	int64_t pins = kstat_pins();
	struct window ddw, win;
	struct world w;
	int ret;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	vfio_map(&w.v, ddw.start, w.data, MIB, VFIO_DIR_BOTH);
	nvme_stop(&w.n);
	take_away();
	tap_errno(__vfio_map(&w.v, MIB, w.data, MIB, VFIO_DIR_BOTH), -EIO, "MAP");
	tap_errno(__vfio_unmap(&w.v, 0, MIB), -EIO, "UNMAP");
	tap_errno(__vfio_remove(&w.v, ddw.start), -EIO, "REMOVE");
	ret = __vfio_create(&w.v, 12, GIB, &win);
	tap_check(ret == -ENOSPC || ret == -EIO, "CREATE gives %d", ret);
	vfio_close(&w.v);
	tap_check(!kstat_locked(0), "VmLck is %llu kB", (unsigned long long)kstat_locked(0));
	tap_check(kstat_wait_pins(pins) == pins, "pages stay pinned");
	ret = __vfio_open(&w.v, world_bdf);
	tap_check(ret < 0, "the PE can be had");
	tap_note("a claim of what is not there: %s", strerror(-ret));
}

const struct tap_test firmware_tests[] = {
	{ .name = "firmware/short-of-resources", .run = short_of_resources },
	{ .name = "firmware/create-refused", .run = create_refused },
	{ .name = "firmware/taken-away", .run = taken_away },
	{ }
};
