// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_api.c - calls that need no DMA: GET_INFO, REGISTER and MAP. What GET_INFO says is true.
 * Memory is registered and mapped, or refused with the right errno. Maps cost what they should.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../../lib/buffer.h"
#include "../../lib/vfio.h"
#include "message.h"
#include "selftest/check.h"
#include "selftest/facts.h"
#include "system/counters.h"

#define PIECE		(64 * KIB)	/* no kernel's page is larger */
#define TIMED		(4 * MIB)
#define ROUNDS		16
#define ONES		256

struct check check;

void check_needs_ddw(void)
{
	if (!check.ddw)
		tap_skip("firmware has no dynamic windows for this PE");
}

/* GET_INFO reports no window if the default window does not fit the structure's 32 bits. */
static void default_window_is(const struct vfio_iommu_spapr_tce_info *info)
{
	bool fits = !(check.default_start >> 32) && !(check.default_size >> 32);
	uint64_t start = fits ? check.default_start : 0, size = fits ? check.default_size : 0;

	tap_check(info->dma32_window_start == start && info->dma32_window_size == size,
		  "GET_INFO has the default window at %#x with %#x bytes, the device tree at %#llx "
		  "with %#llx", info->dma32_window_start, info->dma32_window_size,
		  (unsigned long long)start, (unsigned long long)size);
}

static void dynamic_windows_are(const struct vfio_iommu_spapr_tce_info *info)
{
	bool flag = info->flags & VFIO_IOMMU_SPAPR_INFO_DDW;
	uint64_t sizes = info->ddw.pgsizes, known;

	tap_check(flag == check.ddw, "GET_INFO and the device tree differ on dynamic windows");
	if (!flag)
		return;
	tap_check(sizes & 4096, "pages of 4K are not among the sizes, %#llx",
		  (unsigned long long)sizes);
	tap_check(info->ddw.max_dynamic_windows_supported >= 1 && info->ddw.levels == 1,
		  "%u windows, %u levels", info->ddw.max_dynamic_windows_supported,
		  info->ddw.levels);
	if (counters_key(check.node, "pes", "pe", "pgsizes", &known))
		tap_check(known == sizes, "GET_INFO has page sizes %#llx, the module %#llx",
			  (unsigned long long)sizes, (unsigned long long)known);
	facts_add("info-page-sizes", "%s", sizes_text(sizes));
	facts_add("info-windows", "%u", info->ddw.max_dynamic_windows_supported);
}

static void get_info(void)
{
	struct vfio_iommu_spapr_tce_info info, little = { .argsz = 15 };
	struct vfio v;

	vfio_open(&v, check.bdf);
	tap_errno(vfio_ioctl(&v, VFIO_CHECK_EXTENSION, (void *)VFIO_SPAPR_TCE_v2_IOMMU), 1,
		  "CHECK_EXTENSION of v2");
	vfio_get_info(&v, &info);
	default_window_is(&info);
	dynamic_windows_are(&info);
	tap_errno(vfio_ioctl(&v, VFIO_IOMMU_SPAPR_TCE_GET_INFO, &little), -EINVAL,
		  "GET_INFO into too small a structure");
	vfio_close(&v);
}

static void before_register(void)
{
	uint8_t *mem = buffer_private(PIECE);
	struct vfio v;

	vfio_open(&v, check.bdf);
	tap_errno(__vfio_map(&v, check.default_start, mem, PIECE, VFIO_DIR_BOTH), -EPERM,
		  "MAP before any REGISTER");
	tap_errno(__vfio_unmap(&v, check.default_start, PIECE), -EPERM,
		  "UNMAP before any REGISTER");
	vfio_close(&v);
}

static void registration(void)
{
	uint8_t *mem = buffer_private(2 * PIECE);
	struct vfio v;

	munmap(mem + PIECE, PIECE);
	vfio_open(&v, check.bdf);
	tap_errno(__vfio_register(&v, mem + 1, PIECE), -EINVAL, "REGISTER at an odd address");
	tap_errno(__vfio_register(&v, mem, 2 * PIECE), -EFAULT, "REGISTER of no memory");
	tap_errno(__vfio_unregister(&v, mem, PIECE), -ENOENT, "UNREGISTER of what is not");
	tap_errno(__vfio_register(&v, mem, PIECE), 0, "REGISTER");
	tap_errno(__vfio_register(&v, mem, PIECE), -EBUSY, "REGISTER of the same again");
	vfio_map(&v, check.default_start, mem, PIECE, VFIO_DIR_BOTH);
	tap_errno(__vfio_unregister(&v, mem, PIECE), -EBUSY, "UNREGISTER of what is mapped");
	vfio_unmap(&v, check.default_start, PIECE);
	tap_errno(__vfio_unregister(&v, mem, PIECE), 0, "UNREGISTER");
	vfio_close(&v);
}

