/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioas_call.h - begin and end of a user's call, and the look-up of its window.
 */
#ifndef VFIO_PSERIES_IOAS_CALL_H
#define VFIO_PSERIES_IOAS_CALL_H

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/types.h>
#include "ioas/ioas.h"

/* Conditions for a user's call. */
enum need {
	NEED_PE		= 1,	/* a group is attached */
	NEED_MM		= 2,	/* the owner's address space */
	NEED_ENABLED	= 4,	/* memory was registered once */
};

/**
 * ioas_check() - may the user make this call now?
 * @s:    the IOAS
 * @need: of &enum need
 *
 * Context: the IOAS's lock is held, for writing if NEED_MM is among @need.
 * Return: 0; -ENODEV, -EPERM, -ENXIO, -ENOMEM.
 */
static inline int ioas_check(struct ioas *s, unsigned int need)
{
	if (s->dead)
		return -ENODEV;
	if (regions_foreign(&s->regions))
		return -EPERM;
	if ((need & NEED_ENABLED) && !s->enabled)
		return -EPERM;
	if ((need & NEED_PE) && !s->windows.pes)
		return -ENXIO;
	return need & NEED_MM ? regions_adopt_mm(&s->regions) : 0;
}

/**
 * ioas_enter() - begin a call that has the IOAS to itself
 * @s:    the IOAS
 * @need: of &enum need
 *
 * Context: may sleep. Return: 0, and the lock is held for writing; -EINTR; or what ioas_check()
 * returns.
 */
int ioas_enter(struct ioas *s, unsigned int need);

/**
 * ioas_leave() - end a call that ioas_enter() began
 *
 * Context: may sleep, as long as a file system holds the lock of a page that the v1 API pinned.
 */
void ioas_leave(struct ioas *s);

/* Do the default window's place and size fit into GET_INFO's 32 bits? */
static inline bool ioas_tellable(const struct dma_window *w)
{
	return w->start <= U32_MAX && w->size <= U32_MAX;
}

/* The table of the window that holds the whole range, aligned to the window's pages. */
static inline int ioas_range(struct ioas *s, u64 ioba, u64 ua, u64 size, struct table **t)
{
	*t = windows_find(&s->windows, ioba);
	if (!*t)
		return -ENXIO;
	if ((ioba | ua | size) & ((1ULL << (*t)->w.page_shift) - 1))
		return -EINVAL;
	if (!size || size > (*t)->w.size - (ioba - (*t)->w.start))
		return -EINVAL;
	return 0;
}

static inline int ioas_map_in(struct table *t, u64 ioba, u64 ua, u64 size, u64 perm, bool wanted)
{
	return table_map(t, (ioba - t->w.start) >> t->w.page_shift, size >> t->w.page_shift, ua,
			 perm, wanted);
}

#endif
