// SPDX-License-Identifier: GPL-2.0-only
/*
 * demo.c - a program that drives an NVMe controller through VFIO, with DMA in a 64-bit window
 *
 * demo [-v CHANNEL] BDF KEY
 *
 * It leaves the default window alone, writes KEY's pattern to the disk, reads it back into another
 * buffer and compares. Then it takes that buffer's mapping away, reads again, and looks whether a
 * byte of it changed.
 *
 * It writes what the report needs to the channel as lines "# demo NAME VALUE". Marks divide the
 * host's trace into the phases of enum phase. The first error ends the program.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "mark.h"
#include "nvme.h"
#include "tap.h"
#include "vfio.h"

#define WINDOW_SHIFT	12
#define WINDOW_SIZE	(4 * GIB)
#define BYTES		(32 * MIB)
#define BLOCK		512
#define FIRST_BLOCK	32768
#define POISON		0x5a

enum phase {
	PHASE_CREATE = 1,
	PHASE_MAP = 2,
	PHASE_TRANSFER = 3,
	PHASE_UNMAP = 4,
	PHASE_REFUSED = 5,
	PHASE_END = 6,
};

struct demo {
	struct vfio v;
	struct nvme n;
	struct window ddw;
	uint8_t *queues;
	uint8_t *source;	/* the device may read it */
	uint8_t *target;	/* the device may write it */
	uint64_t queues_at;
	uint64_t source_at;
	uint64_t target_at;
};

static void phase(enum phase label)
{
	if (mark(label))
		tap_fail("the trace cannot be marked");
}

static void number(const char *name, uint64_t value)
{
	tap_note("demo %s %" PRIu64, name, value);
}

static void address(const char *name, uint64_t value)
{
	tap_note("demo %s %#" PRIx64, name, value);
}

/*
 * Sixteen lines of 32 bytes for each block, so that the host can make the same with its own
 * tools.
 */
static void fill(uint8_t *mem, const char *key)
{
	char line[33];

	for (uint64_t block = 0; block < BYTES / BLOCK; block++) {
		snprintf(line, sizeof(line), "%.16s block %08" PRIu64 "\n", key,
			 FIRST_BLOCK + block);
		for (unsigned int i = 0; i < BLOCK / 32; i++)
			memcpy(mem + block * BLOCK + i * 32, line, 32);
	}
}

static void open_device(struct demo *d, const char *bdf)
{
	struct vfio_iommu_spapr_tce_info info;

	number("group", vfio_group_of(bdf));
	vfio_open(&d->v, bdf);
	vfio_get_info(&d->v, &info);
	address("default-start", info.dma32_window_start);
	number("default-size", info.dma32_window_size);
	number("kernel-page", page_size());
}

static void create_window(struct demo *d)
{
	phase(PHASE_CREATE);
	vfio_create(&d->v, WINDOW_SHIFT, WINDOW_SIZE, &d->ddw);
	if (d->ddw.start < 4 * GIB)
		tap_fail("the dynamic window is below 4 GiB, at %#" PRIx64, d->ddw.start);
	address("window-start", d->ddw.start);
	number("window-size", d->ddw.size);
	number("window-page", 1U << d->ddw.shift);
	d->queues_at = d->ddw.start;
	d->source_at = d->ddw.start + GIB;
	d->target_at = d->ddw.start + 2 * GIB;
}

static void map(struct demo *d)
{
	d->queues = buffer_private(NVME_MEMORY);
	d->source = buffer_private(BYTES);
	d->target = buffer_private(BYTES);
	vfio_register(&d->v, d->queues, NVME_MEMORY);
	vfio_register(&d->v, d->source, BYTES);
	vfio_register(&d->v, d->target, BYTES);
	phase(PHASE_MAP);
	vfio_map(&d->v, d->queues_at, d->queues, NVME_MEMORY, VFIO_DIR_BOTH);
	vfio_map(&d->v, d->source_at, d->source, BYTES, VFIO_DIR_READ);
	vfio_map(&d->v, d->target_at, d->target, BYTES, VFIO_DIR_WRITE);
	address("queues", d->queues_at);
	number("queues-size", NVME_MEMORY);
	address("source", d->source_at);
	address("target", d->target_at);
	number("buffer-size", BYTES);
}

static void good(int status, const char *what)
{
	if (status)
		tap_fail("%s: status %d", what, status);
}

static void transfer(struct demo *d, const char *key)
{
	uint64_t at;

	phase(PHASE_TRANSFER);
	nvme_start(&d->n, &d->v, d->queues, d->queues_at);
	tap_note("demo model %s", d->n.model);
	tap_note("demo serial %s", d->n.serial);
	tap_note("demo registers %s", d->n.registers ? "mmap" : "read and write");
	number("disk", d->n.blocks * d->n.block_size);
	fill(d->source, key);
	for (at = 0; at < BYTES; at += NVME_MAX_BYTES)
		good(nvme_write(&d->n, FIRST_BLOCK + at / BLOCK, d->source_at + at, NVME_MAX_BYTES),
		     "writing to the disk");
	for (at = 0; at < BYTES; at += NVME_MAX_BYTES)
		good(nvme_read(&d->n, FIRST_BLOCK + at / BLOCK, d->target_at + at, NVME_MAX_BYTES),
		     "reading from the disk");
	if (memcmp(d->source, d->target, BYTES))
		tap_fail("what was read back is not what was written");
	tap_note("demo read-back identical");
}

static void take_away(struct demo *d)
{
	int status;

	phase(PHASE_UNMAP);
	vfio_unmap(&d->v, d->target_at, BYTES);
	vfio_unmap(&d->v, d->source_at, BYTES);
	memset(d->target, POISON, BYTES);
	phase(PHASE_REFUSED);
	status = nvme_read(&d->n, FIRST_BLOCK, d->target_at, NVME_MAX_BYTES);
	if (!filled_with(d->target, BYTES, POISON))
		tap_fail("the device wrote to memory that is not mapped any more");
	if (status < 0)
		tap_note("demo refused-status no answer (%s)", strerror(-status));
	else
		tap_note("demo refused-status %#x", status);
	phase(PHASE_END);
}

int main(int argc, char *argv[])
{
	struct demo d;

	if (argc > 2 && !strcmp(argv[1], "-v")) {
		tap_open(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc != 3 || strlen(argv[2]) != 16) {
		fprintf(stderr, "usage: demo [-v CHANNEL] BDF KEY (of 16 characters)\n");
		return 2;
	}
	open_device(&d, argv[1]);
	create_window(&d);
	map(&d);
	transfer(&d, argv[2]);
	take_away(&d);
	nvme_stop(&d.n);
	vfio_close(&d.v);
	return 0;
}
