// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_own.c - what a user owns and what the host keeps meanwhile
 *
 * HOST_WINDOW in the environment is the start of the window with which the host mapped all of
 * memory before the user took the device. OTHER_DEVICE is an NVMe controller in another PE.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "phys.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	if (!value || !*value)
		tap_fail("%s is not set", name);
	return value;
}

static uint64_t host_window(void)
{
	return strtoull(setting("HOST_WINDOW"), NULL, 16);
}

/* The bus address of our page in the host's direct window; registered pages do not move. */
static uint64_t host_iova(const void *mem)
{
	return host_window() + phys_of(mem);
}

/*
 * Commands try to reach memory through the host's former window. A window of our own in the same
 * place proves that they use the right address: the same address is then mapped there.
 */
static void no_host_window(void)
{
	struct window ddw;
	uint64_t iova;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	memset(w.data, 1, WORLD_DATA);
	iova = host_iova(w.data);
	world_expect_writes(&w, iova, w.data, UNTOUCHED, "through the host's former window");
	world_expect_reads(&w, iova, w.data, UNTOUCHED, "through the host's former window");
	for (uint64_t at = 0; at < WORLD_DATA; at += MIB)
		world_expect_writes(&w, host_iova(w.data + at), w.data + at, UNTOUCHED,
				    "through the host's former window");
	vfio_create(&w.v, 12, 8 * GIB, &ddw);
	tap_check(ddw.start == host_window(), "the user's window is not in the host's place");
	world_expect_writes(&w, iova, w.data, UNTOUCHED, "in the user's window");
	vfio_map(&w.v, iova, w.data, NVME_PAGE, VFIO_DIR_BOTH);
	world_expect_writes(&w, iova, w.data, REACHED, "mapped by the user at the same address");
	world_close(&w);
}

/* The same for a user's window at bus address 0, where the host's default window was. */
static void no_host_table(void)
{
	struct window win;
	struct world w;

	world_open_over(&w, buffer_huge(2 * MIB, false), 2 * MIB);
	vfio_remove(&w.v, 0);
	vfio_create(&w.v, 16, 4 * GIB, &win);
	world_start(&w, win.start + GIB);
	world_expect_writes(&w, host_iova(w.data), w.data, UNTOUCHED,
			    "through the host's former window");
	world_expect_writes(&w, phys_of(w.data) % GIB, w.data, UNTOUCHED,
			    "by physical address in the user's window");
	world_close(&w);
}

static bool node_has(const char *property)
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/of_node/../%s", world_bdf, property);
	return !access(path, F_OK);
}

static void expect_tree(const char *when)
{
	tap_check(node_has("ibm,dma-window"), "%s: ibm,dma-window is not in the tree", when);
	tap_check(!node_has("ibm,dma-window-saved"), "%s: ibm,dma-window-saved is", when);
}

/* The device tree describes the default window all the time, for added devices and kexec images. */
static void tree_while_owned(void)
{
	struct window win, ddw;
	struct vfio v;

	expect_tree("before");
	vfio_open(&v, world_bdf);
	expect_tree("taken");
	vfio_create(&v, 12, 4 * GIB, &ddw);
	expect_tree("with two windows");
	vfio_remove(&v, 0);
	expect_tree("with a dynamic window");
	vfio_remove(&v, ddw.start);
	expect_tree("without a window");
	vfio_create(&v, 16, 4 * GIB, &win);
	expect_tree("with a window in place of the default one");
	vfio_close(&v);
	expect_tree("given back");
}

/* KASAN keeps what was freed for a while: more than a hundred objects come and go. */
#define CYCLES	200

static void take_and_give_back(unsigned int times)
{
	struct vfio v;

	while (times--) {
		vfio_open(&v, world_bdf);
		vfio_close(&v);
	}
}

/* Objects that wait for an RCU grace period are freed in batches, seconds later. */
static uint64_t objects_below(uint64_t most)
{
	uint64_t left = kstat_objects();

	for (int i = 0; i < 20 && left >= most; i++) {
		sleep(1);
		left = kstat_objects();
	}
	return left;
}

