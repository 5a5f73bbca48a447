// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvme.c - the parts of NVM Express 1.4 that reading and writing need
 *
 * These are: controller reset and enable, Identify, one pair of I/O queues, Read and Write with
 * PRP entries and PRP lists.
 *
 * The layout of the memory that the caller lends, in pages of 4 KiB:
 *   0 admin submission, 1 admin completion, 2 I/O submission, 3 I/O completion,
 *   4 PRP list, 5 identify
 *
 * Guest and controller are both little-endian. Memory and registers are ordered against each
 * other by full barriers (sync): before a doorbell, so that the entry is in memory; after the
 * phase bit, so that the completion and the data are not read before the bit. Speed does not
 * matter here.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "nvme.h"
#include "tap.h"

#define REG_CAP		0x00
#define REG_CC		0x14
#define REG_CSTS	0x1c
#define REG_AQA		0x24
#define REG_ASQ		0x28
#define REG_ACQ		0x30
#define REG_DOORBELLS	0x1000

#define CC_ENABLE	(1 | 6 << 16 | 4 << 20)	/* 64-byte and 16-byte entries, 4 KiB pages */
#define CSTS_READY	1
#define CSTS_FATAL	2

#define ADMIN_CREATE_SQ	0x01
#define ADMIN_CREATE_CQ	0x05
#define ADMIN_IDENTIFY	0x06
#define IO_WRITE	0x01
#define IO_READ		0x02

#define ENTRIES		32
#define PAGE_PRP_LIST	4
#define PAGE_IDENTIFY	5

struct command {
	uint32_t opcode_and_id;
	uint32_t namespace;
	uint32_t reserved[4];
	uint64_t prp1;
	uint64_t prp2;
	uint32_t cdw10;
	uint32_t cdw11;
	uint32_t cdw12;
	uint32_t cdw13;
	uint32_t cdw14;
	uint32_t cdw15;
};

struct completion {
	uint32_t result;
	uint32_t reserved;
	uint16_t sq_head;
	uint16_t sq_id;
	uint16_t command;
	uint16_t status;
};

static void barrier(void)
{
	__sync_synchronize();
}

static uint32_t read32(struct nvme *n, unsigned int offset)
{
	uint32_t value;

	if (n->registers) {
		value = *(volatile uint32_t *)(n->registers + offset);
		barrier();
		return value;
	}
	if (pread(n->v->device, &value, sizeof(value), n->registers_at + offset) != sizeof(value))
		tap_fail("reading register %#x: %s", offset, strerror(errno));
	return value;
}

static void write32(struct nvme *n, unsigned int offset, uint32_t value)
{
	barrier();
	if (n->registers) {
		*(volatile uint32_t *)(n->registers + offset) = value;
		barrier();
		return;
	}
	if (pwrite(n->v->device, &value, sizeof(value), n->registers_at + offset) != sizeof(value))
		tap_fail("writing register %#x: %s", offset, strerror(errno));
}

static uint64_t read64(struct nvme *n, unsigned int offset)
{
	uint64_t low = read32(n, offset);

	return low | (uint64_t)read32(n, offset + 4) << 32;
}

