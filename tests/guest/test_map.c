// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_map.c - MAP and UNMAP beyond single refusals
 *
 * Tested are ranges that end where a window ends, calls that fail halfway, calls on nothing, and
 * that only mappings hold registered memory.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "buffer.h"
#include "kstat.h"
#include "phys.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define IO_PAGE		4096ULL
#define CYCLES		1000

/* A driver that only checks the first page crashes here. */
static void across_the_end(void)
{
	struct window ddw;
	struct world w;
	uint64_t end;

	world_open(&w);
	vfio_create(&w.v, 12, GIB, &ddw);
	world_start(&w, ddw.start);
	end = ddw.start + GIB;
	tap_errno(__vfio_map(&w.v, end - MIB, w.data, 2 * MIB, VFIO_DIR_BOTH), -EINVAL,
		  "MAP across the end of a dynamic window");
	world_expect_writes(&w, end - MIB, w.data, UNTOUCHED,
			    "before the end of the dynamic window");
	world_expect_writes(&w, end - IO_PAGE, w.data + MIB - IO_PAGE, UNTOUCHED,
			    "at the end of it");
	tap_errno(__vfio_map(&w.v, GIB - MIB, w.data, 2 * MIB, VFIO_DIR_BOTH), -EINVAL,
		  "MAP across the end of the default window");
	world_expect_writes(&w, GIB - MIB, w.data, UNTOUCHED,
			    "before the end of the default window");
	tap_errno(__vfio_map(&w.v, end - IO_PAGE, w.data, WORLD_DATA, VFIO_DIR_BOTH), -EINVAL,
		  "MAP of much across the end");
	tap_errno(__vfio_map(&w.v, end - MIB, w.data, MIB, VFIO_DIR_BOTH), 0, "MAP up to the end");
	world_expect_writes(&w, end - IO_PAGE, w.data + MIB - IO_PAGE, REACHED, "the last page");
	world_close(&w);
}

/* The second half of the range is not registered: the first must be as it was. */
static void all_or_nothing(void)
{
	uint64_t size = 2 * MIB;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	vfio_map(&w.v, MIB + 64 * KIB, w.data + MIB, 64 * KIB, VFIO_DIR_READ);
	tap_errno(__vfio_map(&w.v, 0, w.data + WORLD_DATA - MIB, size, VFIO_DIR_BOTH), -EINVAL,
		  "MAP of memory that is registered by half");
	world_expect_writes(&w, 0, w.data, REACHED, "what was mapped before");
	world_expect_writes(&w, MIB - IO_PAGE, w.data + MIB - IO_PAGE, REACHED, "the end of it");
	world_expect_reads(&w, MIB + 64 * KIB, w.data + MIB, REACHED,
			   "what was mapped for reading");
	world_expect_writes(&w, MIB + 64 * KIB, w.data + MIB, UNTOUCHED,
			    "what was mapped for reading");
	world_expect_writes(&w, MIB, w.data + WORLD_DATA - MIB, UNTOUCHED,
			    "what was not mapped before");
	world_close(&w);
}

/* Memory that is registered in two adjacent pieces: one MAP over both works like two. */
static void side_by_side(void)
{
	uint8_t *mem = buffer_private(4 * MIB);
	struct world w;
	int ret;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_register(&w.v, mem, 2 * MIB);
	vfio_register(&w.v, mem + 2 * MIB, 2 * MIB);
	ret = __vfio_map(&w.v, 0, mem, 4 * MIB, VFIO_DIR_BOTH);
	tap_errno(ret, 0, "MAP over two registrations");
	world_expect_writes(&w, 2 * MIB - IO_PAGE, mem + 2 * MIB - IO_PAGE, REACHED,
			    "the first's end");
	world_expect_writes(&w, 2 * MIB, mem + 2 * MIB, REACHED, "the second's start");
	tap_errno(__vfio_unregister(&w.v, mem, 2 * MIB), -EBUSY, "UNREGISTER of the first");
	vfio_unmap(&w.v, 0, 2 * MIB);
	tap_errno(__vfio_unregister(&w.v, mem + 2 * MIB, 2 * MIB), -EBUSY,
		  "UNREGISTER of the second");
	tap_errno(__vfio_unregister(&w.v, mem, 2 * MIB), 0, "UNREGISTER of the first, unmapped");
	world_expect_writes(&w, 2 * MIB, mem + 2 * MIB, REACHED, "the second");
	vfio_unmap(&w.v, 2 * MIB, 2 * MIB);
	tap_errno(__vfio_unregister(&w.v, mem + 2 * MIB, 2 * MIB), 0,
		  "UNREGISTER of the second, unmapped");
	world_close(&w);
}

