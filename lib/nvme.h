/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme.h - a driver for one NVMe controller through VFIO
 *
 * It polls, and has one admin queue and one I/O queue pair, with one command at a time. The
 * caller provides the memory of the queues and its bus address, so a test can put them in any
 * window. Commands give back the status of the completion (0: success), or a negative errno:
 * -ETIMEDOUT without an answer, -EIO if the controller reports a fatal state.
 */
#ifndef LIB_NVME_H
#define LIB_NVME_H

#include <stdbool.h>
#include <stdint.h>

#include "vfio.h"

#define NVME_MEMORY	(64 * 1024)	/* for queues, one PRP list and the identify data */
#define NVME_PAGE	4096
#define NVME_MAX_BYTES (512 * 1024) /* per command: what QEMU offers, and less than one PRP list */

struct nvme_queue {
	volatile void *sq;
	volatile void *cq;
	unsigned int id;
	unsigned int entries;
	unsigned int tail;
	unsigned int head;
	unsigned int phase;
};

struct nvme {
	struct vfio *v;
	volatile uint8_t *registers;	/* NULL: by read and write on the device */
	uint64_t registers_at;
	uint64_t registers_size;
	uint8_t *memory;
	uint64_t iova;
	unsigned int stride;
	uint16_t command;
	uint64_t timeout_ms;	/* for a command */
	uint64_t ready_ms;	/* to become ready, as the controller says */
	struct nvme_queue admin;
	struct nvme_queue io;
	char model[41];
	char serial[21];
	uint64_t blocks;
	uint32_t block_size;
};

/* Memory must be registered, and mapped at iova for both directions. Resets the controller. */
int __nvme_start(struct nvme *n, struct vfio *v, void *memory, uint64_t iova);
void nvme_start(struct nvme *n, struct vfio *v, void *memory, uint64_t iova);
/* Resets the controller, so that it keeps no address of ours. */
void nvme_stop(struct nvme *n);
/* Leaves the controller running; unmaps its registers, whose mapping keeps the device open. */
void nvme_forget(struct nvme *n);

/* At most NVME_MAX_BYTES each; iova at a multiple of the block size. */
int nvme_read(struct nvme *n, uint64_t lba, uint64_t iova, uint32_t bytes);
int nvme_write(struct nvme *n, uint64_t lba, uint64_t iova, uint32_t bytes);

#endif
