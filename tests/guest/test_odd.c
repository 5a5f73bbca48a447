// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_odd.c - PEs with an unusual default window, or without dynamic windows
 *
 * The usual default window has 1 GiB at 0. Each test is for its own device: the scenario knows
 * which one.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "phys.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define LOW_START	0x40000000ULL
#define FAR_START	(1ULL << 59)
#define LIMITED_START	(1ULL << 32)
#define ODD_SIZE	0x30000000ULL

static void expect_info(struct vfio *v, uint64_t start, uint64_t size, bool ddw)
{
	struct vfio_iommu_spapr_tce_info info;

	vfio_get_info(v, &info);
	tap_check(info.dma32_window_start == start && info.dma32_window_size == size,
		  "GET_INFO: %#x bytes at %#x", info.dma32_window_size, info.dma32_window_start);
	tap_check(!(info.flags & VFIO_IOMMU_SPAPR_INFO_DDW) == !ddw, "GET_INFO: flags %#x",
		  info.flags);
}

/* The device works with mappings in a window, up to its end and no further. */
static void expect_works(struct world *w, uint64_t start, uint64_t size, const char *what)
{
	world_start(w, start + size / 2);
	tap_errno(__vfio_map(&w->v, start, w->data, MIB, VFIO_DIR_BOTH), 0, "%s: MAP", what);
	world_expect_writes(w, start, w->data, REACHED, what);
	tap_errno(__vfio_map(&w->v, start + size - MIB, w->data + MIB, MIB, VFIO_DIR_BOTH), 0,
		  "%s: MAP of its end", what);
	world_expect_reads(w, start + size - NVME_PAGE, w->data + 2 * MIB - NVME_PAGE, REACHED,
			   what);
	tap_errno(__vfio_map(&w->v, start + size, w->data, MIB, VFIO_DIR_BOTH), -ENXIO,
		  "%s: MAP behind it", what);
	vfio_unmap(&w->v, start, MIB);
	world_expect_writes(w, start, w->data, UNTOUCHED, what);
}

static void expect_v1_works(uint64_t start, uint64_t size)
{
	struct world w;

	world_open_v1(&w);
	tap_check(kstat_locked(0) == size / KIB, "v1: VmLck is %llu kB",
		  (unsigned long long)kstat_locked(0));
	expect_info(&w.v, start, size, false);
	expect_works(&w, start, size, "the window with v1");
	world_close(&w);
}

/* Without dynamic windows there is only the default one, for both APIs. */
static void without_ddw(void)
{
	struct window win;
	struct world w;

	world_open(&w);
	expect_info(&w.v, 0, GIB, false);
	tap_errno(__vfio_create(&w.v, 12, 4 * GIB, &win), -ENOSPC, "CREATE of a second window");
	expect_works(&w, 0, GIB, "the default window");
	world_close(&w);
	world_open(&w);
	vfio_remove(&w.v, 0);
	tap_errno(__vfio_create(&w.v, 12, 4 * GIB, &win), -ENOSPC, "CREATE of a larger window");
	tap_errno(__vfio_create(&w.v, 16, GIB, &win), -EINVAL, "CREATE with larger pages");
	tap_errno(__vfio_create(&w.v, 12, GIB, &win), 0, "CREATE of the default window");
	tap_check(win.start == 0, "the default window is at %#llx", (unsigned long long)win.start);
	expect_works(&w, 0, GIB, "the default window, created again");
	world_close(&w);
	expect_v1_works(0, GIB);
}

/* The default window is at another address, which GET_INFO can tell. */
static void elsewhere(void)
{
	struct window win;
	struct world w;

	world_open(&w);
	expect_info(&w.v, LOW_START, GIB, true);
	expect_works(&w, LOW_START, GIB, "the default window");
	tap_errno(__vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH), -ENXIO, "MAP below it");
	world_close(&w);
	world_open(&w);
	tap_errno(__vfio_remove(&w.v, 0), -EINVAL, "REMOVE of what is not there");
	vfio_remove(&w.v, LOW_START);
	tap_errno(__vfio_create(&w.v, 12, GIB, &win), 0, "CREATE of the default window");
	tap_check(win.start == LOW_START, "it is at %#llx", (unsigned long long)win.start);
	expect_works(&w, LOW_START, GIB, "the default window, created again");
	world_close(&w);
	expect_v1_works(LOW_START, GIB);
}

