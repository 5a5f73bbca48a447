// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_memory.c - pages that a device wrote to, and that the kernel must keep
 *
 * Pages that a writable translation reached are marked dirty when it is cleared, so that neither
 * swap nor reclaim drops them.
 *
 * REGISTER faults pages in for writing, so most pages are dirty anyway while they are pinned, and
 * a lost mark would not be noticed. Two checks show it nevertheless. First, the kernel shows a
 * page's dirty flag, which for anonymous memory is separate from the page table's: it is clear
 * before, and set after. Second, MADV_FREE clears both marks of a page that is mapped for the
 * device: if nobody marks the page again, reclaim drops it, and it reads as zeros. A page that
 * was mapped for reading only goes through the same steps and does read as zeros, which proves
 * that these steps lose an unmarked page.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "phys.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define SIZE	(64 * KIB)

/*
 * Reclaim finds only pages that are on its lists. Young pages wait in the queue of the processor
 * that made them, and madvise() only empties its own processor's queue.
 */
static void ready_for_reclaim(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	if (sched_setaffinity(0, sizeof(here), &here))
		tap_fail("cannot stay on one processor: %s", strerror(errno));
	if (kstat_memory("SwapTotal") < 32 * 1024)
		tap_fail("the guest has no swap");
}

/* Reclaims until no page of @mem is mapped any more. */
static bool page_out(uint8_t *mem, size_t size)
{
	struct timespec nap = { .tv_nsec = 20000000 };

	for (unsigned int i = 0; i < 100; i++) {
		size_t at = 0;

		if (madvise(mem, size, MADV_PAGEOUT))
			tap_fail("MADV_PAGEOUT: %s", strerror(errno));
		while (at < size && !phys_present(mem + at))
			at += page_size();
		if (at >= size)
			return true;
		nanosleep(&nap, NULL);
	}
	return false;
}

/* Registers and maps memory, lets the device write all of it, unmaps and unregisters it. */
static void device_fills(struct world *w, uint8_t *mem, size_t size)
{
	vfio_register(&w->v, mem, size);
	vfio_map(&w->v, MIB, mem, size, VFIO_DIR_BOTH);
	for (size_t at = 0; at < size; at += SIZE)
		if (world_writes(w, MIB + at, mem + at, SIZE) != REACHED)
			tap_fail("the device does not reach its memory");
	vfio_unmap(&w->v, MIB, size);
	vfio_unregister(&w->v, mem, size);
}

static void expect_content(struct world *w, const uint8_t *mem, size_t size, const char *what)
{
	for (size_t at = 0; at < size; at += SIZE)
		if (!tap_check(pattern_is(mem + at, SIZE, w->seed), "%s lost what the device wrote",
			       what))
			return;
}

static void survives_swap(uint8_t *mem, size_t size, const char *what)
{
	uint64_t out = kstat_event("pswpout");
	int64_t pins = kstat_pins();
	struct world w;

	ready_for_reclaim();
	world_open(&w);
	world_start(&w, WORLD_HIGH);
	device_fills(&w, mem, size);
	kstat_wait_pins(pins + (int64_t)(w.size / page_size()));
	if (!page_out(mem, size))
		tap_fail("%s does not go to swap", what);
	tap_check(kstat_event("pswpout") >= out + size / page_size(), "%s did not go to swap",
		  what);
	expect_content(&w, mem, size, what);
	device_fills(&w, mem, size);
	expect_content(&w, mem, size, what);
	world_close(&w);
}

static void shmem_and_swap(void)
{
	survives_swap(buffer_shared(2 * MIB), 2 * MIB, "shared memory");
}

static void anonymous_and_swap(void)
{
	survives_swap(buffer_private(2 * MIB), 2 * MIB, "private memory");
}

/* Makes separate pages: a huge page would be freed as a whole. */
static uint8_t *small_pages(size_t size)
{
	uint8_t *mem = buffer_private(size);

	madvise(mem, size, MADV_NOHUGEPAGE);
	memset(mem, 1, size);
	return mem;
}

/* The user frees mapped memory (MADV_FREE); then the device writes to it, if @dir allows. */
static void freed_while_mapped(struct world *w, uint8_t *mem, uint32_t dir)
{
	vfio_register(&w->v, mem, SIZE);
	vfio_map(&w->v, MIB, mem, SIZE, dir);
	if (madvise(mem, SIZE, MADV_FREE))
		tap_fail("MADV_FREE: %s", strerror(errno));
	w->status = nvme_read(&w->n, 0, MIB, SIZE);
	vfio_unmap(&w->v, MIB, SIZE);
	vfio_unregister(&w->v, mem, SIZE);
}

static void clean_pages(void)
{
	uint8_t *written, *only_read;
	int64_t pins;
	struct world w;

	ready_for_reclaim();
	written = small_pages(SIZE);
	only_read = small_pages(SIZE);
	world_open(&w);
	world_start(&w, WORLD_HIGH);
	pins = kstat_pins();
	freed_while_mapped(&w, written, VFIO_DIR_BOTH);
	freed_while_mapped(&w, only_read, VFIO_DIR_READ);
	kstat_wait_pins(pins);
	page_out(only_read, SIZE);
	tap_check(filled_with(only_read, SIZE, 0),
		  "a clean page was not dropped, so this test shows nothing");
	page_out(written, SIZE);
	expect_content(&w, written, SIZE, "a clean page");
	world_close(&w);
}

