// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_counts.c - the jobs whose hypercalls are counted
 *
 * Each job comes after a mark of its own in the host's trace. The jobs only check that they
 * worked: counts.scenario knows what each may cost.
 */
#include "buffer.h"
#include "counts.h"
#include "mark.h"
#include "tap.h"
#include "tests.h"
#include "vfio.h"
#include "world.h"

static void phase(unsigned int label)
{
	if (mark(label))
		tap_fail("no mark %u", label);
}

/* 65,536 TCEs of 4 KiB, in a window of 1,048,576. */
static void jobs(void)
{
	uint8_t *mem = buffer_private(256 * MIB);
	struct window ddw;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, mem, 256 * MIB);
	phase(COUNT_CREATE);
	vfio_create(&v, 12, 4 * GIB, &ddw);
	phase(COUNT_MAP);
	vfio_map(&v, ddw.start + GIB, mem, 256 * MIB, VFIO_DIR_BOTH);
	phase(COUNT_UNMAP);
	vfio_unmap(&v, ddw.start + GIB, 256 * MIB);
	phase(COUNT_UNMAP_NOTHING);
	vfio_unmap(&v, ddw.start, 4 * GIB);
	phase(COUNT_OTHER);
	vfio_map(&v, ddw.start + GIB, mem, 256 * MIB, VFIO_DIR_BOTH);
	phase(COUNT_REPLACE);
	vfio_map(&v, ddw.start + GIB, mem, 256 * MIB, VFIO_DIR_READ);
	phase(COUNT_REMOVE_MAPPED);
	vfio_remove(&v, ddw.start);
	phase(COUNT_OTHER_2);
	vfio_create(&v, 12, 4 * GIB, &ddw);
	phase(COUNT_REMOVE_EMPTY);
	vfio_remove(&v, ddw.start);
	phase(COUNT_SCATTERED);
	for (unsigned int i = 0; i < 512; i++)
		vfio_map(&v, i * 8192ULL, mem + i * 4096ULL, 4096, VFIO_DIR_BOTH);
	phase(COUNT_CLOSE);
	vfio_close(&v);
	phase(COUNT_END);
}

/* QEMU's calls when a guest starts or resets its windows. */
static void remove_and_create(struct vfio *v)
{
	struct window win;

	vfio_remove(v, 0);
	vfio_create(v, 12, GIB, &win);
}

static void windows(void)
{
	uint8_t *mem = buffer_private(64 * KIB);
	struct window win;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, mem, 64 * KIB);
	phase(COUNT_QEMU);
	remove_and_create(&v);
	vfio_map(&v, 0, mem, 64 * KIB, VFIO_DIR_BOTH);
	phase(COUNT_QEMU_MAPPED);
	remove_and_create(&v);
	phase(COUNT_OTHER_3);
	vfio_remove(&v, 0);
	phase(COUNT_YIELD);
	vfio_create(&v, 16, GIB, &win);
	phase(COUNT_RESTORE);
	vfio_remove(&v, win.start);
	vfio_create(&v, 12, GIB, &win);
	phase(COUNT_OTHER_4);
	vfio_close(&v);
}

/* Map, unmap and remove again, with a second PE that joins while the window is mapped. */
static void two_pes(void)
{
	uint8_t *mem = buffer_private(256 * MIB);
	struct vfio v, second;
	struct window ddw;

	vfio_open(&v, world_bdf);
	vfio_register(&v, mem, 256 * MIB);
	vfio_create(&v, 12, 4 * GIB, &ddw);
	vfio_map(&v, ddw.start + GIB, mem, 256 * MIB, VFIO_DIR_BOTH);
	phase(COUNT_JOIN);
	vfio_join(&second, &v, join_device());
	phase(COUNT_UNMAP_BOTH);
	vfio_unmap(&v, ddw.start + GIB, 256 * MIB);
	phase(COUNT_MAP_BOTH);
	vfio_map(&v, ddw.start + GIB, mem, 256 * MIB, VFIO_DIR_BOTH);
	phase(COUNT_REMOVE_BOTH);
	vfio_remove(&v, ddw.start);
	phase(COUNT_OTHER_5);
	vfio_leave(&second);
	vfio_close(&v);
}

const struct tap_test counts_tests[] = {
	{ .name = "counts/jobs", .run = jobs, .limit = 120 },
	{ .name = "counts/windows", .run = windows },
	{ .name = "counts/two-pes", .run = two_pes, .limit = 120 },
	{ }
};