static void expect_single(struct vfio *v)
{
	struct vfio_iommu_spapr_tce_info info;

	vfio_get_info(v, &info);
	tap_check(info.ddw.max_dynamic_windows_supported == 1, "GET_INFO: %u windows",
		  info.ddw.max_dynamic_windows_supported);
}

/*
 * PowerVM's functions whose default window is beyond 32 bits have one window at a time, of at
 * most 2^22 TCEs, and no pages of 2 MiB.
 */
static void expect_function(uint64_t large_start)
{
	struct window win;
	struct world w;

	world_open(&w);
	expect_single(&w.v);
	vfio_remove(&w.v, 0);
	tap_errno(__vfio_create(&w.v, 12, 32 * GIB, &win), -EINVAL, "CREATE of 2^23 TCEs");
	tap_errno(__vfio_create(&w.v, 21, 4 * GIB, &win), -EINVAL, "CREATE with pages of 2M");
	tap_errno(__vfio_create(&w.v, 12, 16 * GIB, &win), 0, "CREATE of 2^22 TCEs");
	tap_check(win.start == large_start, "it is at %#llx", (unsigned long long)win.start);
	expect_works(&w, win.start, 16 * GIB, "the largest window");
	world_close(&w);
}

/* The default window is beyond 32 bits: GET_INFO reports none; REMOVE(0) and CREATE find it. */
static void beyond_32_bits(void)
{
	struct window win;
	struct world w;
	struct vfio v;

	world_open(&w);
	expect_info(&w.v, 0, 0, true);
	tap_errno(__vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH), -ENXIO, "MAP at 0");
	vfio_remove(&w.v, 0);
	tap_errno(__vfio_map(&w.v, FAR_START, w.data, MIB, VFIO_DIR_BOTH), -ENXIO,
		  "MAP after REMOVE");
	tap_errno(__vfio_create(&w.v, 12, GIB, &win), 0, "CREATE of the default window");
	tap_check(win.start == FAR_START, "it is at %#llx", (unsigned long long)win.start);
	expect_works(&w, win.start, GIB, "the default window, created again");
	world_close(&w);
	world_open(&w);
	expect_works(&w, FAR_START, GIB, "the default window");
	world_close(&w);
	if (__vfio_open_as(&v, world_bdf, VFIO_SPAPR_TCE_IOMMU))
		tap_fail("a container of the v1 API");
	expect_info(&v, 0, 0, false);
	tap_errno(vfio_ioctl(&v, VFIO_IOMMU_ENABLE, NULL), -EPERM, "ENABLE");
	vfio_close(&v);
	if (world_powervm())
		expect_function(FAR_START);
}

/* A size that is no power of two is not rounded. */
static void no_power_of_two(void)
{
	struct window win;
	struct world w;

	world_open(&w);
	expect_info(&w.v, 0, ODD_SIZE, true);
	expect_works(&w, 0, ODD_SIZE, "the default window");
	world_close(&w);
	world_open(&w);
	vfio_remove(&w.v, 0);
	tap_errno(__vfio_create(&w.v, 12, 512 * MIB, &win), 0, "CREATE of half a GiB");
	tap_check(win.start == 0, "it is at %#llx", (unsigned long long)win.start);
	expect_works(&w, 0, 512 * MIB, "a part of the default window");
	world_close(&w);
	expect_v1_works(0, ODD_SIZE);
}

/* Two devices behind a bridge: a user has one, and the other has no driver. */
static void behind_a_bridge(void)
{
	struct window ddw;
	struct world w;

	world_open(&w);
	expect_info(&w.v, 0, GIB, true);
	expect_works(&w, 0, GIB, "the default window");
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	vfio_map(&w.v, ddw.start, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, ddw.start, w.data, REACHED, "the dynamic window");
	world_close(&w);
}

/* The device reaches nothing that the host had in its only window, one to one from the start. */
static void expect_no_host_window(struct world *w, const char *what)
{
	for (uint64_t at = 0; at < WORLD_DATA; at += MIB) {
		uint64_t phys = phys_of(w->data + at);
		uint64_t iova = world_powervm() ? world_first_start() + phys : phys % GIB;

		world_expect_writes(w, iova, w->data + at, UNTOUCHED, what);
		world_expect_reads(w, iova, w->data + at, UNTOUCHED, what);
	}
}

