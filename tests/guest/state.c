// SPDX-License-Identifier: GPL-2.0-only
/*
 * state.c - numbers that are compared, and translations that the device tries
 */
#include <string.h>

#include "buffer.h"
#include "kstat.h"
#include "state.h"
#include "tap.h"

#define MAPPED	(64 * KIB)

void state_take(struct state *s, struct world *w)
{
	s->w = w;
	vfio_map(&w->v, STATE_IOVA, w->data, MAPPED, VFIO_DIR_BOTH);
	state_renew(s);
}

void state_count(struct state *s)
{
	s->locked = kstat_locked(0);
	s->pins = kstat_pins();
}

void state_renew(struct state *s)
{
	state_count(s);
	vfio_get_info(&s->w->v, &s->info);
}

void state_check_counts(const struct state *s, const char *after)
{
	uint64_t locked = kstat_locked(0);
	int64_t pins = kstat_wait_pins(s->pins);

	tap_check(locked == s->locked, "%s: VmLck went from %llu to %llu kB", after,
		  (unsigned long long)s->locked, (unsigned long long)locked);
	tap_check(pins == s->pins, "%s: %lld pages more are pinned", after,
		  (long long)(pins - s->pins));
}

void state_check(struct state *s, const char *after)
{
	struct vfio_iommu_spapr_tce_info info;
	struct world *w = s->w;

	state_check_counts(s, after);
	vfio_get_info(&w->v, &info);
	tap_check(!memcmp(&info, &s->info, sizeof(info)), "%s: GET_INFO says something else",
		  after);
	world_expect_writes(w, STATE_IOVA, w->data, REACHED, after);
	world_expect_reads(w, STATE_IOVA + MAPPED - NVME_PAGE, w->data + MAPPED - NVME_PAGE,
			   REACHED, after);
	world_expect_writes(w, STATE_IOVA + MAPPED, w->data + MAPPED, UNTOUCHED, after);
}
