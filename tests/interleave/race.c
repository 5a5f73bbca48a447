// SPDX-License-Identifier: GPL-2.0-only
/*
 * race.c - a detector of races: two accesses to the same bytes, one of them a write, that no lock
 * orders, and that are not both marked (READ_ONCE() and the like, atomics).
 *
 * Such a pair is an error in itself. Without such a pair, another thread cannot notice anything
 * between two places. The driver's sources are built so that ASan's check of each access is a
 * call, which comes here first. Accesses of the shim, the model and these files are not checked.
 */
#include <string.h>
#include <malloc.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <sanitizer/common_interface_defs.h>
#include "race.h"
#include "schedule.h"

#define MOST_CELLS	(1 << 17)

/**
 * struct access - a thread's last access to a cell
 * @clock: its time by the thread's own clock; 0 for never
 * @bytes: mask of its bytes
 * @where: the code
 */
struct access {
	u32 clock;
	u32 bytes;
	const void *where;
};

/**
 * struct cell - eight bytes of memory
 * @at:  their address
 * @run: the run of the accesses
 * @by:  accesses by thread
 */
struct cell {
	unsigned long at;
	u64 run;
	struct accesses {
		struct access read, marked_read, write, marked_write;
	} by[MOST_FIBERS];
};

static struct cell cells[MOST_CELLS];
/*
 * The address of each thread's next marked access, and its time by the thread's clock: a change
 * became known to others with its step.
 */
static struct {
	unsigned long at;
	u32 clock;
} expected[MOST_FIBERS];

void race_expected(const volatile void *at, bool told)
{
	u32 self = fiber_self();

	if (self == MAIN_FIBER)
		return;
	expected[self].at = (unsigned long)at & ~7UL;
	expected[self].clock = schedule_clock()[self] - told;
}

static struct cell *cell_at(unsigned long at)
{
	u64 now = schedule_run_number();
	u32 i = (at >> 3) * 0x9e3779b1U % MOST_CELLS;
	u32 n;

	for (n = 0; cells[i].run == now && cells[i].at != at; n++) {
		i = (i + 1) % MOST_CELLS;
		if (n > 1000)
			schedule_wrong("too much memory is used");
	}
	if (cells[i].run != now)
		cells[i] = (struct cell){ .at = at, .run = now };
	return &cells[i];
}

static void tell(const struct access *a, const char *what, const void *where, bool write)
{
	char here[256], there[256];

	__sanitizer_symbolize_pc((void *)where, "%f %S", here, sizeof(here));
	__sanitizer_symbolize_pc((void *)a->where, "%f %S", there, sizeof(there));
	schedule_wrong("a race: %s %s, and %s %s", write ? "a write in" : "a read in", here, what,
		       there);
}

static bool unordered(const struct access *a, u32 bytes, u32 known)
{
	return a->bytes & bytes && a->clock > known;
}

static void note(struct access *a, u32 bytes, u32 clock, const void *where)
{
	if (a->clock != clock)
		a->bytes = 0;
	a->clock = clock;
	a->bytes |= bytes;
	a->where = where;
}

static struct access *which(struct accesses *a, bool write, bool marked)
{
	if (write)
		return marked ? &a->marked_write : &a->write;
	return marked ? &a->marked_read : &a->read;
}

/* Compares another thread's accesses with this thread's access. */
static void compare(const struct accesses *a, u32 bytes, u32 known, bool write, bool marked,
		    const void *where)
{
	if (unordered(&a->write, bytes, known))
		tell(&a->write, "a write in", where, write);
	if (!marked && unordered(&a->marked_write, bytes, known))
		tell(&a->marked_write, "a marked write in", where, write);
	if (write && unordered(&a->read, bytes, known))
		tell(&a->read, "a read in", where, write);
	if (write && !marked && unordered(&a->marked_read, bytes, known))
		tell(&a->marked_read, "a marked read in", where, write);
}

static void access_cell(unsigned long at, u32 bytes, bool write, const void *where)
{
	u32 self = fiber_self(), i;
	const u32 *clock = schedule_clock();
	bool marked = at == expected[self].at;
	u32 when = marked ? expected[self].clock : clock[self];
	struct cell *c = cell_at(at);

	for (i = 0; i < MOST_FIBERS; i++)
		if (i != self)
			compare(&c->by[i], bytes, clock[i], write, marked, where);
	note(which(&c->by[self], write, marked), bytes, when, where);
	if (marked)
		expected[self].at = 0;
}

static void access(const volatile void *p, size_t size, bool write, const void *where)
{
	unsigned long at = (unsigned long)p, end = at + size;

	if (fiber_self() == MAIN_FIBER || fiber_owns(p))
		return;
	while (at < end) {
		u32 first = at & 7, last = min(end - (at & ~7UL), 8UL);

		access_cell(at & ~7UL, (1U << last) - (1U << first), write, where);
		at = (at & ~7UL) + 8;
	}
}

/* What gcc calls with --param asan-instrumentation-with-call-threshold=0. */
#define CHECK(name, size, write)						\
void __real___asan_##name(const volatile void *p);				\
void __wrap___asan_##name(const volatile void *p);				\
void __wrap___asan_##name(const volatile void *p)				\
{										\
	access(p, size, write, __builtin_return_address(0));			\
	__real___asan_##name(p);						\
}

CHECK(load1, 1, false)
CHECK(load2, 2, false)
CHECK(load4, 4, false)
CHECK(load8, 8, false)
CHECK(load16, 16, false)
CHECK(store1, 1, true)
CHECK(store2, 2, true)
CHECK(store4, 4, true)
CHECK(store8, 8, true)
CHECK(store16, 16, true)

#define CHECK_N(name, write)							\
void __real___asan_##name(const volatile void *p, size_t size);			\
void __wrap___asan_##name(const volatile void *p, size_t size);			\
void __wrap___asan_##name(const volatile void *p, size_t size)			\
{										\
	access(p, size, write, __builtin_return_address(0));			\
	__real___asan_##name(p, size);						\
}

CHECK_N(loadN, false)
CHECK_N(storeN, true)

/* The driver's sources are built with these names in place of the usual ones. */
void *race_memcpy(void *to, const void *from, size_t n);
void *race_memmove(void *to, const void *from, size_t n);
void *race_memset(void *to, int c, size_t n);

void *race_memcpy(void *to, const void *from, size_t n)
{
	access(from, n, false, __builtin_return_address(0));
	access(to, n, true, __builtin_return_address(0));
	return memcpy(to, from, n);
}

void *race_memmove(void *to, const void *from, size_t n)
{
	access(from, n, false, __builtin_return_address(0));
	access(to, n, true, __builtin_return_address(0));
	return memmove(to, from, n);
}

void *race_memset(void *to, int c, size_t n)
{
	access(to, n, true, __builtin_return_address(0));
	return memset(to, c, n);
}

void __real_kfree(const void *p);
void __wrap_kfree(const void *p);

/* A free counts as a write: all accesses to the object must be ordered before it. */
void __wrap_kfree(const void *p)
{
	if (p)
		access(p, malloc_usable_size((void *)p), true, __builtin_return_address(0));
	__real_kfree(p);
}
