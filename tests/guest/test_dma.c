// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_dma.c - data moved by the device
 *
 * The device reaches what is mapped, in every kind of window and in the directions that were given,
 * and nothing else.
 */
#include <string.h>

#include "buffer.h"
#include "nvme.h"
#include "phys.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define LBA		8192
#define IO_PAGE		4096
/* Where the hypervisor puts a second window: the host's own was there before. */
#define HIGH_WINDOW	(1ULL << 59)

static void done(int status, const char *what)
{
	if (status)
		tap_fail("%s: status %d", what, status);
}

/* Writes to the disk and reads back, with as many commands as needed. */
static void transfer(struct world *w, uint64_t from, uint64_t to, uint64_t bytes)
{
	uint64_t at, lba = LBA;
	uint32_t step;

	for (at = 0; at < bytes; at += step, lba += step / w->n.block_size) {
		step = bytes - at < NVME_MAX_BYTES ? bytes - at : NVME_MAX_BYTES;
		done(nvme_write(&w->n, lba, from + at, step), "writing to the disk");
		done(nvme_read(&w->n, lba, to + at, step), "reading from the disk");
	}
}

/* A pattern goes from one buffer to the disk and into another, by PRP pairs and by PRP lists. */
static void round_trip(struct world *w, uint64_t iova, uint8_t *mem, uint64_t bytes)
{
	static const uint32_t odd[] = { 512, 4096, 8192, 12288, 65536 };
	uint64_t seed = new_seed();

	vfio_map(&w->v, iova, mem, 2 * bytes, VFIO_DIR_BOTH);
	pattern_fill(mem, bytes, seed);
	memset(mem + bytes, 0, bytes);
	transfer(w, iova, iova + bytes, bytes);
	tap_check(pattern_is(mem + bytes, bytes, seed), "the data came back changed");
	for (unsigned int i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		memset(mem + bytes, 0, 2 * odd[i]);
		transfer(w, iova + 512, iova + bytes + 1536, odd[i]);
		tap_check(pattern_part_is(mem + bytes + 1536, odd[i], seed, 512),
			  "%u bytes from the middle of a page came back changed", odd[i]);
	}
	vfio_unmap(&w->v, iova, 2 * bytes);
}

static void default_window(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	round_trip(&w, 0, w.data, MIB);
	round_trip(&w, 512 * MIB + IO_PAGE, w.data + IO_PAGE, MIB);
	world_close(&w);
}

static void dynamic_window(void)
{
	struct window ddw;
	struct world w;

	world_open(&w);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	tap_check(ddw.start >= 4 * GIB, "the window is at %#llx", (unsigned long long)ddw.start);
	world_start(&w, ddw.start);
	round_trip(&w, ddw.start + GIB, w.data, 2 * MIB);
	round_trip(&w, ddw.start + 4 * GIB - 2 * MIB, w.data + 4 * MIB, MIB);
	world_close(&w);
}

/* IOMMU pages larger than some kernels' base pages: these need huge pages. */
static void large_io_pages(void)
{
	uint8_t *huge = buffer_huge(8 * MIB, false);
	struct window ddw;
	struct world w;

	world_open(&w);
	vfio_register(&w.v, huge, 8 * MIB);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 16, 4 * GIB, &ddw);
	round_trip(&w, ddw.start + GIB, huge, 2 * MIB);
	vfio_remove(&w.v, ddw.start);
	vfio_create(&w.v, 21, 4 * GIB, &ddw);
	round_trip(&w, ddw.start + 2 * GIB, huge + 2 * MIB, 2 * MIB);
	vfio_remove(&w.v, ddw.start);
	world_close(&w);
}

/*
 * Page i of the bus buffer is page order(i) of the user's memory: a permutation without
 * consecutive pages.
 */
static unsigned int order(unsigned int i)
{
	return (i * 389 + 17) % 2048;
}

static void scattered(void)
{
	uint64_t seed = new_seed();
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	memset(w.data, 0, WORLD_DATA);
	for (unsigned int i = 0; i < 256; i++)
		vfio_map(&w.v, i * IO_PAGE, w.data + order(i) * IO_PAGE, IO_PAGE, VFIO_DIR_BOTH);
	for (unsigned int i = 0; i < 256; i++)
		pattern_fill(w.data + order(i) * IO_PAGE, IO_PAGE, seed + i);
	vfio_map(&w.v, 256 * MIB, w.data + 4 * MIB, 4 * MIB, VFIO_DIR_BOTH);
	for (uint32_t at = 0; at < MIB; at += NVME_MAX_BYTES)
		done(nvme_write(&w.n, LBA + at / 512, at, NVME_MAX_BYTES), "writing");
	for (unsigned int i = 0; i < 256; i++) {
		done(nvme_read(&w.n, LBA + i * 8, w.trusted_iova, IO_PAGE), "reading");
		if (!tap_check(pattern_is(w.trusted, IO_PAGE, seed + i), "page %u was not read", i))
			break;
	}
	memset(w.data, 0, WORLD_DATA);
	for (uint32_t at = 0; at < MIB; at += NVME_MAX_BYTES)
		done(nvme_read(&w.n, LBA + at / 512, at, NVME_MAX_BYTES), "reading");
	for (unsigned int i = 0; i < 2048; i++) {
		uint8_t *page = w.data + order(i) * IO_PAGE;

		if (!tap_check(i < 256 ? pattern_is(page, IO_PAGE, seed + i)
				       : filled_with(page, IO_PAGE, 0),
			       "user page %u holds something else", order(i)))
			break;
	}
	world_close(&w);
}

