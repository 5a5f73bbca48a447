// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_v1.c - the older API, which QEMU falls back to
 *
 * ENABLE charges the whole default window to the caller, MAP pins each page once, and there are no
 * other windows and no registered memory.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "tap.h"
#include "tests.h"
#include "victim.h"
#include "world.h"

#define IO_PAGE		4096ULL
#define WINDOW		GIB
#define WINDOW_KB	(WINDOW / KIB)
#define KILLS		8

static void open_v1(struct vfio *v)
{
	int ret = __vfio_open_as(v, world_bdf, VFIO_SPAPR_TCE_IOMMU);

	if (ret)
		tap_fail("a container of the v1 API: %s", strerror(-ret));
}

static int enable(struct vfio *v)
{
	return vfio_ioctl(v, VFIO_IOMMU_ENABLE, NULL);
}

static int disable(struct vfio *v)
{
	return vfio_ioctl(v, VFIO_IOMMU_DISABLE, NULL);
}

static void expect_locked(uint64_t kb, const char *when)
{
	tap_check(kstat_locked(0) == kb, "%s: VmLck is %llu kB, not %llu", when,
		  (unsigned long long)kstat_locked(0), (unsigned long long)kb);
}

/* The window's charge, and a page or two for the module's own data. */
static void expect_about(uint64_t kb, const char *when)
{
	uint64_t locked = kstat_locked(0);

	tap_check(locked >= kb && locked <= kb + 2 * page_size() / KIB,
		  "%s: VmLck is %llu kB, not about %llu", when, (unsigned long long)locked,
		  (unsigned long long)kb);
}

static void expect_pins(int64_t pins, const char *when)
{
	int64_t now = kstat_wait_pins(pins);

	tap_check(now == pins, "%s: %lld pages are pinned, not %lld", when, (long long)now,
		  (long long)pins);
}

static void get_info(void)
{
	struct vfio_iommu_spapr_tce_info info;
	struct vfio v;

	open_v1(&v);
	tap_errno(vfio_ioctl(&v, VFIO_CHECK_EXTENSION, (void *)VFIO_SPAPR_TCE_IOMMU), 1,
		  "CHECK_EXTENSION of v1");
	vfio_get_info(&v, &info);
	tap_check(info.dma32_window_start == 0 && info.dma32_window_size == WINDOW,
		  "the window is %#x at %#x", info.dma32_window_size, info.dma32_window_start);
	tap_check(!(info.flags & VFIO_IOMMU_SPAPR_INFO_DDW), "v1 promises dynamic windows");
	vfio_close(&v);
}

/* MAP needs ENABLE before. ENABLE charges all that can be mapped, and DISABLE uncharges it. */
static void enable_disable(void)
{
	int64_t pins = kstat_pins();
	uint8_t *mem = buffer_private(MIB);
	struct vfio v;

	open_v1(&v);
	tap_errno(__vfio_map(&v, 0, mem, MIB, VFIO_DIR_BOTH), -EPERM, "MAP before ENABLE");
	tap_errno(__vfio_unmap(&v, 0, MIB), -EPERM, "UNMAP before ENABLE");
	tap_errno(disable(&v), 0, "DISABLE before ENABLE");
	expect_locked(0, "before ENABLE");
	for (unsigned int i = 0; i < 3; i++) {
		tap_errno(enable(&v), 0, "ENABLE");
		tap_errno(enable(&v), -EBUSY, "ENABLE a second time");
		expect_about(WINDOW_KB, "after ENABLE");
		tap_errno(__vfio_map(&v, 0, mem, MIB, VFIO_DIR_BOTH), 0, "MAP");
		expect_about(WINDOW_KB, "after MAP");
		expect_pins(pins + MIB / page_size(), "after MAP");
		tap_errno(disable(&v), 0, "DISABLE");
		expect_about(0, "after DISABLE");
		expect_pins(pins, "after DISABLE with mappings");
		tap_errno(__vfio_map(&v, 0, mem, MIB, VFIO_DIR_BOTH), -EPERM,
			  "MAP after DISABLE");
	}
	vfio_close(&v);
	expect_locked(0, "after close");
}

