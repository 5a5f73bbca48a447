// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioas_v1.c - the v1 API: pages are pinned as they are mapped.
 *
 * ENABLE charges the window's size. Where the kernel's pages are larger than the TCEs', more can
 * be pinned: that is charged before it is pinned. A MAP pins with no lock held, so the IOAS may
 * end or be disabled meanwhile. So the pages that a running MAP pins are counted apart
 * (@transit), and the MAP itself uncharges them.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include "hv/papr.h"
#include "ioas/ioas.h"
#include "ioas/ioas_call.h"
#include "ioas/ioas_v1.h"
#include "memory/v1_pages.h"

/*
 * The v1 API charges at ENABLE all that can be mapped at once: MAP has to be fast, and a guest's
 * request to map must not fail because of a limit.
 */
static int ioas_lock_memory(struct ioas *s)
{
	const struct dma_window *w = &s->windows.pe[0]->dflt.w;
	int rc;

	if (s->enabled)
		return -EBUSY;
	if (!ioas_tellable(w))
		return -EPERM;
	rc = regions_adopt_mm(&s->regions);
	if (!rc)
		rc = v1_pages_init(&s->regions.pages, dma_window_tces(w));
	if (!rc)
		rc = account_locked_vm(s->regions.mm, w->size >> PAGE_SHIFT, true);
	if (rc)
		return rc;
	s->paid = w->size >> PAGE_SHIFT;
	/* A MAP from before may still be running; it has its own charge. */
	s->locked += s->paid;
	s->enabled = true;
	return 0;
}

int ioas_enable(struct ioas *s)
{
	int rc = ioas_enter(s, 0);

	if (rc)
		return rc;
	rc = s->windows.pes ? ioas_lock_memory(s) : -ENODEV;
	ioas_leave(s);
	return rc;
}

void ioas_unlock_memory(struct ioas *s)
{
	if (s->locked > s->transit)
		account_locked_vm(s->regions.mm, s->locked - s->transit, false);
	s->locked = 0;
}

int ioas_disable(struct ioas *s)
{
	int rc = ioas_enter(s, 0);

	if (rc)
		return rc;
	/* Pages that are no longer charged must not stay pinned. */
	rc = s->enabled ? windows_unmap_all(&s->windows) : 0;
	if (!rc) {
		ioas_unlock_memory(s);
		s->locked = s->transit;
		s->paid = 0;
		s->enabled = false;
	}
	ioas_leave(s);
	return rc;
}

/* Charge the pages that are pinned, or are about to be, beyond those charged already. */
static int ioas_charge(struct ioas *s)
{
	/* KVM may release some meanwhile: then too much is charged until the next call. */
	unsigned long pages = READ_ONCE(s->regions.pages.pages) + s->transit;
	int rc = 0;

	if (pages > s->locked)
		rc = account_locked_vm(s->regions.mm, pages - s->locked, true);
	if (!rc)
		s->locked = max(s->locked, pages);
	return rc;
}

static void ioas_uncharge(struct ioas *s)
{
	unsigned long pages = max(READ_ONCE(s->regions.pages.pages) + s->transit, (u64)s->paid);

	if (pages < s->locked)
		account_locked_vm(s->regions.mm, s->locked - pages, false);
	s->locked = min(s->locked, pages);
}

/* Begin a MAP: @n is the number of pages that it will pin. */
static int ioas_announce(struct ioas *s, u64 ioba, u64 ua, u64 size, unsigned long *n)
{
	struct table *t;
	int rc = ioas_enter(s, NEED_ENABLED);

	if (rc)
		return rc;
	rc = ioas_range(s, ioba, ua, size, &t);
	if (!rc && ua + size < ua)
		rc = -EINVAL;
	if (!rc) {
		*n = v1_pages_span(ua, size);
		s->transit += *n;
		rc = ioas_charge(s);
		if (rc)
			s->transit -= *n;
	}
	ioas_leave(s);
	return rc;
}

/* End a MAP, successful or not; with the lock held. */
static void ioas_renounce(struct ioas *s, unsigned long n)
{
	s->transit -= n;
	/* After ioas_kill() or DISABLE this call uncharges its own pages. */
	if (s->dead)
		account_locked_vm(current->mm, n, false);
	else
		ioas_uncharge(s);
}

/* Map the pages that are pinned, and drop the pins. */
static int ioas_map_pinned(struct ioas *s, struct v1_pins *pins, u64 ioba, u64 ua, u64 size,
			   u64 perm)
{
	struct table *t;
	int rc = ioas_check(s, NEED_ENABLED);

	lockdep_assert_held_write(&s->lock);
	if (rc) {
		v1_pages_unpin(pins);
		return rc;
	}
	rc = regions_begin_v1(&s->regions, pins);
	if (rc)
		return rc;
	rc = ioas_range(s, ioba, ua, size, &t);
	if (!rc)
		rc = ioas_map_in(t, ioba, ua, size, perm, false);
	regions_end_v1(&s->regions);
	return rc;
}

int ioas_map_v1(struct ioas *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	struct v1_pins pins;
	unsigned long n;
	int rc = ioas_announce(s, ioba, ua, size, &n);

	if (rc)
		return rc;
	rc = v1_pages_pin(&pins, ua, size, perm & PAPR_TCE_WRITE);
	down_write(&s->lock);
	if (!rc)
		rc = ioas_map_pinned(s, &pins, ioba, ua, size, perm);
	ioas_renounce(s, n);
	up_write(&s->lock);
	return rc;
}
