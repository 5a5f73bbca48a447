/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - what a refused call must leave as it was
 *
 * This is: locked and pinned memory, what GET_INFO says, and the translations. For the translations
 * one buffer is mapped and must stay reachable. The page next to it is not mapped and must stay
 * out of reach.
 */
#ifndef GUEST_STATE_H
#define GUEST_STATE_H

#include "world.h"

#define STATE_IOVA	0x10000000ULL	/* 64 KiB mapped here to the start of the world's data */

struct state {
	struct world *w;
	uint64_t locked;
	int64_t pins;
	struct vfio_iommu_spapr_tce_info info;
};

/* Maps the buffer; the world must be started, with its default window. */
void state_take(struct state *s, struct world *w);
/* Reads the numbers anew; the translations stay the same. */
void state_renew(struct state *s);
void state_check(struct state *s, const char *after);
/* The same for memory alone, when there is no world yet. */
void state_count(struct state *s);
void state_check_counts(const struct state *s, const char *after);

#endif
