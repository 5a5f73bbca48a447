/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * region.h - look-up of one user's regions by address.
 *
 * The lock of their IOAS is held.
 */
#ifndef VFIO_PSERIES_REGION_H
#define VFIO_PSERIES_REGION_H

#include <linux/rbtree.h>
#include "memory/regions.h"

static inline struct region *region_of(struct rb_node *node)
{
	return rb_entry(node, struct region, node);
}

static inline unsigned long region_last(const struct region *r)
{
	return r->ua + (r->size - 1);
}

/* The first region, reserved ones included, that ends after @ua; NULL when there is none. */
static inline struct region *regions_find(const struct regions *m, unsigned long ua)
{
	struct rb_node *node = m->by_ua.rb_node;
	struct region *found = NULL;

	while (node) {
		if (region_last(region_of(node)) < ua) {
			node = node->rb_right;
		} else {
			found = region_of(node);
			node = node->rb_left;
		}
	}
	return found;
}

/* The registered region that has the byte at @ua. */
static inline struct region *regions_at(const struct regions *m, unsigned long ua)
{
	struct region *r = regions_find(m, ua);

	return r && r->id && r->ua <= ua ? r : NULL;
}

/**
 * regions_trust() - no TCE is unknown any more: suspect regions become tainted ones, to be marked
 *                   dirty when they are unregistered
 *
 * Context: @m->lock is held.
 */
void regions_trust(struct regions *m);

#endif
