/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather.h - regions to be let go, and pages to be marked dirty, once their TCEs are gone.
 */
#ifndef VFIO_PSERIES_GATHER_H
#define VFIO_PSERIES_GATHER_H

#include <linux/types.h>
#include "memory/regions.h"
#include "tce/shadow.h"

/**
 * struct gather - regions to be let go, collected into runs
 * @regions: whose
 * @region:  the run's region
 * @n:       its length
 * @from:    what was marked dirty last begins here
 * @dirty:   bytes from there on that share the mark
 */
struct gather {
	struct regions *regions;
	u32 region;
	u64 n;
	u64 from;
	u64 dirty;
};

/**
 * gather_run() - the first of @n TCEs are gone: as many as are valid, known and name one region,
 *                or are KVM's
 * @g:          where they are collected
 * @tce:        their contents
 * @region:     what each names
 * @n:          how many there are, at least 1
 * @page_shift: their page size
 *
 * Context: does not sleep; nobody changes them meanwhile. Return: how many, 0 when the first one is
 * invalid or unknown.
 */
u32 gather_run(struct gather *g, const u64 *tce, const u32 *region, u32 n, u32 page_shift);

/**
 * gather_add() - a TCE with this content, known or not, is gone
 *
 * Context: does not sleep.
 */
void gather_add(struct gather *g, u64 tce, u32 region, u32 page_shift);

/**
 * gather_pages() - consecutive TCEs of one region are gone, or none
 *
 * Context: does not sleep.
 */
void gather_pages(struct gather *g, const struct shadow_run *run);

/**
 * gather_flush() - there are no more of them: the last run's region is let go, too
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
