/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pin_user_pages.h - pinning of user pages that a device will only read.
 */
#ifndef VFIO_PSERIES_COMPAT_PIN_USER_PAGES_H
#define VFIO_PSERIES_COMPAT_PIN_USER_PAGES_H

#include <linux/mm.h>
#ifdef __KERNEL__
#include "config.h"
#endif

/**
 * pin_for_reading() - pin pages of the current process for a long time
 * @ua:   user address of the first
 * @n:    how many
 * @page: set to the pages
 *
 * The device will read what the process writes there later.
 *
 * Context: faults user pages in. Return: how many were pinned, 1 to @n; -errno.
 */
#ifdef HAVE_LAX_READONLY_PINS
/*
 * This kernel pins a page of private memory that was never written as it is, shared with others.
 * The process gets another page when it writes. So the page is pinned as if for writing, once it
 * is known that it may be read. Shared memory that may not be written refuses that, and does not
 * need it.
 */
static inline int pin_for_reading(unsigned long ua, int n, struct page **page)
{
	int got = pin_user_pages_fast(ua, n, FOLL_LONGTERM, page);
	int own;

	if (got <= 0)
		return got;
	unpin_user_pages(page, got);
	own = pin_user_pages_fast(ua, got, FOLL_LONGTERM | FOLL_WRITE | FOLL_FORCE, page);
	return own > 0 ? own : pin_user_pages_fast(ua, 1, FOLL_LONGTERM, page);
}
#else
static inline int pin_for_reading(unsigned long ua, int n, struct page **page)
{
	return pin_user_pages_fast(ua, n, FOLL_LONGTERM, page);
}
#endif

#endif