static void unmap_of_nothing(void)
{
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	tap_errno(__vfio_unmap(&w.v, 0, MIB), 0, "UNMAP of what never was mapped");
	vfio_map(&w.v, MIB, w.data, MIB, VFIO_DIR_BOTH);
	tap_errno(__vfio_unmap(&w.v, 0, 512 * MIB), 0, "UNMAP of much more than is mapped");
	world_expect_writes(&w, MIB, w.data, UNTOUCHED, "unmapped with its surroundings");
	tap_errno(__vfio_unmap(&w.v, MIB, MIB), 0, "UNMAP a second time");
	world_close(&w);
}

/* Memory cannot be unregistered while one page is still mapped once; after that it can. */
static void mapped_is_held(void)
{
	uint8_t *mem = buffer_private(MIB), *more = buffer_private(MIB);
	uint64_t last = MIB - IO_PAGE;
	struct window ddw;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 12, GIB, &ddw);
	vfio_register(&w.v, mem, MIB);
	vfio_register(&w.v, more, MIB);
	vfio_map(&w.v, 0, mem, MIB, VFIO_DIR_BOTH);
	vfio_map(&w.v, ddw.start, mem + last, IO_PAGE, VFIO_DIR_READ);
	vfio_map(&w.v, ddw.start + IO_PAGE, mem + last, IO_PAGE, VFIO_DIR_READ);
	tap_errno(__vfio_unregister(&w.v, mem, MIB), -EBUSY, "UNREGISTER, all mapped");
	vfio_unmap(&w.v, 0, MIB);
	tap_errno(__vfio_unregister(&w.v, mem, MIB), -EBUSY,
		  "UNREGISTER, one page mapped twice elsewhere");
	vfio_unmap(&w.v, ddw.start, IO_PAGE);
	tap_errno(__vfio_unregister(&w.v, mem, MIB), -EBUSY, "UNREGISTER, one page mapped once");
	vfio_map(&w.v, ddw.start + IO_PAGE, more, IO_PAGE, VFIO_DIR_BOTH);
	tap_errno(__vfio_unregister(&w.v, mem, MIB), 0,
		  "UNREGISTER after its last mapping was replaced");
	tap_errno(__vfio_unregister(&w.v, more, MIB), -EBUSY, "UNREGISTER of what replaced it");
	vfio_remove(&w.v, ddw.start);
	tap_errno(__vfio_unregister(&w.v, more, MIB), 0, "UNREGISTER after REMOVE of the window");
	world_close(&w);
}

/* The same page is mapped over itself again and again: the counts must stay correct. */
static void replacing_keeps_counts(void)
{
	uint8_t *mem = buffer_private(MIB);
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_register(&w.v, mem, MIB);
	for (unsigned int i = 0; i < 20; i++)
		vfio_map(&w.v, i % 3 * IO_PAGE, mem + i % 5 * IO_PAGE, 512 * KIB,
			 i % 2 ? VFIO_DIR_BOTH : VFIO_DIR_READ);
	tap_errno(__vfio_unregister(&w.v, mem, MIB), -EBUSY, "UNREGISTER of what replaced itself");
	vfio_unmap(&w.v, 0, MIB);
	tap_errno(__vfio_unregister(&w.v, mem, MIB), 0, "UNREGISTER after one UNMAP");
	world_close(&w);
}

/* The user may munmap() memory that the device has: the device keeps it until UNMAP. */
static void outlives_munmap(void)
{
	uint8_t *mem = buffer_shared(MIB), *again;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	again = mremap(mem, 0, MIB, MREMAP_MAYMOVE);
	if (again == MAP_FAILED)
		tap_fail("no second mapping of shared memory");
	vfio_register(&w.v, mem, MIB);
	vfio_map(&w.v, 0, mem, MIB, VFIO_DIR_BOTH);
	munmap(mem, MIB);
	world_expect_writes(&w, 0, again, REACHED, "after munmap()");
	tap_errno(__vfio_unregister(&w.v, mem, MIB), -EBUSY, "UNREGISTER after munmap()");
	vfio_unmap(&w.v, 0, MIB);
	world_expect_writes(&w, 0, again, UNTOUCHED, "unmapped after munmap()");
	tap_errno(__vfio_unregister(&w.v, mem, MIB), 0, "UNREGISTER after munmap() and UNMAP");
	world_close(&w);
}

/*
 * Makes ordinary pages that are not contiguous, by touching them out of order.
 */
static void touch_out_of_order(uint8_t *mem, uint64_t size)
{
	uint64_t pages = size / page_size();

	for (uint64_t i = 0; i < pages; i++)
		mem[(i * 13 + 7) % pages * page_size()] = 1;
	for (uint64_t i = 1; i < pages; i++)
		if (phys_of(mem + i * page_size()) != phys_of(mem) + i * page_size())
			return;
	tap_fail("the pages happen to follow each other");
}

/*
 * One registration of a huge page with ordinary pages behind it. An IOMMU page of the huge page's
 * size over the ordinary pages would give the device whatever is behind the first of them.
 */
