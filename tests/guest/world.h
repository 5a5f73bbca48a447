/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - the usual start of a test
 *
 * The device is in a container of its own, with registered memory. A running NVMe controller shows
 * what a device can reach. Its queues and one trusted buffer are mapped where the test wants them;
 * the test maps everything else.
 */
#ifndef GUEST_WORLD_H
#define GUEST_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "nvme.h"
#include "vfio.h"

#define WORLD_BASE_SIZE	(128 * 1024)		/* bytes that world_start() maps */
#define WORLD_HIGH 0x3ffe0000ULL /* the end of a default window of 1 GiB, for world_start() */
#define WORLD_DATA	(8 * 1024 * 1024)

enum reach {
	UNTOUCHED,	/* none of the memory was written, or none was read */
	PARTLY,
	REACHED,
};

struct world {
	struct vfio v;
	struct nvme n;
	uint8_t *memory;	/* all of the registered memory, queues first */
	size_t size;
	uint8_t *trusted;	/* 64 KiB for checks, mapped behind the queues */
	uint64_t trusted_iova;
	uint8_t *data;		/* WORLD_DATA bytes, not mapped */
	uint64_t seed;		/* the pattern in the first 64 KiB of the disk */
	int status;		/* of the last transfer of world_writes() or world_reads() */
};

/* The device that all tests use. */
extern const char *world_bdf;

/*
 * Does the hypervisor behave like PowerVM (tests/inject), or like QEMU? PERSONALITY in the
 * environment says it. With PowerVM a PE has at most one created window.
 */
bool world_powervm(void);
/* The start of a first window that differs from the default one. */
uint64_t world_first_start(void);

/* Opens the container and registers the memory, but maps nothing. */
void world_open(struct world *w);
/* The same with memory that the test allocated, WORLD_BASE_SIZE larger than its data. */
void world_open_over(struct world *w, void *memory, size_t size);
/* The same, but registers nothing. */
void world_open_only(struct world *w, void *memory, size_t size);
/* The same with a container that the test opened itself. */
void world_open_taken(struct world *w, const struct vfio *v);
/* A container of the v1 API, enabled; there is nothing to register. */
void world_open_v1(struct world *w);
/* Maps queues and trusted buffer at iova and starts the controller. */
void world_start(struct world *w, uint64_t iova);
/* The same with memory that is mapped there already. */
void world_start_mapped(struct world *w, uint64_t iova);
void world_close(struct world *w);

/* How much of this memory a device's write of at most 64 KiB to this bus address reaches. */
enum reach world_writes(struct world *w, uint64_t iova, void *mem, uint32_t bytes);
/* How much of this memory a device's read of this bus address gets. */
enum reach world_reads(struct world *w, uint64_t iova, void *mem, uint32_t bytes);

/* The two functions above as checks with a name. */
void world_expect_writes(struct world *w, uint64_t iova, void *mem, enum reach want,
			 const char *what);
void world_expect_reads(struct world *w, uint64_t iova, void *mem, enum reach want,
			const char *what);

#endif