enum ending {
	BY_UNMAP,
	BY_MAP,
	BY_REMOVE,
	BY_CLOSE,
};

static const char *const ending_name[] = {"UNMAP", "a MAP over it", "REMOVE of the window",
					  "close"};

/* A writable translation ends in each possible way. */
static void dirty_after(enum ending how, uint8_t *mem, unsigned int shift, uint32_t dir, bool want)
{
	uint64_t size = shift > 16 ? 2 * MIB : SIZE;
	struct window ddw;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, mem, 2 * size);
	vfio_create(&v, shift, 16 * MIB, &ddw);
	vfio_map(&v, ddw.start, mem, size, dir);
	if (how == BY_UNMAP)
		vfio_unmap(&v, ddw.start, size);
	if (how == BY_MAP)
		vfio_map(&v, ddw.start, mem + size, size, VFIO_DIR_READ);
	if (how == BY_REMOVE)
		vfio_remove(&v, ddw.start);
	if (how != BY_CLOSE)
		tap_check(phys_dirty(mem) == want, "after %s the page is %sdirty", ending_name[how],
			  want ? "not " : "");
	vfio_close(&v);
	tap_check(phys_dirty(mem) == want, "after %s and close the page is %sdirty",
		  ending_name[how], want ? "not " : "");
}

static void dirty_flag(void)
{
	for (enum ending how = BY_UNMAP; how <= BY_CLOSE; how++) {
		uint8_t *mem = small_pages(2 * SIZE);

		if (phys_dirty(mem))
			tap_fail("a fresh page has its dirty flag set, so this test shows nothing");
		dirty_after(how, mem, 12, VFIO_DIR_READ, false);
		dirty_after(how, mem, 12, VFIO_DIR_BOTH, true);
		mem = small_pages(2 * SIZE);
		dirty_after(how, mem, 12, VFIO_DIR_WRITE, true);
	}
}

/* Huge pages are never swapped; their content and flag must follow the same rules. */
static void huge_pages(void)
{
	uint8_t *private = buffer_huge(4 * MIB, false), *shared = buffer_huge(2 * MIB, true);
	struct world w;

	memset(private, 0, 4 * MIB);
	if (phys_dirty(private))
		tap_note("a fresh huge page has its dirty flag set: its flag shows nothing");
	else
		dirty_after(BY_UNMAP, private, 21, VFIO_DIR_READ, false);
	dirty_after(BY_UNMAP, private, 21, VFIO_DIR_BOTH, true);
	world_open(&w);
	world_start(&w, WORLD_HIGH);
	device_fills(&w, shared, 2 * MIB);
	expect_content(&w, shared, 2 * MIB, "a shared huge page");
	device_fills(&w, private, 4 * MIB);
	madvise(private, 4 * MIB, MADV_PAGEOUT);
	expect_content(&w, private, 4 * MIB, "a private huge page");
	world_close(&w);
}

/*
 * The file's own pages have the content: the test reads them through a second mapping that it
 * makes afterwards.
 */
static void huge_file(void)
{
	int fd = memfd_create("huge", MFD_HUGETLB);
	uint8_t *mem, *again;
	struct world w;

	if (fd < 0 || ftruncate(fd, 2 * MIB))
		tap_fail("no huge memfd: %s", strerror(errno));
	mem = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		tap_fail("no huge pages: %s", strerror(errno));
	world_open(&w);
	world_start(&w, WORLD_HIGH);
	device_fills(&w, mem, 2 * MIB);
	munmap(mem, 2 * MIB);
	again = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (again == MAP_FAILED)
		tap_fail("no second mapping: %s", strerror(errno));
	expect_content(&w, again, 2 * MIB, "a huge file");
	world_close(&w);
}

/* One file that is mapped many times is larger than memory: only the user's limit counts. */
static void more_than_there_is(void)
{
	const uint64_t piece = 64 * MIB, size = 40 * piece;
	uint8_t *mem = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			    -1, 0);
	int fd = memfd_create("many", 0);
	struct vfio v;

	if (mem == MAP_FAILED || fd < 0 || ftruncate(fd, piece))
		tap_fail("no memfd: %s", strerror(errno));
	for (uint64_t at = 0; at < size; at += piece)
		if (mmap(mem + at, piece, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
		    MAP_FAILED)
			tap_fail("mmap: %s", strerror(errno));
	if (kstat_memory("MemTotal") * KIB >= size)
		tap_fail("the guest has too much memory for this test");
	vfio_open(&v, world_bdf);
	tap_errno(__vfio_register(&v, mem, size), 0, "REGISTER of more than there is of memory");
	tap_check(kstat_locked(0) >= size / KIB, "it is not charged");
	vfio_close(&v);
	munmap(mem, size);
	close(fd);
}

const struct tap_test memory_tests[] = {
	{ .name = "memory/shmem-and-swap", .run = shmem_and_swap },
	{ .name = "memory/anonymous-and-swap", .run = anonymous_and_swap },
	{ .name = "memory/clean-pages", .run = clean_pages },
	{ .name = "memory/dirty-flag", .run = dirty_flag },
	{ .name = "memory/huge-pages", .run = huge_pages },
	{ .name = "memory/huge-file", .run = huge_file },
	{ .name = "memory/more-than-there-is", .run = more_than_there_is, .limit = 120 },
	{ }
};
