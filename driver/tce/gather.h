/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather.h - regions to be dropped, and pages to be marked dirty, once their TCEs are gone.
 */
#ifndef VFIO_PSERIES_GATHER_H
#define VFIO_PSERIES_GATHER_H

#include <linux/types.h>
#include "memory/regions.h"
#include "tce/shadow.h"

/**
 * struct gather - regions to be dropped, collected into runs
 * @regions: the memory that they belong to
 * @region:  the run's region
 * @n:       the run's length
 * @from:    the address of the page that was marked dirty last
 * @dirty:   bytes from there on that the same mark covers
 */
struct gather {
	struct regions *regions;
	u32 region;
	u64 n;
	u64 from;
	u64 dirty;
};

/**
 * gather_run() - collect the first of @n TCEs that are gone: as many as are valid, known and name
 *                one region, or are all KVM's
 * @g:          where they are collected
 * @tce:        their contents
 * @region:     the region that each names
 * @n:          how many there are, at least 1
 * @page_shift: their page size
 *
 * Context: does not sleep; nobody changes them meanwhile. Return: how many were collected, 0 when
 * the first one is invalid or unknown.
 */
u32 gather_run(struct gather *g, const u64 *tce, const u32 *region, u32 n, u32 page_shift);

/**
 * gather_add() - collect one TCE that is gone, known or not
 *
 * Context: does not sleep.
 */
void gather_add(struct gather *g, u64 tce, u32 region, u32 page_shift);

/**
 * gather_pages() - collect a run of consecutive TCEs of one region, which may be empty
 *
 * Context: does not sleep.
 */
void gather_pages(struct gather *g, const struct shadow_run *run);

/**
 * gather_flush() - there are no more TCEs: drop the last run's region, too
 *
 * Context: does not sleep.
 */
static inline void gather_flush(struct gather *g)
{
	if (g->n)
		regions_drop(g->regions, g->region, g->n);
	g->n = 0;
}

#endif