/* After DISABLE the device reaches none of the former mappings. */
static void disable_clears(void)
{
	struct world w;

	world_open_v1(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "before DISABLE");
	nvme_stop(&w.n);
	tap_errno(disable(&w.v), 0, "DISABLE");
	tap_errno(enable(&w.v), 0, "ENABLE");
	world_start(&w, WORLD_HIGH);
	world_expect_writes(&w, 0, w.data, UNTOUCHED, "mapped before DISABLE");
	world_close(&w);
}

static void dma(void)
{
	int64_t pins = kstat_pins();
	struct world w;

	world_open_v1(&w);
	world_start(&w, WORLD_HIGH);
	pins += WORLD_BASE_SIZE / page_size();
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "first page");
	world_expect_reads(&w, MIB - IO_PAGE, w.data + MIB - IO_PAGE, REACHED, "last page");
	expect_pins(pins + MIB / page_size(), "after MAP");
	vfio_map(&w.v, 0, w.data + 4 * MIB, MIB, VFIO_DIR_READ);
	expect_pins(pins + MIB / page_size(), "after MAP over it");
	world_expect_writes(&w, 0, w.data, UNTOUCHED, "what was replaced");
	world_expect_writes(&w, 0, w.data + 4 * MIB, UNTOUCHED, "mapped for reading");
	world_expect_reads(&w, 0, w.data + 4 * MIB, REACHED, "mapped for reading");
	vfio_unmap(&w.v, 0, MIB);
	expect_pins(pins, "after UNMAP");
	world_expect_reads(&w, 0, w.data + 4 * MIB, UNTOUCHED, "after UNMAP");
	vfio_unmap(&w.v, 0, MIB);
	world_close(&w);
	expect_locked(0, "after close");
}

/* Memory is mapped for reading first, and then written: the device reads what was written. */
static void read_what_is_written_later(struct world *w, void *mem, const char *what)
{
	vfio_map(&w->v, MIB, mem, MIB, VFIO_DIR_READ);
	world_expect_reads(w, MIB, mem, REACHED, what);
	world_expect_reads(w, 2 * MIB - IO_PAGE, (uint8_t *)mem + MIB - IO_PAGE, REACHED, what);
	vfio_unmap(&w->v, MIB, MIB);
}

static void mapped_before_written(void)
{
	int fd = memfd_create("private", 0);
	struct world w;
	void *file;

	if (fd < 0 || ftruncate(fd, MIB))
		tap_fail("no memfd: %s", strerror(errno));
	file = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		tap_fail("no private mapping: %s", strerror(errno));
	world_open_v1(&w);
	world_start(&w, WORLD_HIGH);
	read_what_is_written_later(&w, buffer_private(MIB), "private memory");
	read_what_is_written_later(&w, file, "a private mapping of a file");
	world_close(&w);
}

/* A device may not read what the process may not read, nor write what the process may only read. */
static void protected_memory(void)
{
	uint8_t *none = buffer_private(MIB), *shared = buffer_shared(MIB);
	int64_t pins = kstat_pins();
	struct world w;

	memset(none, 1, MIB);
	memset(shared, 1, MIB);
	if (mprotect(none, MIB, PROT_NONE) || mprotect(shared, MIB, PROT_READ))
		tap_fail("mprotect()");
	world_open_v1(&w);
	tap_errno(__vfio_map(&w.v, 0, none, MIB, VFIO_DIR_READ), -EFAULT, "MAP of PROT_NONE");
	tap_errno(__vfio_map(&w.v, 0, shared, MIB, VFIO_DIR_BOTH), -EFAULT,
		  "MAP for writing of shared memory that is read only");
	expect_pins(pins, "after refused calls");
	tap_errno(__vfio_map(&w.v, 0, shared, MIB, VFIO_DIR_READ), 0,
		  "MAP for reading of shared memory that is read only");
	world_close(&w);
	expect_pins(pins, "after close");
}

