// SPDX-License-Identifier: GPL-2.0-only
/*
 * alloc.c - kmalloc() and the like on top of malloc(), so that ASan checks every byte.
 *
 * Blocks whose size is a power of two are aligned to it, up to 64 KiB; the others to 16 bytes.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include "internal.h"
#include "shim.h"

#define POISON		0x6b
#define MOST_ALIGNED	65536

static struct countdown fail;
static u64 live, bytes;

void shim_alloc_reset(void)
{
	fail.left = 0;
	live = 0;
	bytes = 0;
}

void shim_fail_alloc(u64 nth)
{
	fail.left = nth;
}

bool shim_alloc_armed(void)
{
	return fail.left;
}

u64 shim_allocs_live(void)
{
	return live;
}

u64 shim_alloc_bytes(void)
{
	return bytes;
}

static size_t alignment(size_t size)
{
	if (size < 16 || size > MOST_ALIGNED || size & (size - 1))
		return 16;
	return size;
}

void *shim_alloc(size_t n, size_t size, gfp_t flags)
{
	void *p;

	if (flags & __GFP_SLEEP)
		shim_may_sleep();
	if (!(flags & __GFP_NOFAIL) && countdown_hits(&fail))
		return NULL;
	if (__builtin_mul_overflow(n, size, &size))
		return NULL;
	if (posix_memalign(&p, alignment(size), size))
		return NULL;
	memset(p, flags & __GFP_ZERO ? 0 : POISON, size);
	__atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&bytes, malloc_usable_size(p), __ATOMIC_RELAXED);
	return p;
}

void *krealloc(const void *old, size_t size, gfp_t flags)
{
	void *p = shim_alloc(1, size, flags);
	size_t had = old ? malloc_usable_size((void *)old) : 0;

	if (!p)
		return NULL;
	if (old)
		memcpy(p, old, min(had, size));
	kfree(old);
	return p;
}

void kfree(const void *p)
{
	if (!p)
		return;
	__atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&bytes, malloc_usable_size((void *)p), __ATOMIC_RELAXED);
	free((void *)p);
}