/*
 * A PE with one window at a time, like an SR-IOV function: the default one or a dynamic one. The
 * host had a window that mapped all of memory.
 */
static void one_window(void)
{
	struct window win, second;
	struct world w;

	world_open(&w);
	expect_info(&w.v, 0, GIB, true);
	expect_single(&w.v);
	tap_errno(__vfio_create(&w.v, 12, 4 * GIB, &win), -ENOSPC, "CREATE beside the default one");
	world_start(&w, WORLD_HIGH);
	expect_no_host_window(&w, "through the host's window, in the default one");
	world_close(&w);
	world_open(&w);
	expect_works(&w, 0, GIB, "the default window");
	world_close(&w);
	world_open(&w);
	vfio_remove(&w.v, 0);
	tap_errno(__vfio_create(&w.v, 12, 4 * GIB, &win), 0, "CREATE of a large window");
	tap_check(win.start == world_first_start(), "it is at %#llx",
		  (unsigned long long)win.start);
	tap_errno(__vfio_create(&w.v, 12, GIB, &second), -ENOSPC, "CREATE of a second window");
	world_start(&w, win.start + 3 * GIB);
	expect_no_host_window(&w, "through the host's window, in a large one");
	world_close(&w);
	world_open(&w);
	vfio_remove(&w.v, 0);
	vfio_create(&w.v, 12, 4 * GIB, &win);
	expect_works(&w, win.start, 4 * GIB, "the large window");
	vfio_remove(&w.v, win.start);
	tap_errno(__vfio_create(&w.v, 12, GIB, &win), 0, "CREATE of the default window");
	world_close(&w);
	if (world_powervm())
		expect_function(world_first_start());
}

/*
 * A PE with one window at a time, which the host had at 4 GiB in limited-address mode: the user's
 * window is in the place for PEs without that mode.
 */
static void limited(void)
{
	struct window win;
	struct world w;

	world_open(&w);
	expect_single(&w.v);
	world_start(&w, LIMITED_START + WORLD_HIGH);
	for (uint8_t *at = w.data; at < w.data + WORLD_DATA; at += MIB)
		world_expect_writes(&w, LIMITED_START + phys_of(at), at, UNTOUCHED,
				    "through the host's window");
	world_close(&w);
	world_open(&w);
	vfio_remove(&w.v, 0);
	tap_errno(__vfio_create(&w.v, 16, 4 * GIB, &win), 0, "CREATE");
	tap_check(win.start == FAR_START, "it is at %#llx", (unsigned long long)win.start);
	vfio_remove(&w.v, win.start);
	tap_errno(__vfio_create(&w.v, 12, 4 * GIB, &win), 0, "CREATE with small pages");
	expect_works(&w, win.start, 4 * GIB, "the window");
	world_close(&w);
}

/* The host had a window in this place in which it mapped memory as needed. */
static void host_window_as_it_goes(void)
{
	struct window ddw;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	tap_errno(__vfio_create(&w.v, 12, 2 * GIB, &ddw), 0, "CREATE");
	tap_check(ddw.start == FAR_START, "the window is at %#llx", (unsigned long long)ddw.start);
	for (uint64_t at = 0; at < 2 * GIB; at += 16 * MIB)
		world_expect_reads(&w, ddw.start + at, w.data, UNTOUCHED, "not mapped");
	vfio_map(&w.v, ddw.start, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, ddw.start, w.data, REACHED, "the user's window");
	world_close(&w);
}

const struct tap_test odd_tests[] = {
	{ .name = "odd/without-ddw", .run = without_ddw },
	{ .name = "odd/elsewhere", .run = elsewhere },
	{ .name = "odd/beyond-32-bits", .run = beyond_32_bits },
	{ .name = "odd/no-power-of-two", .run = no_power_of_two },
	{ .name = "odd/behind-a-bridge", .run = behind_a_bridge },
	{ .name = "odd/one-window", .run = one_window, .limit = 90 },
	{ .name = "odd/limited", .run = limited, .limit = 60 },
	{ .name = "odd/host-window-as-it-goes", .run = host_window_as_it_goes, .limit = 60 },
	{ }
};
