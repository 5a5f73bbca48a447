// SPDX-License-Identifier: GPL-2.0-only
/*
 * world.c - what a device can reach, by its own DMA
 *
 * To see whether the device can write somewhere, the test fills the memory with one byte and tells
 * the controller to read known blocks into it. To see whether the device can read, the test puts a
 * fresh pattern there, writes it to the disk and reads it back through the trusted buffer.
 */
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "tap.h"
#include "world.h"

#define CHUNK		(64 * KIB)
#define SCRATCH_LBA	4096	/* not in the known blocks */
#define POISON		0xa5

const char *world_bdf = "0000:00:00.0";

bool world_powervm(void)
{
	const char *ways = getenv("PERSONALITY");

	return ways && !strcmp(ways, "powervm");
}

uint64_t world_first_start(void)
{
	return world_powervm() ? 1ULL << 59 : 0;
}

static const char *const reach_name[] = { "untouched", "partly reached", "reached" };

static void must(int status, const char *what)
{
	if (status)
		tap_fail("%s: status %d", what, status);
}

static void divide(struct world *w, void *memory, size_t size)
{
	memset(w, 0, sizeof(*w));
	w->memory = memory;
	w->size = size;
	w->trusted = w->memory + NVME_MEMORY;
	w->data = w->memory + WORLD_BASE_SIZE;
}

void world_open_only(struct world *w, void *memory, size_t size)
{
	divide(w, memory, size);
	vfio_open(&w->v, world_bdf);
}

void world_open_over(struct world *w, void *memory, size_t size)
{
	world_open_only(w, memory, size);
	vfio_register(&w->v, w->memory, w->size);
}

void world_open(struct world *w)
{
	world_open_over(w, buffer_private(WORLD_BASE_SIZE + WORLD_DATA),
			WORLD_BASE_SIZE + WORLD_DATA);
}

void world_open_taken(struct world *w, const struct vfio *v)
{
	divide(w, buffer_private(WORLD_BASE_SIZE + WORLD_DATA), WORLD_BASE_SIZE + WORLD_DATA);
	w->v = *v;
	vfio_register(&w->v, w->memory, w->size);
}

void world_open_v1(struct world *w)
{
	divide(w, buffer_private(WORLD_BASE_SIZE + WORLD_DATA), WORLD_BASE_SIZE + WORLD_DATA);
	must(__vfio_open_as(&w->v, world_bdf, VFIO_SPAPR_TCE_IOMMU), "opening a v1 container");
	must(vfio_ioctl(&w->v, VFIO_IOMMU_ENABLE, NULL), "VFIO_IOMMU_ENABLE");
}

void world_start(struct world *w, uint64_t iova)
{
	vfio_map(&w->v, iova, w->memory, WORLD_BASE_SIZE, VFIO_DIR_BOTH);
	world_start_mapped(w, iova);
}

void world_start_mapped(struct world *w, uint64_t iova)
{
	w->trusted_iova = iova + NVME_MEMORY;
	nvme_start(&w->n, &w->v, w->memory, iova);
	w->seed = new_seed();
	pattern_fill(w->trusted, CHUNK, w->seed);
	must(nvme_write(&w->n, 0, w->trusted_iova, CHUNK), "writing the known blocks");
	memset(w->trusted, 0, CHUNK);
	must(nvme_read(&w->n, 0, w->trusted_iova, CHUNK), "reading the known blocks");
	if (!pattern_is(w->trusted, CHUNK, w->seed))
		tap_fail("the known blocks do not read back as written");
}

void world_close(struct world *w)
{
	if (w->v.device >= 0 && w->n.v)
		nvme_stop(&w->n);
	vfio_close(&w->v);
}

enum reach world_writes(struct world *w, uint64_t iova, void *mem, uint32_t bytes)
{
	memset(mem, POISON, bytes);
	w->status = nvme_read(&w->n, 0, iova, bytes);
	if (pattern_is(mem, bytes, w->seed))
		return REACHED;
	return filled_with(mem, bytes, POISON) ? UNTOUCHED : PARTLY;
}

/* Is one of the pages the pattern's? A device must not read even one page. */
static bool any_page_is(const uint8_t *mem, uint32_t bytes, uint64_t seed)
{
	for (uint32_t at = 0; at < bytes; at += NVME_PAGE)
		if (pattern_part_is(mem + at, NVME_PAGE, seed, at))
			return true;
	return false;
}

enum reach world_reads(struct world *w, uint64_t iova, void *mem, uint32_t bytes)
{
	uint64_t lba = SCRATCH_LBA;
	uint64_t seed = new_seed();

	memset(w->trusted, 0, bytes);
	must(nvme_write(&w->n, lba, w->trusted_iova, bytes), "clearing the scratch blocks");
	pattern_fill(mem, bytes, seed);
	w->status = nvme_write(&w->n, lba, iova, bytes);
	must(nvme_read(&w->n, lba, w->trusted_iova, bytes), "reading the scratch blocks");
	if (pattern_is(w->trusted, bytes, seed))
		return REACHED;
	return any_page_is(w->trusted, bytes, seed) ? PARTLY : UNTOUCHED;
}

void world_expect_writes(struct world *w, uint64_t iova, void *mem, enum reach want,
			 const char *what)
{
	enum reach got = world_writes(w, iova, mem, NVME_PAGE);

	tap_check(got == want, "%s: memory is %s by the device's write, not %s (status %#x)", what,
		  reach_name[got], reach_name[want], w->status);
}

void world_expect_reads(struct world *w, uint64_t iova, void *mem, enum reach want,
			const char *what)
{
	enum reach got = world_reads(w, iova, mem, NVME_PAGE);

	tap_check(got == want, "%s: memory is %s by the device's read, not %s (status %#x)", what,
		  reach_name[got], reach_name[want], w->status);
}
