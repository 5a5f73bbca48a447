// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioas.c - a user's I/O address space under one lock.
 *
 * The user's calls wait for the lock killably. Calls that only change what TCEs hold take it for
 * reading, so that they run at the same time. The IOAS's end waits for the lock unkillably, and
 * so for running calls. User memory is faulted in with no lock held: such a call takes the lock
 * twice or more often, and may find the IOAS dead the next time.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "debug/trace.h"
#include "ioas/ioas.h"
#include "ioas/ioas_call.h"
#include "ioas/ioas_v1.h"
#include "memory/pin.h"

void ioas_init(struct ioas *s, bool v1)
{
	memset(s, 0, sizeof(*s));
	init_rwsem(&s->lock);
	regions_init(&s->regions);
	s->v1 = v1;
	s->regions.v1 = v1;
	windows_init(&s->windows, &s->regions);
}

static void ioas_drop_pe(struct ioas *s, struct pe *pe)
{
	u64 stuck;

	lockdep_assert_held_write(&s->lock);
	stuck = windows_del_pe(&s->windows, pe);
	if (stuck)
		pr_err("%s: %llu TCEs could not be cleared\n", pe->name,
		       (unsigned long long)stuck);
}

/* After this devices reach nothing. Nothing that the user controls is waited for here. */
static void ioas_stop(struct ioas *s)
{
	s->dead = true;
	while (s->windows.pes)
		ioas_drop_pe(s, s->windows.pe[s->windows.pes - 1]);
	WRITE_ONCE(s->stopped, true);
}

void ioas_kill(struct ioas *s)
{
	u64 pinned;

	down_write(&s->lock);
	ioas_stop(s);
	windows_reap(&s->windows);
	windows_end(&s->windows);
	ioas_unlock_memory(s);
	pinned = regions_release(&s->regions);
	if (pinned)
		pr_err("vfio_pseries: %llu pages stay pinned for good\n",
		       (unsigned long long)pinned);
	up_write(&s->lock);
}

bool ioas_stopped(const struct ioas *s)
{
	return READ_ONCE(s->stopped);
}

int ioas_attach(struct ioas *s, struct pe *pe)
{
	int rc;

	down_write(&s->lock);
	if (s->dead || !pe->owned)
		rc = -ENODEV;
	else if (s->v1 && s->windows.pes)
		rc = -EBUSY;
	else
		rc = windows_add_pe(&s->windows, pe);
	up_write(&s->lock);
	return rc;
}

void ioas_detach(struct ioas *s, struct pe *pe)
{
	down_write(&s->lock);
	ioas_drop_pe(s, pe);
	windows_reap(&s->windows);
	up_write(&s->lock);
}

int ioas_enter(struct ioas *s, unsigned int need)
{
	int rc = down_write_killable(&s->lock);

	if (rc)
		return rc;
	rc = ioas_check(s, need);
	if (rc)
		up_write(&s->lock);
	return rc;
}

void ioas_leave(struct ioas *s)
{
	regions_wash(&s->regions);
	up_write(&s->lock);
}

/* ioas_enter() for reading; not for NEED_MM. */
static int ioas_enter_shared(struct ioas *s, unsigned int need)
{
	int rc = down_read_killable(&s->lock);

	if (rc)
		return rc;
	rc = ioas_check(s, need);
	if (rc)
		up_read(&s->lock);
	return rc;
}

int ioas_info(struct ioas *s, struct ioas_info *info)
{
	const struct pe *pe;
	int rc = ioas_enter(s, NEED_PE);

	if (rc)
		return rc;
	pe = s->windows.pe[0];
	memset(info, 0, sizeof(*info));
	if (ioas_tellable(&pe->dflt.w)) {
		info->dma32_start = pe->dflt.w.start;
		info->dma32_size = pe->dflt.w.size;
	}
	if (ddw_available(&pe->addr) && !s->v1) {
		info->pgsizes = windows_pgsizes(&s->windows);
		info->max_windows = windows_max(&s->windows);
		info->levels = 1;
	}
	ioas_leave(s);
	return 0;
}

int ioas_each_pe(struct ioas *s, int (*fn)(struct pe *pe, void *data), void *data)
{
	int rc = ioas_enter(s, 0);
	u32 i;

	if (rc)
		return rc;
	for (i = 0; i < s->windows.pes && !rc; i++)
		rc = fn(s->windows.pe[i], data);
	ioas_leave(s);
	return rc;
}

/* The pages are pinned, unless @rc is an error. The IOAS may have ended meanwhile. */
static int ioas_registered(struct ioas *s, struct region *r, int rc)
{
	down_write(&s->lock);
	if (s->dead)
		rc = -ENODEV;
	if (!rc)
		rc = regions_publish(&s->regions, r);
	if (rc)
		regions_cancel(&s->regions, r);
	else
		s->enabled = true;
	up_write(&s->lock);
	if (rc)
		regions_discard(r);
	return rc;
}