static void directions(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_READ);
	world_expect_reads(&w, 0, w.data, REACHED, "mapped for reading");
	world_expect_writes(&w, 0, w.data, UNTOUCHED, "mapped for reading");
	tap_note("a device's write to a read-only mapping completes with status %#x", w.status);
	vfio_map(&w.v, MIB, w.data + MIB, MIB, VFIO_DIR_WRITE);
	world_expect_writes(&w, MIB, w.data + MIB, REACHED, "mapped for writing");
	world_expect_reads(&w, MIB, w.data + MIB, UNTOUCHED, "mapped for writing");
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "mapped again for both");
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_READ);
	world_expect_writes(&w, 0, w.data, UNTOUCHED, "mapped again for reading");
	world_close(&w);
}

static void unmapped(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, MIB, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, MIB, w.data, REACHED, "mapped");
	vfio_unmap(&w.v, MIB + 4 * IO_PAGE, IO_PAGE);
	world_expect_writes(&w, MIB + 3 * IO_PAGE, w.data + 3 * IO_PAGE, REACHED,
			    "before the hole");
	world_expect_writes(&w, MIB + 4 * IO_PAGE, w.data + 4 * IO_PAGE, UNTOUCHED, "in the hole");
	tap_note("a device's write to nothing completes with status %#x", w.status);
	world_expect_reads(&w, MIB + 4 * IO_PAGE, w.data + 4 * IO_PAGE, UNTOUCHED, "in the hole");
	world_expect_writes(&w, MIB + 5 * IO_PAGE, w.data + 5 * IO_PAGE, REACHED,
			    "behind the hole");
	vfio_unmap(&w.v, MIB, MIB);
	for (unsigned int i = 0; i < 256; i += 51)
		world_expect_writes(&w, MIB + i * IO_PAGE, w.data + i * IO_PAGE, UNTOUCHED,
				    "unmapped");
	world_close(&w);
}

static void replaced(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, MIB, w.data, MIB, VFIO_DIR_BOTH);
	vfio_map(&w.v, MIB + 64 * KIB, w.data + 4 * MIB, 64 * KIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, MIB + 60 * KIB, w.data + 60 * KIB, REACHED,
			    "before what was replaced");
	world_expect_writes(&w, MIB + 64 * KIB, w.data + 64 * KIB, UNTOUCHED, "the old page");
	world_expect_writes(&w, MIB + 64 * KIB, w.data + 4 * MIB, REACHED, "the new page");
	world_expect_writes(&w, MIB + 128 * KIB, w.data + 128 * KIB, REACHED,
			    "behind what was replaced");
	vfio_unmap(&w.v, MIB, MIB);
	world_expect_writes(&w, MIB + 64 * KIB, w.data + 4 * MIB, UNTOUCHED,
			    "the new page, unmapped");
	world_close(&w);
}

/* Did the controller write what it writes at its start? */
static bool controller_wrote(const uint8_t *memory)
{
	return !filled_with(memory + NVME_PAGE, NVME_PAGE, 0) ||
	       !filled_with(memory + 5 * NVME_PAGE, NVME_PAGE, 0);
}

/*
 * The host's driver has its own window onto all of memory at HIGH_WINDOW. A user's device must
 * not be able to use it. The simplest use would be the start of the controller: the test puts its
 * queues where that window would map them. At the end the test maps memory there, and the same
 * start works.
 */
static void nothing_before_map(void)
{
	uint8_t *huge = buffer_huge(2 * MIB, false);
	uint64_t iova;
	struct window ddw;
	struct vfio v;
	struct nvme n;
	int ret;

	memset(huge, 0, 2 * MIB);
	iova = HIGH_WINDOW + phys_of(huge);
	vfio_open(&v, world_bdf);
	vfio_open_device(&v);
	ret = __nvme_start(&n, &v, huge, iova);
	tap_check(ret, "the controller started without any mapping");
	tap_check(!controller_wrote(huge), "the device wrote to memory before any mapping");
	vfio_register(&v, huge, 2 * MIB);
	ret = __nvme_start(&n, &v, huge, iova);
	tap_check(ret && !controller_wrote(huge),
		  "registered memory was reached without a mapping");
	vfio_create(&v, 16, 4 * GIB, &ddw);
	ret = __nvme_start(&n, &v, huge, iova);
	tap_check(ret && !controller_wrote(huge), "a new window reached memory without a mapping");
	vfio_map(&v, iova, huge, 2 * MIB, VFIO_DIR_BOTH);
	ret = __nvme_start(&n, &v, huge, iova);
	tap_check(!ret && controller_wrote(huge),
		  "with a mapping the controller does not start: %d", ret);
	nvme_stop(&n);
	vfio_close(&v);
}

const struct tap_test dma_tests[] = {
	{ .name = "dma/default-window", .run = default_window },
	{ .name = "dma/dynamic-window", .run = dynamic_window },
	{ .name = "dma/large-io-pages", .run = large_io_pages },
	{ .name = "dma/scattered", .run = scattered },
	{ .name = "dma/directions", .run = directions },
	{ .name = "dma/unmapped", .run = unmapped },
	{ .name = "dma/replaced", .run = replaced },
	{ .name = "dma/nothing-before-map", .run = nothing_before_map },
	{ }
};