/* The kernel's count of a page's pins does not limit how often the page can be mapped. */
static void one_page_many_times(void)
{
	uint8_t *mem = buffer_private(page_size());
	int64_t pins;
	struct vfio v;

	open_v1(&v);
	tap_errno(enable(&v), 0, "ENABLE");
	pins = kstat_pins();
	for (uint64_t i = 0; i < 4096; i++)
		vfio_map(&v, i * page_size(), mem, page_size(), VFIO_DIR_BOTH);
	expect_pins(pins + 1, "one page in very many TCEs");
	vfio_unmap(&v, page_size(), 4095 * page_size());
	expect_pins(pins + 1, "in one TCE still");
	vfio_close(&v);
	expect_pins(pins, "after close");
}

static void refused(void)
{
	uint8_t *mem = buffer_private(2 * MIB);
	int64_t pins = kstat_pins();
	struct window win;
	struct vfio v;

	open_v1(&v);
	tap_errno(enable(&v), 0, "ENABLE");
	tap_errno(__vfio_register(&v, mem, MIB), -ENOTTY, "REGISTER");
	tap_errno(__vfio_unregister(&v, mem, MIB), -ENOTTY, "UNREGISTER");
	tap_errno(__vfio_create(&v, 12, WINDOW, &win), -ENOTTY, "CREATE");
	tap_errno(__vfio_remove(&v, 0), -ENOTTY, "REMOVE");
	tap_errno(__vfio_map(&v, WINDOW, mem, MIB, VFIO_DIR_BOTH), -ENXIO, "MAP behind the window");
	tap_errno(__vfio_map(&v, WINDOW - IO_PAGE, mem, MIB, VFIO_DIR_BOTH), -EINVAL,
		  "MAP across the window's end");
	tap_errno(__vfio_map(&v, 512, mem, MIB, VFIO_DIR_BOTH), -EINVAL, "MAP at an odd address");
	tap_errno(__vfio_map(&v, 0, mem + 512, MIB, VFIO_DIR_BOTH), -EINVAL, "MAP of odd memory");
	tap_errno(__vfio_map(&v, 0, mem, 512, VFIO_DIR_BOTH), -EINVAL, "MAP of an odd size");
	tap_errno(__vfio_map(&v, 0, mem, MIB, 0), -EINVAL, "MAP for nothing");
	tap_errno(__vfio_unmap(&v, WINDOW, MIB), -ENXIO, "UNMAP behind the window");
	expect_pins(pins, "after refused calls");
	vfio_close(&v);
	vfio_open(&v, world_bdf);
	tap_errno(enable(&v), -ENOTTY, "ENABLE with v2");
	tap_errno(disable(&v), -ENOTTY, "DISABLE with v2");
	vfio_close(&v);
}

/* A MAP whose last page is not mapped, or not writable, maps no page. */
static void all_or_nothing(void)
{
	int64_t pins = kstat_pins();
	struct world w;

	world_open_v1(&w);
	world_start(&w, WORLD_HIGH);
	pins += WORLD_BASE_SIZE / page_size();
	vfio_map(&w.v, 0, w.data + 4 * MIB, MIB, VFIO_DIR_BOTH);
	if (munmap(w.data + 2 * MIB - page_size(), page_size()))
		tap_fail("munmap()");
	tap_errno(__vfio_map(&w.v, 0, w.data + MIB, MIB, VFIO_DIR_BOTH), -EFAULT,
		  "MAP of memory with a hole");
	if (mprotect(w.data + MIB, page_size(), PROT_READ))
		tap_fail("mprotect()");
	tap_errno(__vfio_map(&w.v, 0, w.data + MIB, page_size(), VFIO_DIR_BOTH), -EFAULT,
		  "MAP for writing of memory that is read only");
	expect_pins(pins + MIB / page_size(), "after the refused MAP");
	world_expect_writes(&w, 0, w.data + 4 * MIB, REACHED, "mapped before the refused MAP");
	world_expect_writes(&w, MIB - IO_PAGE, w.data + 5 * MIB - IO_PAGE, REACHED,
			    "the last page, mapped before the refused MAP");
	world_close(&w);
}

static void as_nobody(struct vfio *v)
{
	struct rlimit limit = { MIB, MIB };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) || setresgid(65534, 65534, 65534) ||
	    setresuid(65534, 65534, 65534))
		tap_fail("cannot become an ordinary user");
	tap_errno(enable(v), -ENOMEM, "ENABLE of more than RLIMIT_MEMLOCK");
	expect_locked(0, "after the refused ENABLE");
	tap_errno(__vfio_map(v, 0, buffer_private(MIB), MIB, VFIO_DIR_BOTH), -EPERM,
		  "MAP after the refused ENABLE");
}