static void mixed_region(void)
{
	uint8_t *huge = buffer_huge(4 * MIB, false), *plain = huge + 2 * MIB;
	struct window ddw;
	struct vfio v;

	munmap(plain, 2 * MIB);
	if (mmap(plain, 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		 -1, 0) != plain)
		tap_fail("no ordinary memory behind a huge page");
	madvise(plain, 2 * MIB, MADV_NOHUGEPAGE);
	memset(huge, 0, 2 * MIB);
	touch_out_of_order(plain, 2 * MIB);
	vfio_open(&v, world_bdf);
	vfio_register(&v, huge, 4 * MIB);
	vfio_create(&v, 21, GIB, &ddw);
	tap_errno(__vfio_map(&v, ddw.start, huge, 2 * MIB, VFIO_DIR_BOTH), 0,
		  "MAP of the huge page");
	tap_errno(__vfio_map(&v, ddw.start + 2 * MIB, plain, 2 * MIB, VFIO_DIR_BOTH), -EINVAL,
		  "MAP of ordinary pages by an I/O page of 2 MiB");
	tap_errno(__vfio_map(&v, ddw.start, huge, 4 * MIB, VFIO_DIR_BOTH), -EINVAL, "MAP of both");
	vfio_close(&v);
}

struct growth {
	uint64_t objects;
	uint64_t slab;
	uint64_t vmalloc;
	uint64_t available;
	uint64_t locked;
	int64_t pins;
};

static void measure(struct growth *g, int64_t pins)
{
	g->pins = kstat_wait_pins(pins);
	g->objects = kstat_objects();
	g->slab = kstat_memory("SUnreclaim");
	g->vmalloc = kstat_memory("VmallocUsed");
	g->available = kstat_memory("MemAvailable");
	g->locked = kstat_locked(0);
}

/* A leak of an object or a page in each cycle shows clearly; the system's other changes do not. */
static void compare(const struct growth *a, const struct growth *b)
{
	int64_t objects = b->objects - a->objects;
	int64_t available = a->available - b->available;

	tap_note("%d cycles: %lld objects, slab %lld kB, vmalloc %lld kB, available %lld kB less",
		 CYCLES, (long long)objects, (long long)(b->slab - a->slab),
		 (long long)(b->vmalloc - a->vmalloc), (long long)available);
	/* KASAN keeps freed memory for a while; on such kernels kmemleak finds leaks. */
	tap_check(tap_slowness() > 1 || objects < CYCLES / 2, "%lld kmalloc objects more",
		  (long long)objects);
	tap_check((int64_t)(b->slab - a->slab) < 2048, "unreclaimable slab grew by %lld kB",
		  (long long)(b->slab - a->slab));
	tap_check((int64_t)(b->vmalloc - a->vmalloc) < 1024, "vmalloc grew by %lld kB",
		  (long long)(b->vmalloc - a->vmalloc));
	tap_check(available < (int64_t)(CYCLES * page_size() / 1024 / 2) || available < 2048,
		  "%lld kB less are available", (long long)available);
	tap_check(b->locked == a->locked, "VmLck went from %llu to %llu kB",
		  (unsigned long long)a->locked, (unsigned long long)b->locked);
	tap_check(b->pins == a->pins, "%lld pages more are pinned", (long long)(b->pins - a->pins));
}

static void cycle(struct vfio *v, uint8_t *mem, uint64_t size)
{
	struct window ddw;

	vfio_register(v, mem, size);
	vfio_create(v, 12, 16 * MIB, &ddw);
	vfio_map(v, ddw.start, mem, size, VFIO_DIR_BOTH);
	vfio_map(v, ddw.start + 8 * MIB, mem, size, VFIO_DIR_READ);
	vfio_unmap(v, ddw.start, size);
	vfio_remove(v, ddw.start);
	vfio_unregister(v, mem, size);
}

static void thousand_cycles(void)
{
	uint8_t *mem = buffer_private(64 * KIB);
	struct growth before, after;
	struct world w;
	int64_t pins;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	pins = kstat_pins();
	for (unsigned int i = 0; i < CYCLES / 10; i++)
		cycle(&w.v, mem, 64 * KIB);
	measure(&before, pins);
	for (unsigned int i = 0; i < CYCLES; i++)
		cycle(&w.v, mem, 64 * KIB);
	measure(&after, before.pins);
	compare(&before, &after);
	world_close(&w);
}

const struct tap_test map_tests[] = {
	{ .name = "map/across-the-end", .run = across_the_end },
	{ .name = "map/all-or-nothing", .run = all_or_nothing },
	{ .name = "map/side-by-side", .run = side_by_side },
	{ .name = "map/unmap-of-nothing", .run = unmap_of_nothing },
	{ .name = "map/mapped-is-held", .run = mapped_is_held },
	{ .name = "map/replacing-keeps-counts", .run = replacing_keeps_counts },
	{ .name = "map/outlives-munmap", .run = outlives_munmap },
	{ .name = "map/mixed-region", .run = mixed_region },
	{ .name = "map/thousand-cycles", .run = thousand_cycles, .limit = 90 },
	{ }
};
