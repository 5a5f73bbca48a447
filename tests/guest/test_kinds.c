// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_kinds.c - kinds of memory, and what each call answers for them
 *
 * The calls are REGISTER of v2, and MAP of v1 for writing and for reading. The device reaches
 * memory that a call accepts. Memory that a call refuses, it refuses with one errno, and neither
 * pins nor charges it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "phys.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define SIZE	(256 * KIB)
#define IOVA	MIB

/**
 * struct kind - a kind of memory
 * @name:  its name
 * @make:  makes SIZE bytes or more of it, or ends the test
 * @size:  its size if it is not SIZE
 * @write: result of REGISTER, and of MAP for a device that writes
 * @read:  result of MAP for a device that only reads
 */
struct kind {
	const char *name;
	void *(*make)(struct world *w);
	size_t size;
	int write;
	int read;
};

/* --- making each kind --- */

static void *mapped(int prot, int flags, int fd, size_t size)
{
	void *p = mmap(NULL, size, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		tap_fail("mmap: %s", strerror(errno));
	return p;
}

/* A file on a disk, with content. */
static int file_of(size_t size)
{
	int fd = open(FILES "/kind", O_RDWR | O_CREAT | O_TRUNC, 0600);
	static const char block[4096] = "content";

	if (fd < 0)
		tap_fail("no file: %s", strerror(errno));
	for (size_t at = 0; at < size; at += sizeof(block))
		if (write(fd, block, sizeof(block)) != sizeof(block))
			tap_fail("the file cannot be written: %s", strerror(errno));
	return fd;
}

static int memfd_of(unsigned int flags, size_t size)
{
	int fd = memfd_create("kind", flags);

	if (fd < 0 || ftruncate(fd, size))
		tap_fail("no memfd: %s", strerror(errno));
	return fd;
}

static void *anonymous(struct world *w)
{
	(void)w;
	return buffer_private(SIZE);
}

static void *protected(int prot)
{
	uint8_t *mem = buffer_private(SIZE);

	memset(mem, 1, SIZE);
	if (mprotect(mem, SIZE, prot))
		tap_fail("mprotect: %s", strerror(errno));
	return mem;
}

static void *read_only(struct world *w)
{
	(void)w;
	return protected(PROT_READ);
}

static void *inaccessible(struct world *w)
{
	(void)w;
	return protected(PROT_NONE);
}

static void *never_written(struct world *w)
{
	(void)w;
	return mapped(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, SIZE);
}

static void *shared(struct world *w)
{
	(void)w;
	return buffer_shared(SIZE);
}

static void *memfd(struct world *w)
{
	(void)w;
	return buffer_of(memfd_of(0, SIZE), SIZE);
}

static void *memfd_read_only(struct world *w)
{
	(void)w;
	return mapped(PROT_READ, MAP_SHARED, memfd_of(0, SIZE), SIZE);
}

static void *huge(struct world *w)
{
	(void)w;
	return buffer_huge(2 * MIB, false);
}

static void *huge_file(struct world *w)
{
	(void)w;
	return mapped(PROT_READ | PROT_WRITE, MAP_SHARED, memfd_of(MFD_HUGETLB, 2 * MIB), 2 * MIB);
}

static void *private_file(struct world *w)
{
	(void)w;
	return mapped(PROT_READ | PROT_WRITE, MAP_PRIVATE, file_of(SIZE), SIZE);
}

static void *private_file_read_only(struct world *w)
{
	(void)w;
	return mapped(PROT_READ, MAP_PRIVATE, file_of(SIZE), SIZE);
}

static void *shared_file(struct world *w)
{
	(void)w;
	return buffer_of(file_of(SIZE), SIZE);
}

static void *shared_file_read_only(struct world *w)
{
	(void)w;
	return mapped(PROT_READ, MAP_SHARED, file_of(SIZE), SIZE);
}

static void *short_file(struct world *w)
{
	(void)w;
	return mapped(PROT_READ | PROT_WRITE, MAP_PRIVATE, file_of(SIZE / 2), SIZE);
}

static void *short_memfd(struct world *w)
{
	(void)w;
	return buffer_of(memfd_of(0, SIZE / 2), SIZE);
}

static void *hole(struct world *w)
{
	uint8_t *mem = buffer_private(SIZE);

	(void)w;
	if (munmap(mem + SIZE / 2, page_size()))
		tap_fail("munmap: %s", strerror(errno));
	return mem;
}

/* The device's own registers. */
static void *registers(struct world *w)
{
	if (!w->n.registers)
		tap_skip("the device's registers cannot be mapped with pages of this size");
	return (void *)w->n.registers;
}

/* --- calls on each kind --- */

/* What is pinned in the machine, and what the process is charged, to compare before and after. */
struct books {
	int64_t pins;
	int64_t locked;
};

static struct books books_now(void)
{
	return (struct books){ kstat_pins(), kstat_locked(0) };
}

static void books_expect(const struct books *before, int64_t bytes, const char *when)
{
	int64_t pins = before->pins + bytes / (int64_t)page_size();
	int64_t locked = before->locked + bytes / (int64_t)KIB;

	tap_check(kstat_wait_pins(pins) == pins, "%s: %lld pages are pinned", when,
		  (long long)(kstat_pins() - before->pins));
	tap_check((int64_t)kstat_locked(0) == locked, "%s: %lld KiB are charged", when,
		  (long long)kstat_locked(0) - (long long)before->locked);
}

static void reached(struct world *w, void *mem, size_t size)
{
	uint8_t *last = (uint8_t *)mem + size - NVME_PAGE;

	world_expect_writes(w, IOVA, mem, REACHED, "the first page");
	world_expect_writes(w, IOVA + size - NVME_PAGE, last, REACHED, "the last page");
	world_expect_reads(w, IOVA, mem, REACHED, "the first page");
}

static void v2_accepted(struct world *w, const struct kind *k, void *mem, const struct books *was)
{
	struct books now;

	books_expect(was, k->size, "after REGISTER");
	vfio_map(&w->v, IOVA, mem, k->size, VFIO_DIR_BOTH);
	reached(w, mem, k->size);
	vfio_unmap(&w->v, IOVA, k->size);
	now = books_now();
	vfio_unregister(&w->v, mem, k->size);
	books_expect(&now, -(int64_t)k->size, "after UNREGISTER");
}

static void with_v2(const struct kind *k)
{
	struct books was;
	struct world w;
	void *mem;
	int got;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	mem = k->make(&w);
	was = books_now();
	got = __vfio_register(&w.v, mem, k->size);
	tap_errno(got, k->write, "REGISTER of %s", k->name);
	if (got)
		books_expect(&was, 0, "after a refused REGISTER");
	else
		v2_accepted(&w, k, mem, &was);
	world_close(&w);
}

static void with_v1(const struct kind *k)
{
	struct books was;
	struct world w;
	void *mem;
	int got;

	world_open_v1(&w);
	world_start(&w, WORLD_HIGH);
	mem = k->make(&w);
	was = books_now();
	got = __vfio_map(&w.v, IOVA, mem, k->size, VFIO_DIR_BOTH);
	tap_errno(got, k->write, "MAP of %s", k->name);
	if (got)
		books_expect(&was, 0, "after a refused MAP");
	else
		reached(&w, mem, k->size);
	got = __vfio_map(&w.v, IOVA, mem, k->size, VFIO_DIR_READ);
	tap_errno(got, k->read, "MAP of %s for reading", k->name);
	vfio_unmap(&w.v, IOVA, k->size);
	tap_check(kstat_wait_pins(was.pins) == was.pins, "after UNMAP pages are pinned");
	world_close(&w);
}

static void try_kind(struct kind k)
{
	if (!k.size)
		k.size = SIZE;
	with_v2(&k);
	with_v1(&k);
}

/* A test for each kind: its function's name, the kind, and the results. */
#define KIND(test, make_, ...)						\
static void test(void)							\
{									\
	try_kind((struct kind){ .name = #make_, .make = make_, __VA_ARGS__ });	\
}

#define REFUSED			.write = -EFAULT, .read = -EFAULT
#define REFUSED_FOR_WRITING	.write = -EFAULT

KIND(kind_anonymous, anonymous)
KIND(kind_shared, shared)
KIND(kind_memfd, memfd)
KIND(kind_huge, huge)
KIND(kind_huge_file, huge_file)
KIND(kind_private_file, private_file)
KIND(kind_shared_file, shared_file, .write = kstat_pins_files() ? 0 : -EFAULT)
KIND(kind_read_only, read_only, REFUSED_FOR_WRITING)
KIND(kind_never_written, never_written, REFUSED_FOR_WRITING)
KIND(kind_memfd_read_only, memfd_read_only, REFUSED_FOR_WRITING)
KIND(kind_private_file_read_only, private_file_read_only, REFUSED_FOR_WRITING)
KIND(kind_shared_file_read_only, shared_file_read_only, REFUSED_FOR_WRITING)
KIND(kind_inaccessible, inaccessible, REFUSED)
KIND(kind_hole, hole, REFUSED)
KIND(kind_short_file, short_file, REFUSED)
KIND(kind_short_memfd, short_memfd, REFUSED)
KIND(kind_registers, registers, .size = page_size(), REFUSED)

/* --- transparent huge pages --- */

#define HUGE	(2 * MIB)

static uint8_t *transparent_huge(size_t size)
{
	uintptr_t raw = (uintptr_t)buffer_private(size + HUGE);
	uint8_t *mem = (uint8_t *)((raw + HUGE - 1) & ~(uintptr_t)(HUGE - 1));

	if (madvise(mem, size, MADV_HUGEPAGE))
		tap_skip("transparent huge pages: %s", strerror(errno));
	memset(mem, 1, size);
	for (size_t at = 0; at < size; at += HUGE)
		if (phys_of(mem + at) % HUGE)
			tap_skip("the kernel has no huge page for this");
	return mem;
}

/* IOMMU pages larger than the kernel's, over memory that is not hugetlb. */
static void kind_transparent_huge(void)
{
	unsigned int shift = page_size() < 64 * KIB ? 16 : 21;
	struct window ddw;
	struct world w;
	uint8_t *mem;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	mem = transparent_huge(2 * HUGE);
	vfio_register(&w.v, mem, 2 * HUGE);
	vfio_create(&w.v, shift, 64 * MIB, &ddw);
	vfio_map(&w.v, ddw.start, mem, 2 * HUGE, VFIO_DIR_BOTH);
	world_expect_writes(&w, ddw.start, mem, REACHED, "the first page");
	world_expect_writes(&w, ddw.start + 2 * HUGE - NVME_PAGE, mem + 2 * HUGE - NVME_PAGE,
			    REACHED, "the last page");
	vfio_unmap(&w.v, ddw.start, 2 * HUGE);
	vfio_unregister(&w.v, mem, 2 * HUGE);
	world_close(&w);
}

/* --- memory in the movable zone --- */

/* The zone's first frame, and the frame behind its last. */
static bool movable_zone(uint64_t *first, uint64_t *end)
{
	unsigned long spanned = 0, start = 0;
	FILE *f = fopen("/proc/zoneinfo", "re");
	bool inside = false;
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "Node", 4))
			inside = strstr(line, "Movable");
		if (inside && sscanf(line, " spanned %lu", &spanned) == 1)
			continue;
		if (inside && sscanf(line, " start_pfn: %lu", &start) == 1)
			break;
	}
	if (f)
		fclose(f);
	*first = start;
	*end = start + spanned;
	return start && spanned;
}

