// SPDX-License-Identifier: GPL-2.0-only
/*
 * buffer.c - allocation of that memory, and the patterns
 *
 * Memory for a device comes from mmap() alone: malloc()'s own data must not share a page with
 * memory that is registered and counted.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "buffer.h"
#include "tap.h"

#define ALIGNMENT	(64 * KIB)

size_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

/* Reserves address space only, at the wanted alignment, and unmaps the rest on both sides. */
static void *reserve(size_t size)
{
	uintptr_t raw, start;
	void *p = mmap(NULL, size + ALIGNMENT, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		tap_fail("no address space for %zu bytes: %s", size, strerror(errno));
	raw = (uintptr_t)p;
	start = (raw + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (start > raw)
		munmap(p, start - raw);
	if (start < raw + ALIGNMENT)
		munmap((void *)(start + size), raw + ALIGNMENT - start);
	return (void *)start;
}

static void *place(size_t size, int flags, int fd)
{
	void *p = mmap(reserve(size), size, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);

	if (p == MAP_FAILED)
		tap_fail("no memory for %zu bytes: %s", size, strerror(errno));
	return p;
}

void *buffer_private(size_t size)
{
	return place(size, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

void *buffer_shared(size_t size)
{
	return place(size, MAP_SHARED | MAP_ANONYMOUS, -1);
}

void *buffer_of(int fd, size_t size)
{
	return place(size, MAP_SHARED, fd);
}

/* The kernel chooses the address: huge pages have an alignment of their own. */
void *buffer_huge(size_t size, bool shared)
{
	int flags = MAP_ANONYMOUS | MAP_HUGETLB | (shared ? MAP_SHARED : MAP_PRIVATE);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (p == MAP_FAILED)
		tap_fail("no huge pages for %zu bytes: %s", size, strerror(errno));
	return p;
}

static uint64_t word(uint64_t seed, uint64_t index)
{
	uint64_t x = seed + index * 0x9e3779b97f4a7c15ULL;

	x ^= x >> 31;
	x *= 0xbf58476d1ce4e5b9ULL;
	return x ^ x >> 29;
}

void pattern_fill(void *mem, size_t size, uint64_t seed)
{
	uint64_t *w = mem;

	for (size_t i = 0; i < size / sizeof(*w); i++)
		w[i] = word(seed, i);
}

bool pattern_part_is(const void *mem, size_t size, uint64_t seed, size_t offset)
{
	const uint64_t *w = mem;
	size_t first = offset / sizeof(*w);

	for (size_t i = 0; i < size / sizeof(*w); i++)
		if (w[i] != word(seed, first + i))
			return false;
	return true;
}

bool pattern_is(const void *mem, size_t size, uint64_t seed)
{
	return pattern_part_is(mem, size, seed, 0);
}

bool filled_with(const void *mem, size_t size, unsigned char byte)
{
	const unsigned char *c = mem;

	return !size || (c[0] == byte && !memcmp(c, c + 1, size - 1));
}

uint64_t new_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		tap_fail("no random numbers: %s", strerror(errno));
	return seed;
}
