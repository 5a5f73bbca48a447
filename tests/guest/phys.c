// SPDX-License-Identifier: GPL-2.0-only
/*
 * phys.c - readers for pagemap and kpageflags
 *
 * /proc/self/pagemap has one 64-bit word for each virtual page, /proc/kpageflags one for each
 * physical page; their bits are the kernel's user interface (admin-guide/mm/pagemap).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "phys.h"
#include "tap.h"

#define PAGEMAP_FRAME		((1ULL << 55) - 1)
#define PAGEMAP_SWAPPED		(1ULL << 62)
#define PAGEMAP_PRESENT		(1ULL << 63)

static uint64_t word(const char *path, uint64_t index)
{
	uint64_t value;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		tap_fail("%s: %s", path, strerror(errno));
	if (pread(fd, &value, sizeof(value), index * sizeof(value)) != sizeof(value))
		tap_fail("%s at %#llx: %s", path, (unsigned long long)index, strerror(errno));
	close(fd);
	return value;
}

static uint64_t pagemap(const void *mem)
{
	return word("/proc/self/pagemap", (uintptr_t)mem / page_size());
}

bool phys_present(const void *mem)
{
	return pagemap(mem) & PAGEMAP_PRESENT;
}

bool phys_swapped(const void *mem)
{
	return pagemap(mem) & PAGEMAP_SWAPPED;
}

static uint64_t frame(const void *mem)
{
	uint64_t entry = pagemap(mem);

	if (!(entry & PAGEMAP_PRESENT) || !(entry & PAGEMAP_FRAME))
		tap_fail("the kernel does not say where the page at %p is", mem);
	return entry & PAGEMAP_FRAME;
}

uint64_t phys_of(const void *mem)
{
	return frame(mem) * page_size() + (uintptr_t)mem % page_size();
}

bool phys_dirty(const void *mem)
{
	return word("/proc/kpageflags", frame(mem)) & 1ULL << KPF_DIRTY;
}