/* The kernel first moves memory out of the movable zone, with its content. */
static void movable_first(void)
{
	uint64_t first, end, frame;
	struct world w;
	uint8_t *mem;

	if (!movable_zone(&first, &end))
		tap_fail("the scenario has left no memory to the movable zone");
	world_open(&w);
	world_start(&w, WORLD_HIGH);
	mem = buffer_private(SIZE);
	pattern_fill(mem, SIZE, 42);
	frame = phys_of(mem) / page_size();
	if (frame < first || frame >= end)
		tap_skip("the kernel puts new memory elsewhere");
	vfio_register(&w.v, mem, SIZE);
	frame = phys_of(mem) / page_size();
	tap_check(frame < first || frame >= end, "it is pinned in the movable zone");
	tap_check(pattern_is(mem, SIZE, 42), "it has lost its content");
	vfio_map(&w.v, IOVA, mem, SIZE, VFIO_DIR_BOTH);
	reached(&w, mem, SIZE);
	world_close(&w);
}

/* --- one page, pinned by others very often --- */

#define RINGS		9
#define PINS_OF_RING	16384	/* the most that a ring accepts */

/* io_uring pins a buffer each time that it is registered. */
static bool ring_pins(void *page)
{
	static struct iovec same[PINS_OF_RING];
	struct io_uring_params params = { 0 };
	int fd = syscall(SYS_io_uring_setup, 1, &params);

	for (unsigned int i = 0; i < PINS_OF_RING; i++)
		same[i] = (struct iovec){ page, page_size() };
	return fd >= 0 && !syscall(SYS_io_uring_register, fd, IORING_REGISTER_BUFFERS, same,
				   PINS_OF_RING);
}