static void map_and_unmap(void)
{
	uint64_t start = check.default_start, end = start + check.default_size;
	uint8_t *mem = buffer_private(PIECE), *other = buffer_private(PIECE);
	struct vfio v;

	vfio_open(&v, check.bdf);
	vfio_register(&v, mem, PIECE);
	tap_errno(__vfio_map(&v, start, other, PIECE, VFIO_DIR_BOTH), -EINVAL,
		  "MAP of memory that is not registered");
	tap_errno(__vfio_map(&v, start + 1, mem, PIECE, VFIO_DIR_BOTH), -EINVAL,
		  "MAP at an odd bus address");
	tap_errno(__vfio_map(&v, start, mem, PIECE, 0), -EINVAL, "MAP with no direction");
	tap_errno(__vfio_map(&v, end, mem, PIECE, VFIO_DIR_BOTH), -ENXIO,
		  "MAP behind the default window");
	tap_errno(__vfio_unmap(&v, end, PIECE), -ENXIO, "UNMAP behind the default window");
	tap_errno(__vfio_unmap(&v, start, 2 * check.default_size), -EINVAL,
		  "UNMAP across the window's end");
	tap_errno(__vfio_unmap(&v, start, PIECE), 0, "UNMAP of nothing");
	tap_errno(__vfio_map(&v, start, mem, PIECE, VFIO_DIR_BOTH), 0, "MAP");
	tap_errno(__vfio_map(&v, start, mem, PIECE, VFIO_DIR_READ), 0, "MAP over a MAP");
	tap_errno(__vfio_map(&v, end - PIECE, mem, PIECE, VFIO_DIR_WRITE), 0,
		  "MAP of the last pages");
	tap_errno(__vfio_unmap(&v, start, check.default_size), 0, "UNMAP of the whole window");
	vfio_close(&v);
}

/* --- what a map costs --- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

struct cost {
	double map;
	double unmap;
	struct counters before;
	struct counters mapped;
	struct counters after;
	bool counted;
};

/* Maps and unmaps the whole range in rounds; gives the mean time of each in seconds. */
static void measure(struct vfio *v, const void *mem, uint64_t size, unsigned int rounds,
		    struct cost *c)
{
	double begin, middle;

	memset(c, 0, sizeof(*c));
	c->counted = counters_read(check.node, &c->before);
	for (unsigned int i = 0; i < rounds; i++) {
		begin = now();
		vfio_map(v, check.default_start, mem, size, VFIO_DIR_BOTH);
		middle = now();
		if (!i && c->counted)
			counters_read(check.node, &c->mapped);
		c->map += (middle - begin) / rounds;
		begin = now();
		vfio_unmap(v, check.default_start, size);
		c->unmap += (now() - begin) / rounds;
	}
	if (c->counted)
		counters_read(check.node, &c->after);
}

static void timed_facts(const char *what, const struct cost *c)
{
	char key[40];

	snprintf(key, sizeof(key), "map-%s-microseconds", what);
	facts_add(key, "%.2f", c->map * 1e6);
	snprintf(key, sizeof(key), "unmap-%s-microseconds", what);
	facts_add(key, "%.2f", c->unmap * 1e6);
}

static void counted_facts(const struct cost *c)
{
	facts_add("map-4M-hypercalls", "put %llu, indirect %llu, stuff %llu",
		  (unsigned long long)(c->mapped.put - c->before.put),
		  (unsigned long long)(c->mapped.indirect - c->before.indirect),
		  (unsigned long long)(c->mapped.stuff - c->before.stuff));
	facts_add("map-4M-busy", "%llu", (unsigned long long)(c->after.busy - c->before.busy));
}

/* A batch has up to 512 TCEs, and is repeated when the hypervisor is busy. */
static void judge(const struct cost *c, uint64_t tces)
{
	uint64_t batches = c->mapped.batches - c->before.batches;
	uint64_t busy = c->mapped.busy - c->before.busy;

	tap_check(c->mapped.mapped - c->before.mapped == tces, "%llu TCEs are mapped, not %llu",
		  (unsigned long long)(c->mapped.mapped - c->before.mapped),
		  (unsigned long long)tces);
	tap_check(batches <= (tces + 511) / 512 + busy, "%llu batches for %llu TCEs",
		  (unsigned long long)batches, (unsigned long long)tces);
	tap_check(c->after.mapped == c->before.mapped, "TCEs are left mapped");
	tap_check(c->after.failed == c->before.failed, "the hypervisor refused %llu batches",
		  (unsigned long long)(c->after.failed - c->before.failed));
}

static void map_cost(void)
{
	uint64_t size = check.default_size < TIMED ? check.default_size : TIMED;
	uint8_t *mem = buffer_private(TIMED);
	struct cost cost;
	struct vfio v;

	memset(mem, 1, TIMED);
	vfio_open(&v, check.bdf);
	vfio_register(&v, mem, TIMED);
	measure(&v, mem, size, ROUNDS, &cost);
	timed_facts("4M", &cost);
	if (cost.counted) {
		counted_facts(&cost);
		judge(&cost, size / 4096);
	}
	measure(&v, mem, 4096, ONES, &cost);
	timed_facts("4K", &cost);
	vfio_close(&v);
}

const struct tap_test api_tests[] = {
	{ .name = "get-info", .run = get_info },
	{ .name = "before-register", .run = before_register },
	{ .name = "register", .run = registration },
	{ .name = "map", .run = map_and_unmap },
	{ .name = "map-cost", .run = map_cost, .limit = 120 },
	{ }
};
