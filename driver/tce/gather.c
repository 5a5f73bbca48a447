// SPDX-License-Identifier: GPL-2.0-only
/*
 * gather.c - TCEs that are gone, collected into runs of one region.
 *
 * A region is held before a TCE may name it. It is dropped only after the TCE is known to be
 * invalid and the page is marked dirty. Neighbouring TCEs mostly name one region, so the region's
 * count changes once for a run of them.
 */
#include <linux/mm.h>
#include "hv/papr.h"
#include "tce/gather.h"

/* @n TCEs that name one region are gone. */
static void gather_count(struct gather *g, u32 region, u32 n)
{
	if (g->region != region) {
		gather_flush(g);
		g->region = region;
	}
	g->n += n;
}

/* This loop is most of what an UNMAP costs. */
u32 gather_run(struct gather *g, const u64 *tce, const u32 *region, u32 n, u32 page_shift)
{
	u64 from = g->from, dirty = g->dirty;
	const u64 *at = tce, *end = tce + n;
	const u32 name = *region;

	for (; at < end && *region == name; at++, region++) {
		u64 one = *at;

		if (one & SHADOW_UNKNOWN)
			break;
		/* Marked with the last page or compound page. False for 0: no user has page 0. */
		if (one - from < dirty)
			continue;
		if (!one)
			break;
		if (one & PAPR_TCE_WRITE) {
			from = one & PAGE_MASK;
			dirty = regions_dirty(from, page_shift) - from;
		}
	}
	g->from = from;
	g->dirty = dirty;
	n = at - tce;
	if (n && name == REGIONS_V1)
		regions_drop_v1(g->regions, tce, n);
	else if (n && name)
		gather_count(g, name, n);
	return n;
}

void gather_add(struct gather *g, u64 tce, u32 region, u32 page_shift)
{
	tce &= ~SHADOW_MARKS;
	gather_run(g, &tce, &region, 1, page_shift);
}

void gather_pages(struct gather *g, const struct shadow_run *run)
{
	if (run->pages.n && run->pages.perm & PAPR_TCE_WRITE)
		regions_dirty_run(g->regions, run->region, &run->pages);
	if (run->pages.n)
		gather_count(g, run->region, run->pages.n);
}