static void often_pinned(void)
{
	struct books was;
	struct world w;
	uint8_t *mem;

	world_open(&w);
	mem = buffer_private(SIZE);
	memset(mem, 1, SIZE);
	if (madvise(mem, SIZE, MADV_NOHUGEPAGE))
		tap_note("no transparent huge pages");
	for (unsigned int i = 0; i < RINGS; i++)
		if (!ring_pins(mem + SIZE - page_size()))
			tap_skip("io_uring: %s", strerror(errno));
	was = books_now();
	tap_errno(__vfio_register(&w.v, mem, SIZE), -ENOMEM, "REGISTER of a page with many pins");
	books_expect(&was, 0, "after a refused REGISTER");
	vfio_register(&w.v, mem, SIZE - page_size());
	world_close(&w);
}

const struct tap_test kinds_tests[] = {
	{ .name = "kinds/anonymous", .run = kind_anonymous },
	{ .name = "kinds/transparent-huge", .run = kind_transparent_huge },
	{ .name = "kinds/huge", .run = kind_huge },
	{ .name = "kinds/huge-file", .run = kind_huge_file },
	{ .name = "kinds/shared", .run = kind_shared },
	{ .name = "kinds/memfd", .run = kind_memfd },
	{ .name = "kinds/private-file", .run = kind_private_file },
	{ .name = "kinds/shared-file", .run = kind_shared_file },
	{ .name = "kinds/read-only", .run = kind_read_only },
	{ .name = "kinds/never-written", .run = kind_never_written },
	{ .name = "kinds/memfd-read-only", .run = kind_memfd_read_only },
	{ .name = "kinds/private-file-read-only", .run = kind_private_file_read_only },
	{ .name = "kinds/shared-file-read-only", .run = kind_shared_file_read_only },
	{ .name = "kinds/inaccessible", .run = kind_inaccessible },
	{ .name = "kinds/hole", .run = kind_hole },
	{ .name = "kinds/short-file", .run = kind_short_file },
	{ .name = "kinds/short-memfd", .run = kind_short_memfd },
	{ .name = "kinds/registers", .run = kind_registers },
	{ .name = "movable/moved-first", .run = movable_first },
	{ .name = "often/pinned", .run = often_pinned, .limit = 240 },
	{ }
};