static void memlock_limit(void)
{
	struct vfio v;

	open_v1(&v);
	if (!fork()) {
		as_nobody(&v);
		_exit(0);
	}
	wait(NULL);
	vfio_close(&v);
}

/* QEMU's calls: ENABLE, GET_INFO, MAP of all memory in sections, and close without DISABLE. */
static void qemu_sequence(void)
{
	uint8_t *ram = buffer_private(256 * MIB);
	struct vfio_iommu_spapr_tce_info info;
	int64_t pins = kstat_pins();
	struct world w;

	world_open_v1(&w);
	vfio_get_info(&w.v, &info);
	vfio_map(&w.v, info.dma32_window_start, ram, 64 * MIB, VFIO_DIR_BOTH);
	vfio_map(&w.v, info.dma32_window_start + 64 * MIB, ram + 64 * MIB, 192 * MIB,
		 VFIO_DIR_BOTH);
	expect_pins(pins + 256 * MIB / page_size(), "with all memory mapped");
	world_start(&w, WORLD_HIGH);
	world_expect_writes(&w, 256 * MIB - IO_PAGE, ram + 256 * MIB - IO_PAGE, REACHED,
			    "the last page of memory");
	vfio_unmap(&w.v, 128 * MIB, 128 * MIB);
	world_expect_writes(&w, 128 * MIB, ram + 128 * MIB, UNTOUCHED, "after UNMAP");
	world_close(&w);
	expect_pins(pins, "after close");
	expect_locked(0, "after close");
}

static void busy_child(unsigned int seed, int ready)
{
	struct world w;

	srand(seed);
	world_open_v1(&w);
	world_start(&w, WORLD_HIGH);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;) {
		uint64_t first = rand() % 1024, pages = 1 + rand() % (2048 - first);

		vfio_map(&w.v, first * IO_PAGE, w.data, pages * IO_PAGE, VFIO_DIR_BOTH);
		if (rand() % 2)
			vfio_unmap(&w.v, first / 2 * IO_PAGE, pages * IO_PAGE);
	}
}

static void kill_in_mid_map(void)
{
	int64_t pins = kstat_pins();

	for (unsigned int i = 0; i < KILLS && !tap_failed(); i++) {
		victim_kill(busy_child, i + 1);
		expect_pins(pins, "after a kill");
	}
}

/* The two APIs are used in turn on one PE, and neither sees anything of the other. */
static void in_turn_with_v2(void)
{
	struct world w;

	for (unsigned int i = 0; i < 2; i++) {
		world_open_v1(&w);
		world_start(&w, WORLD_HIGH);
		vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
		world_expect_writes(&w, 0, w.data, REACHED, "with v1");
		world_close(&w);
		world_open(&w);
		world_start(&w, WORLD_HIGH);
		world_expect_writes(&w, 0, w.data, UNTOUCHED, "mapped with v1, used with v2");
		vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
		world_expect_writes(&w, 0, w.data, REACHED, "with v2");
		world_close(&w);
	}
}

const struct tap_test v1_tests[] = {
	{ .name = "v1/get-info", .run = get_info },
	{ .name = "v1/enable-disable", .run = enable_disable },
	{ .name = "v1/disable-clears", .run = disable_clears },
	{ .name = "v1/dma", .run = dma },
	{ .name = "v1/mapped-before-written", .run = mapped_before_written },
	{ .name = "v1/protected-memory", .run = protected_memory },
	{ .name = "v1/one-page-many-times", .run = one_page_many_times },
	{ .name = "v1/refused", .run = refused },
	{ .name = "v1/all-or-nothing", .run = all_or_nothing },
	{ .name = "v1/memlock-limit", .run = memlock_limit },
	{ .name = "v1/qemu-sequence", .run = qemu_sequence },
	{ .name = "v1/kill-in-mid-map", .run = kill_in_mid_map, .limit = 60 },
	{ .name = "v1/in-turn-with-v2", .run = in_turn_with_v2 },
	{ }
};