static void write64(struct nvme *n, unsigned int offset, uint64_t value)
{
	write32(n, offset, value);
	write32(n, offset + 4, value >> 32);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static void nap(void)
{
	struct timespec t = { .tv_nsec = 50000 };

	nanosleep(&t, NULL);
}

static int wait_ready(struct nvme *n, uint32_t ready)
{
	uint64_t end = now_ms() + n->ready_ms;
	uint32_t status;

	do {
		status = read32(n, REG_CSTS);
		if (ready && (status & CSTS_FATAL))
			return -EIO;
		if ((status & CSTS_READY) == ready)
			return 0;
		nap();
	} while (now_ms() < end);
	return -ETIMEDOUT;
}

static int disable(struct nvme *n)
{
	write32(n, REG_CC, 0);
	return wait_ready(n, 0);
}

static void queue_init(struct nvme *n, struct nvme_queue *q, unsigned int id)
{
	q->sq = n->memory + 2 * id * NVME_PAGE;
	q->cq = n->memory + (2 * id + 1) * NVME_PAGE;
	q->id = id;
	q->entries = ENTRIES;
	q->tail = 0;
	q->head = 0;
	q->phase = 1;
	memset((void *)q->sq, 0, NVME_PAGE);
	memset((void *)q->cq, 0, NVME_PAGE);
}

static void ring(struct nvme *n, struct nvme_queue *q, bool completion, unsigned int value)
{
	write32(n, REG_DOORBELLS + (2 * q->id + completion) * n->stride, value);
}

static int wait_completion(struct nvme *n, struct nvme_queue *q)
{
	volatile struct completion *c = (volatile struct completion *)q->cq + q->head;
	uint64_t start = now_ms();
	uint16_t status;

	for (unsigned int spins = 0; ((status = c->status) & 1) != q->phase; spins++) {
		if (spins < 2000)
			continue;
		if (read32(n, REG_CSTS) & CSTS_FATAL)
			return -EIO;
		if (now_ms() > start + n->timeout_ms)
			return -ETIMEDOUT;
		nap();
	}
	barrier();
	q->head = (q->head + 1) % q->entries;
	if (!q->head)
		q->phase ^= 1;
	ring(n, q, true, q->head);
	return status >> 1 & 0x7ff;
}

static int submit(struct nvme *n, struct nvme_queue *q, struct command *c)
{
	c->opcode_and_id |= (uint32_t)++n->command << 16;
	memcpy((struct command *)q->sq + q->tail, c, sizeof(*c));
	q->tail = (q->tail + 1) % q->entries;
	ring(n, q, false, q->tail);
	return wait_completion(n, q);
}

static int identify(struct nvme *n, unsigned int what, uint32_t namespace)
{
	struct command c = {
		.opcode_and_id = ADMIN_IDENTIFY,
		.namespace = namespace,
		.prp1 = n->iova + PAGE_IDENTIFY * NVME_PAGE,
		.cdw10 = what,
	};

	return submit(n, &n->admin, &c);
}

static void text(char *to, const uint8_t *from, unsigned int size)
{
	memcpy(to, from, size);
	while (size && (to[size - 1] == ' ' || !to[size - 1]))
		size--;
	to[size] = '\0';
}

static int identify_all(struct nvme *n)
{
	const uint8_t *data = n->memory + PAGE_IDENTIFY * NVME_PAGE;
	uint32_t format;
	int ret = identify(n, 1, 0);

	if (ret)
		return ret;
	text(n->serial, data + 4, 20);
	text(n->model, data + 24, 40);
	ret = identify(n, 0, 1);
	if (ret)
		return ret;
	memcpy(&n->blocks, data, sizeof(n->blocks));
	memcpy(&format, data + 128 + 4 * (data[26] & 0xf), sizeof(format));
	n->block_size = 1U << (format >> 16 & 0xff);
	return 0;
}

static int create_io_queues(struct nvme *n)
{
	struct command cq = {
		.opcode_and_id = ADMIN_CREATE_CQ,
		.prp1 = n->iova + 3 * NVME_PAGE,
		.cdw10 = 1 | (ENTRIES - 1) << 16,
		.cdw11 = 1,
	};
	struct command sq = {
		.opcode_and_id = ADMIN_CREATE_SQ,
		.prp1 = n->iova + 2 * NVME_PAGE,
		.cdw10 = 1 | (ENTRIES - 1) << 16,
		.cdw11 = 1 | 1 << 16,
	};
	int ret;

	queue_init(n, &n->io, 1);
	ret = submit(n, &n->admin, &cq);
	return ret ? ret : submit(n, &n->admin, &sq);
}

/* Maps BAR 0 if the kernel allows it; else (with large pages) read() and write() are used. */
static int find_registers(struct nvme *n)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	void *p;

	if (ioctl(n->v->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return -errno;
	n->registers_at = info.offset;
	n->registers_size = info.size;
	if (!(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return 0;
	p = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, n->v->device, info.offset);
	if (p == MAP_FAILED)
		return -errno;
	n->registers = p;
	return 0;
}

static int enable(struct nvme *n)
{
	uint64_t cap = read64(n, REG_CAP);
	int ret;

	n->stride = 4U << (cap >> 32 & 0xf);
	if ((cap >> 24 & 0xff) * 500 > n->ready_ms)
		n->ready_ms = (cap >> 24 & 0xff) * 500;
	ret = disable(n);
	if (ret)
		return ret;
	queue_init(n, &n->admin, 0);
	write32(n, REG_AQA, (ENTRIES - 1) << 16 | (ENTRIES - 1));
	write64(n, REG_ASQ, n->iova);
	write64(n, REG_ACQ, n->iova + NVME_PAGE);
	write32(n, REG_CC, CC_ENABLE);
	return wait_ready(n, CSTS_READY);
}

int __nvme_start(struct nvme *n, struct vfio *v, void *memory, uint64_t iova)
{
	int ret;

	memset(n, 0, sizeof(*n));
	n->v = v;
	n->memory = memory;
	n->iova = iova;
	n->timeout_ms = 5000;
	n->ready_ms = n->timeout_ms;
	if (v->device < 0)
		vfio_open_device(v);
	vfio_bus_master(v, 1);
	ret = find_registers(n);
	if (!ret)
		ret = enable(n);
	if (!ret)
		ret = identify_all(n);
	return ret ? ret : create_io_queues(n);
}

void nvme_start(struct nvme *n, struct vfio *v, void *memory, uint64_t iova)
{
	int ret = __nvme_start(n, v, memory, iova);

	if (ret < 0)
		tap_fail("starting the NVMe controller: %s", strerror(-ret));
	if (ret)
		tap_fail("starting the NVMe controller: status %#x", ret);
}

void nvme_forget(struct nvme *n)
{
	if (n->registers)
		munmap((void *)n->registers, n->registers_size);
	n->registers = NULL;
}

void nvme_stop(struct nvme *n)
{
	int ret = disable(n);

	if (ret)
		tap_fail("resetting the NVMe controller: %s", strerror(-ret));
	nvme_forget(n);
}

/* PRP entry 2 is 0, the second page, or a list of all pages but the first. */
static uint64_t second_prp(struct nvme *n, uint64_t iova, uint32_t bytes)
{
	uint64_t *list = (uint64_t *)(n->memory + PAGE_PRP_LIST * NVME_PAGE);
	uint64_t first = (iova | (NVME_PAGE - 1)) + 1;
	uint64_t end = iova + bytes;
	unsigned int i = 0;

	if (end <= first)
		return 0;
	if (end <= first + NVME_PAGE)
		return first;
	for (uint64_t at = first; at < end; at += NVME_PAGE)
		list[i++] = at;
	return n->iova + PAGE_PRP_LIST * NVME_PAGE;
}

static int transfer(struct nvme *n, uint32_t opcode, uint64_t lba, uint64_t iova, uint32_t bytes)
{
	struct command c = {
		.opcode_and_id = opcode,
		.namespace = 1,
		.prp1 = iova,
		.cdw10 = lba,
		.cdw11 = lba >> 32,
		.cdw12 = bytes / n->block_size - 1,
	};

	if (!bytes || bytes > NVME_MAX_BYTES || bytes % n->block_size)
		return -EINVAL;
	c.prp2 = second_prp(n, iova, bytes);
	return submit(n, &n->io, &c);
}

int nvme_read(struct nvme *n, uint64_t lba, uint64_t iova, uint32_t bytes)
{
	return transfer(n, IO_READ, lba, iova, bytes);
}

int nvme_write(struct nvme *n, uint64_t lba, uint64_t iova, uint32_t bytes)
{
	return transfer(n, IO_WRITE, lba, iova, bytes);
}