int ioas_register(struct ioas *s, u64 ua, u64 size)
{
	struct region *r;
	int rc = ioas_enter(s, NEED_MM);

	if (rc)
		return rc;
	rc = regions_reserve(&s->regions, ua, size, &r);
	ioas_leave(s);
	return rc ? rc : ioas_registered(s, r, regions_pin(r));
}

int ioas_unregister(struct ioas *s, u64 ua, u64 size)
{
	int rc = ioas_enter(s, 0);

	if (rc)
		return rc;
	rc = s->regions.mm ? regions_unregister(&s->regions, ua, size) : -EPERM;
	ioas_leave(s);
	return rc;
}

int ioas_create(struct ioas *s, u32 page_shift, u64 size, u32 levels, u64 *start)
{
	int rc = ioas_enter(s, NEED_MM | NEED_PE);

	if (rc)
		return rc;
	rc = windows_create(&s->windows, page_shift, size, levels, start);
	ioas_leave(s);
	trace_window_create(rc ? 0 : *start, size, page_shift, rc);
	return rc;
}

/* When GET_INFO could not tell the default window's place, the user names that window by 0. */
static u64 ioas_told(const struct ioas *s, u64 start)
{
	const struct pe_window *d = &s->windows.pe[0]->dflt;

	if (!start && d->lent && !ioas_tellable(&d->w) && !windows_find(&s->windows, 0))
		return d->w.start;
	return start;
}

int ioas_remove(struct ioas *s, u64 start)
{
	int rc = ioas_enter(s, NEED_MM | NEED_PE);

	if (rc)
		return rc;
	start = ioas_told(s, start);
	rc = windows_remove(&s->windows, start);
	ioas_leave(s);
	trace_window_remove(start, rc);
	return rc;
}

/*
 * With the lock held; arguments are not checked yet. MAP, unless KVM has the table and a region
 * that KVM has to find is hidden from it. To show that region pin_enter() faults user memory in,
 * so @hidden is returned for pin_enter() with no lock held. The search then continues at @at.
 */
static int ioas_map_or_show(struct ioas *s, u64 ioba, u64 ua, u64 size, u64 perm,
			    unsigned long *at, struct pin **hidden)
{
	struct table *t;
	int rc = ioas_range(s, ioba, ua, size, &t);
	bool wanted;

	*hidden = NULL;
	if (rc)
		return rc;
	wanted = kvm_table_wanted(t);
	if (wanted)
		*hidden = regions_hidden(&s->regions, at, ua + size);
	return *hidden ? 0 : ioas_map_in(t, ioba, ua, size, perm, wanted);
}

static noinline int ioas_map_shown(struct ioas *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	unsigned long at = ua;
	struct pin *hidden;
	int rc;

	do {
		rc = ioas_enter_shared(s, NEED_ENABLED);
		if (rc)
			return rc;
		rc = ioas_map_or_show(s, ioba, ua, size, perm, &at, &hidden);
		up_read(&s->lock);
		if (!hidden)
			return rc;
		pin_enter(hidden);
		cond_resched();
	} while (true);
}

/* The common path. Where KVM has the table the call starts again in ioas_map_shown(). */
static int ioas_map_registered(struct ioas *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	struct table *t;
	int rc = ioas_enter_shared(s, NEED_ENABLED);

	if (rc)
		return rc;
	rc = ioas_range(s, ioba, ua, size, &t);
	if (!rc && kvm_table_wanted(t)) {
		up_read(&s->lock);
		return ioas_map_shown(s, ioba, ua, size, perm);
	}
	if (!rc)
		rc = ioas_map_in(t, ioba, ua, size, perm, false);
	up_read(&s->lock);
	return rc;
}

int ioas_map(struct ioas *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	int rc = s->v1 ? ioas_map_v1(s, ioba, ua, size, perm)
		       : ioas_map_registered(s, ioba, ua, size, perm);

	trace_tce_map(ioba, ua, size, perm, rc);
	return rc;
}

/* @alone: no other call is in the IOAS. A constant, so that the common path does not test it. */
static __always_inline int ioas_unmap_as(struct ioas *s, u64 ioba, u64 size, bool alone)
{
	int rc = alone ? ioas_enter(s, NEED_ENABLED) : ioas_enter_shared(s, NEED_ENABLED);
	struct table *t;

	if (rc)
		return rc;
	rc = ioas_range(s, ioba, 0, size, &t);
	if (!rc)
		rc = table_unmap(t, (ioba - t->w.start) >> t->w.page_shift,
				 size >> t->w.page_shift);
	if (alone)
		ioas_leave(s);
	else
		up_read(&s->lock);
	return rc;
}

static noinline int ioas_unmap_v1(struct ioas *s, u64 ioba, u64 size)
{
	return ioas_unmap_as(s, ioba, size, true);
}

int ioas_unmap(struct ioas *s, u64 ioba, u64 size)
{
	int rc = s->v1 ? ioas_unmap_v1(s, ioba, size)
		       : ioas_unmap_as(s, ioba, size, false);

	trace_tce_unmap(ioba, size, rc);
	return rc;
}
