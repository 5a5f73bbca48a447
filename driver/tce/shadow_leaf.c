// SPDX-License-Identifier: GPL-2.0-only
/*
 * shadow_leaf.c - runs: a leaf's description of consecutive pages of one region.
 *
 * In a leaf that is a run, the content of the cells is not valid. A region that is mapped exists
 * and its pages do not move, so the cells can be filled from it at any time.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "tce/shadow_leaf.h"

static u32 run_end(const struct shadow_run *run)
{
	return run->from + run->pages.n;
}

static unsigned long run_ua(const struct shadow_run *run, u32 slot)
{
	return run->pages.ua + ((unsigned long)(slot - run->from) << run->pages.page_shift);
}

static void shadow_leaf_fill(struct shadow_leaf *leaf, struct regions *m)
{
	const struct shadow_run *run = &leaf->run;
	u64 *tce = leaf->cells->tce + run->from;
	u32 i;

	regions_list(m, run->region, &run->pages, (__force __be64 *)tce);
	for (i = 0; i < run->pages.n; i++) {
		tce[i] = be64_to_cpu(((__force __be64 *)tce)[i]);
		leaf->cells->region[run->from + i] = run->region;
	}
}

void shadow_leaf_flatten(struct shadow_leaf *leaf, struct regions *m)
{
	u32 end = run_end(&leaf->run);
	u64 *tce;

	if (leaf->flat)
		return;
	tce = leaf->cells->tce;
	leaf->flat = true;
	memset(tce, 0, leaf->run.from * sizeof(*tce));
	memset(tce + end, 0, (SHADOW_LEAF_TCES - end) * sizeof(*tce));
	if (leaf->run.pages.n)
		shadow_leaf_fill(leaf, m);
}

u64 shadow_leaf_tce(const struct shadow_leaf *leaf, u32 slot, struct regions *m)
{
	struct region_run one = leaf->run.pages;
	__be64 tce;

	if (leaf->flat)
		return leaf->cells->tce[slot];
	if (!shadow_leaf_live(leaf, slot))
		return 0;
	one.ua = run_ua(&leaf->run, slot);
	one.n = 1;
	regions_list(m, leaf->run.region, &one, &tce);
	return be64_to_cpu(tce);
}

/* Do the pages of @b follow those of @a, in the table and in the region? */
static bool run_continues(const struct shadow_run *a, const struct shadow_run *b)
{
	return run_end(a) == b->from && a->region == b->region && a->pages.perm == b->pages.perm &&
	       run_ua(a, b->from) == b->pages.ua;
}

/* Does @run replace all live entries of the leaf? */
static bool shadow_leaf_replaced(const struct shadow_leaf *leaf, const struct shadow_run *run)
{
	if (!leaf->live || run->pages.n == SHADOW_LEAF_TCES)
		return true;
	return !leaf->flat && leaf->run.from >= run->from && run_end(&leaf->run) <= run_end(run);
}

bool shadow_leaf_write(struct shadow_leaf *leaf, const struct shadow_run *run)
{
	if (shadow_leaf_replaced(leaf, run)) {
		leaf->run = *run;
		leaf->flat = false;
	} else if (!leaf->flat && run_continues(&leaf->run, run)) {
		leaf->run.pages.n += run->pages.n;
	} else {
		return false;
	}
	WRITE_ONCE(leaf->live, leaf->run.pages.n);
	return true;
}

struct shadow_run shadow_leaf_part(const struct shadow_leaf *leaf, u32 slot, u32 end)
{
	struct shadow_run part = leaf->run;

	part.from = max(slot, leaf->run.from);
	end = min(end, run_end(&leaf->run));
	part.pages.n = end > part.from ? end - part.from : 0;
	part.pages.ua = run_ua(&leaf->run, part.from);
	return part;
}

bool shadow_leaf_cut(struct shadow_leaf *leaf, const struct shadow_run *part)
{
	struct shadow_run *run = &leaf->run;

	if (part->from == run->from) {
		run->pages.ua = run_ua(run, run_end(part));
		run->from = run_end(part);
	} else if (part->pages.n && run_end(part) != run_end(run)) {
		return false;
	}
	run->pages.n -= part->pages.n;
	WRITE_ONCE(leaf->live, run->pages.n);
	return true;
}

bool shadow_leaf_copy(struct shadow_leaf *to, const struct shadow_leaf *from)
{
	if (from->flat && !to->cells)
		return false;
	to->flat = from->flat;
	to->live = from->live;
	to->run = from->run;
	to->slots = NULL;
	if (from->flat)
		*to->cells = *from->cells;
	return true;
}
