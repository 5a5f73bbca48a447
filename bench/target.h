/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target.h - the target of the jobs: a VFIO container, or the floor's window.
 *
 * Each target has one window at a time. Ranges are counted in the window's pages. Every call ends
 * the program when it fails.
 */
#ifndef BENCH_TARGET_H
#define BENCH_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_SIZE	(4ULL << 30)
#define MEMORY_SIZE	(256ULL << 20)

/**
 * struct range - consecutive pages of the window
 * @first: index of the first in the window
 * @page:  index of the page of memory that the first one maps
 * @n:     how many
 */
struct range {
	uint64_t first;
	uint64_t page;
	uint64_t n;
};

/**
 * struct target - a way to do the jobs
 * @open:   comes first; pins the memory if there is any, and removes the default window if the PE
 *          can have only one
 * @create: a window of a size in bytes with pages of 1 << shift
 * @map:    several threads may map and unmap different ranges at a time
 * @unmap:  every page of the range is mapped
 * @remove: removes the window; @mapped is what is mapped in it, NULL for nothing
 * @close:  closes it with everything still in place; NULL if the target cannot
 */
struct target {
	void (*open)(const char *bdf);
	void (*create)(unsigned int shift, uint64_t size);
	void (*map)(const struct range *r);
	void (*unmap)(const struct range *r);
	void (*remove)(const struct range *mapped);
	void (*close)(void);
};

extern const struct target target_vfio;
/* Memory of huge pages, for IOMMU pages larger than the kernel's; set before open() */
extern bool target_huge;
/* The page sizes that windows of this device can have, a mask of bytes */
uint64_t target_page_sizes(const char *bdf);

extern const struct target target_floor;

#endif
