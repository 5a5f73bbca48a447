// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioas_v1.c - the older API: pages are pinned as they are mapped.
 *
 * ENABLE charges the window's size. Where the kernel's pages are larger than the TCEs', more can be
 * pinned than that: it is charged before it is pinned. As pinning is done with no lock held, the
 * space may end, or be disabled, while a MAP is on its way: what that pins is counted apart
 * (@transit), and given back by the MAP itself.
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
 * The v1 API charges all that can be mapped at once: mapping is to be fast, and
 * a guest's request to map cannot fail for a limit.
 */
static int space_lock_memory(struct space *s)
{
	const struct hv_window *w = &s->windows.pe[0]->dflt.w;
	int rc;

	if (s->enabled)
		return -EBUSY;
	if (!space_tellable(w))
		return -EPERM;
	rc = memory_adopt_mm(&s->memory);
	if (!rc)
		rc = loose_init(&s->memory.pages, hv_window_tces(w));
	if (!rc)
		rc = account_locked_vm(s->memory.mm, w->size >> PAGE_SHIFT, true);
	if (rc)
		return rc;
	s->paid = w->size >> PAGE_SHIFT;
	/* A MAP from before may be on its way still, charged for itself. */
	s->locked += s->paid;
	s->enabled = true;
	return 0;
}

int space_enable(struct space *s)
{
	int rc = space_enter(s, 0);

	if (rc)
		return rc;
	rc = s->windows.pes ? space_lock_memory(s) : -ENODEV;
	space_leave(s);
	return rc;
}

void space_unlock_memory(struct space *s)
{
	if (s->locked > s->transit)
		account_locked_vm(s->memory.mm, s->locked - s->transit, false);
	s->locked = 0;
}

int space_disable(struct space *s)
{
	int rc = space_enter(s, 0);

	if (rc)
		return rc;
	/* What is no longer charged for must not stay pinned. */
	rc = s->enabled ? windows_unmap_all(&s->windows) : 0;
	if (!rc) {
		space_unlock_memory(s);
		s->locked = s->transit;
		s->paid = 0;
		s->enabled = false;
	}
	space_leave(s);
	return rc;
}

/* Pages that are pinned, or are about to be, beyond what was paid for: charge them. */
static int space_charge(struct space *s)
{
	/* KVM may let some go meanwhile: then this is too much, until the next call. */
	unsigned long pages = READ_ONCE(s->memory.pages.pages) + s->transit;
	int rc = 0;

	if (pages > s->locked)
		rc = account_locked_vm(s->memory.mm, pages - s->locked, true);
	if (!rc)
		s->locked = max(s->locked, pages);
	return rc;
}

static void space_uncharge(struct space *s)
{
	unsigned long pages = max(READ_ONCE(s->memory.pages.pages) + s->transit, (u64)s->paid);

	if (pages < s->locked)
		account_locked_vm(s->memory.mm, s->locked - pages, false);
	s->locked = min(s->locked, pages);
}

/* A MAP begins: @n pages will be pinned for it. */
static int space_announce(struct space *s, u64 ioba, u64 ua, u64 size, unsigned long *n)
{
	struct table *t;
	int rc = space_enter(s, NEED_ENABLED);

	if (rc)
		return rc;
	rc = space_range(s, ioba, ua, size, &t);
	if (!rc && ua + size < ua)
		rc = -EINVAL;
	if (!rc) {
		*n = loose_span(ua, size);
		s->transit += *n;
		rc = space_charge(s);
		if (rc)
			s->transit -= *n;
	}
	space_leave(s);
	return rc;
}

/* ... and has ended, well or not; with the lock. */
static void space_renounce(struct space *s, unsigned long n)
{
	s->transit -= n;
	/* What the end of the space, or of being enabled, has left to this call. */
	if (s->dead)
		account_locked_vm(current->mm, n, false);
	else
		space_uncharge(s);
}

/* Map what is pinned, and let go of it. */
static int space_map_pinned(struct space *s, struct loose_pins *pins, u64 ioba, u64 ua, u64 size,
			    u64 perm)
{
	struct table *t;
	int rc = space_check(s, NEED_ENABLED);

	lockdep_assert_held_write(&s->lock);
	if (rc) {
		loose_unpin(pins);
		return rc;
	}
	rc = memory_begin_loose(&s->memory, pins);
	if (rc)
		return rc;
	rc = space_range(s, ioba, ua, size, &t);
	if (!rc)
		rc = space_map_in(t, ioba, ua, size, perm, false);
	memory_end_loose(&s->memory);
	return rc;
}

int space_map_loose(struct space *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	struct loose_pins pins;
	unsigned long n;
	int rc = space_announce(s, ioba, ua, size, &n);

	if (rc)
		return rc;
	rc = loose_pin(&pins, ua, size, perm & PAPR_TCE_WRITE);
	down_write(&s->lock);
	if (!rc)
		rc = space_map_pinned(s, &pins, ioba, ua, size, perm);
	space_renounce(s, n);
	up_write(&s->lock);
	return rc;
}
