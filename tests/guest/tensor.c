// SPDX-License-Identifier: GPL-2.0-only
/*
 * tensor.c - sizes and places of the pieces
 *
 * Sizes repeat in a cycle. Places in the file repeat with another step, so that tensors of one size
 * have different pages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buffer.h"
#include "tap.h"
#include "tensor.h"

#define SMALLEST	(64 * KIB)
#define SIZES		7U	/* up to 4 MiB, each twice the one before */
#define PLACES		(16 * MIB)
#define FILE_BYTES	(PLACES + (SMALLEST << (SIZES - 1)))

static uint64_t size_of(unsigned int i)
{
	return SMALLEST << i % SIZES;
}

static uint64_t place_of(unsigned int i)
{
	return i * 5 * SMALLEST % PLACES;
}

uint64_t tensors_bytes(unsigned int n)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < n; i++)
		bytes += size_of(i);
	return bytes;
}

static int make_file(void)
{
	int fd = memfd_create("tensors", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, FILE_BYTES))
		tap_fail("no file for tensors: %s", strerror(errno));
	return fd;
}

static uint8_t *make_room(uint64_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		tap_fail("no room for tensors: %s", strerror(errno));
	return p;
}

static void make_one(struct tensor *t, unsigned int i, int fd)
{
	if (mmap(t->memory, t->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
		 place_of(i)) == MAP_FAILED)
		tap_fail("tensor %u: %s", i, strerror(errno));
}

void tensors_make(struct tensors *all, unsigned int n, uint64_t iova)
{
	uint8_t *at = make_room(tensors_bytes(n));
	int fd = make_file();

	all->n = n;
	all->of = calloc(n, sizeof(*all->of));
	if (!all->of)
		tap_fail("no memory for %u tensors", n);
	for (unsigned int i = 0; i < n; i++) {
		all->of[i] = (struct tensor){ at, size_of(i), iova };
		make_one(&all->of[i], i, fd);
		at += size_of(i);
		iova += size_of(i);
	}
	close(fd);
}

void tensor_give(struct vfio *v, const struct tensor *t)
{
	vfio_register(v, t->memory, t->size);
	vfio_map(v, t->iova, t->memory, t->size, VFIO_DIR_BOTH);
}

void tensor_take(struct vfio *v, const struct tensor *t)
{
	vfio_unmap(v, t->iova, t->size);
	vfio_unregister(v, t->memory, t->size);
}

/* Two cycles of sizes later: an odd number stays odd. */
unsigned int tensor_alike(const struct tensors *all, unsigned int i)
{
	unsigned int other = i + 2 * SIZES;

	return other < all->n ? other : i % (2 * SIZES);
}