/* A user may repeat this without end: removed properties of the device tree are used again. */
static void no_debris(void)
{
	uint64_t before, left;

	take_and_give_back(CYCLES / 10);
	before = kstat_objects();
	take_and_give_back(CYCLES);
	left = objects_below(before + CYCLES);
	tap_check(left < before + CYCLES, "%u times, %lld objects of the kernel's stay", CYCLES,
		  (long long)(left - before));
}

/* Two PEs, each with a container: the release of one does not affect the other. */
static void two_pes(void)
{
	struct world a, b, again;
	const char *first = world_bdf;

	world_open(&a);
	world_start(&a, WORLD_HIGH);
	world_bdf = setting("OTHER_DEVICE");
	world_open(&b);
	world_start(&b, WORLD_HIGH);
	vfio_map(&a.v, 0, a.data, MIB, VFIO_DIR_BOTH);
	vfio_map(&b.v, MIB, b.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&a, 0, a.data, REACHED, "the first PE's window");
	world_expect_writes(&b, MIB, b.data, REACHED, "the second PE's window");
	world_expect_writes(&a, MIB, b.data, UNTOUCHED, "the second's address in the first");
	world_close(&a);
	world_expect_writes(&b, MIB, b.data, REACHED, "with the first PE given back");
	world_bdf = first;
	world_open(&again);
	world_start(&again, WORLD_HIGH);
	world_expect_writes(&again, 0, a.data, UNTOUCHED, "the first PE, taken again");
	world_close(&b);
	vfio_map(&again.v, 0, again.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&again, 0, again.data, REACHED, "with the second PE given back");
	world_close(&again);
}

/* Checks the basics of any driver: a window, a mapping, a device that reaches it. */
static void works(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "the default window");
	vfio_unmap(&w.v, 0, MIB);
	world_expect_writes(&w, 0, w.data, UNTOUCHED, "after UNMAP");
	world_close(&w);
}

/*
 * The kernel's own driver was loaded after ours, and VFIO asks it first. It may refuse: then VFIO
 * asks ours, and all works. It may accept: then it finds no table and gets no window.
 */
static void all_or_no_window(struct vfio *v)
{
	uint8_t *mem = buffer_private(MIB);
	struct window win = { 0 };
	int create, map;

	vfio_register(v, mem, MIB);
	create = __vfio_create(v, 12, 4 * GIB, &win);
	map = __vfio_map(v, create ? 0 : win.start, mem, MIB, VFIO_DIR_BOTH);
	tap_note("the kernel's driver asked first: CREATE gives %d, MAP %d", create, map);
	tap_check(create <= 0 && map <= 0, "a result that is neither success nor errno");
	tap_check(!create == !map, "one of CREATE and MAP works and the other does not");
}

static void in_tree_asked_first(void)
{
	uint8_t *mem = buffer_private(MIB);
	struct vfio v;
	int ret;

	vfio_open(&v, world_bdf);
	all_or_no_window(&v);
	vfio_close(&v);
	ret = __vfio_open_as(&v, world_bdf, VFIO_SPAPR_TCE_IOMMU);
	if (!tap_errno(ret, 0, "a container of the v1 API"))
		return;
	tap_errno(vfio_ioctl(&v, VFIO_IOMMU_ENABLE, NULL), 0, "ENABLE");
	tap_check(__vfio_map(&v, 0, mem, MIB, VFIO_DIR_BOTH) < 0,
		  "the kernel's driver maps in a table of ours");
	vfio_close(&v);
}

const struct tap_test own_tests[] = {
	{ .name = "own/no-host-window", .run = no_host_window },
	{ .name = "own/no-host-table", .run = no_host_table },
	{ .name = "own/tree-while-owned", .run = tree_while_owned },
	{ .name = "own/two-pes", .run = two_pes },
	{ .name = "own/no-debris", .run = no_debris, .limit = 120 },
	{ .name = "own/works", .run = works },
	{ .name = "own/in-tree-asked-first", .run = in_tree_asked_first },
	{ }
};
