/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioas_call.h - how a call of the user begins, finds its window, and ends.
 */
#ifndef VFIO_PSERIES_IOAS_CALL_H
#define VFIO_PSERIES_IOAS_CALL_H

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/types.h>
#include "ioas/ioas.h"

/* What a call of the user needs before it can begin. */
enum need {
	NEED_PE		= 1,	/* a group is attached */
	NEED_MM		= 2,	/* the owner's address space */
	NEED_ENABLED	= 4,	/* memory was registered once */
};

/**
 * ioas_check() - may the caller do what he is about to?
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
 * ioas_enter() - a call begins that has the IOAS to itself
 * @s:    the IOAS
 * @need: of &enum need
 *
 * Context: may sleep. Return: 0, and the lock is held for writing; -EINTR, or what ioas_check()
 * says.
 */
int ioas_enter(struct ioas *s, unsigned int need);

/**
 * ioas_leave() - ... and ends
 *
 * Context: may sleep, for as long as a file system has a page of the older API's locked.
 */
void ioas_leave(struct ioas *s);

/* Can GET_INFO's 32 bits tell the default window's place and size? */
static inline bool ioas_tellable(const struct dma_window *w)
{
	return w->start <= U32_MAX && w->size <= U32_MAX;
}

/* The table of the window in which a range lies, wholly and on its page grid. */
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
