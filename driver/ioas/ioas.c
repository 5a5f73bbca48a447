// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioas.c - a user's DMA space under one lock.
 *
 * Calls of the user take the lock in a way that can be killed, those that only change what TCEs
 * hold to read, so that they run at the same time; the end of the
 * space takes it in a way that cannot, and so waits for calls that are running.
 * User memory is faulted in with no lock held: such a call comes twice or more often, and
 * may find the space dead the next time.
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

void space_init(struct space *s, bool v1)
{
	memset(s, 0, sizeof(*s));
	init_rwsem(&s->lock);
	memory_init(&s->memory);
	s->v1 = v1;
	s->memory.loose = v1;
	windows_init(&s->windows, &s->memory);
}

static void space_drop_pe(struct space *s, struct pe *pe)
{
	u64 stuck;

	lockdep_assert_held_write(&s->lock);
	stuck = windows_del_pe(&s->windows, pe);
	if (stuck)
		pr_err("%s: %llu TCEs could not be cleared\n", pe->name,
		       (unsigned long long)stuck);
}

/* Devices reach nothing any more; nothing of the user's is waited for until then. */
static void space_stop(struct space *s)
{
	s->dead = true;
	while (s->windows.pes)
		space_drop_pe(s, s->windows.pe[s->windows.pes - 1]);
	WRITE_ONCE(s->stopped, true);
}

void space_kill(struct space *s)
{
	u64 pinned;

	down_write(&s->lock);
	space_stop(s);
	windows_reap(&s->windows);
	windows_end(&s->windows);
	space_unlock_memory(s);
	pinned = memory_release(&s->memory);
	if (pinned)
		pr_err("vfio_pseries: %llu pages stay pinned for good\n",
		       (unsigned long long)pinned);
	up_write(&s->lock);
}

bool space_stopped(const struct space *s)
{
	return READ_ONCE(s->stopped);
}

int space_attach(struct space *s, struct pe *pe)
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

void space_detach(struct space *s, struct pe *pe)
{
	down_write(&s->lock);
	space_drop_pe(s, pe);
	windows_reap(&s->windows);
	up_write(&s->lock);
}

int space_enter(struct space *s, unsigned int need)
{
	int rc = down_write_killable(&s->lock);

	if (rc)
		return rc;
	rc = space_check(s, need);
	if (rc)
		up_write(&s->lock);
	return rc;
}

void space_leave(struct space *s)
{
	memory_wash(&s->memory);
	up_write(&s->lock);
}

/* The same to read, for what needs no address space. */
static int space_enter_shared(struct space *s, unsigned int need)
{
	int rc = down_read_killable(&s->lock);

	if (rc)
		return rc;
	rc = space_check(s, need);
	if (rc)
		up_read(&s->lock);
	return rc;
}

int space_info(struct space *s, struct space_info *info)
{
	const struct pe *pe;
	int rc = space_enter(s, NEED_PE);

	if (rc)
		return rc;
	pe = s->windows.pe[0];
	memset(info, 0, sizeof(*info));
	if (space_tellable(&pe->dflt.w)) {
		info->dma32_start = pe->dflt.w.start;
		info->dma32_size = pe->dflt.w.size;
	}
	if (hv_has_ddw(&pe->addr) && !s->v1) {
		info->pgsizes = windows_pgsizes(&s->windows);
		info->max_windows = windows_max(&s->windows);
		info->levels = 1;
	}
	space_leave(s);
	return 0;
}

int space_each_pe(struct space *s, int (*fn)(struct pe *pe, void *data), void *data)
{
	int rc = space_enter(s, 0);
	u32 i;

	if (rc)
		return rc;
	for (i = 0; i < s->windows.pes && !rc; i++)
		rc = fn(s->windows.pe[i], data);
	space_leave(s);
	return rc;
}

/* The pages are pinned, unless @rc says why not, and the space has or has not lived on. */
static int space_registered(struct space *s, struct region *r, int rc)
{
	down_write(&s->lock);
	if (s->dead)
		rc = -ENODEV;
	if (!rc)
		rc = memory_publish(&s->memory, r);
	if (rc)
		memory_cancel(&s->memory, r);
	else
		s->enabled = true;
	up_write(&s->lock);
	if (rc)
		memory_discard(r);
	return rc;
}

int space_register(struct space *s, u64 ua, u64 size)
{
	struct region *r;
	int rc = space_enter(s, NEED_MM);

	if (rc)
		return rc;
	rc = memory_reserve(&s->memory, ua, size, &r);
	space_leave(s);
	return rc ? rc : space_registered(s, r, memory_pin(r));
}

int space_unregister(struct space *s, u64 ua, u64 size)
{
	int rc = space_enter(s, 0);

	if (rc)
		return rc;
	rc = s->memory.mm ? memory_unregister(&s->memory, ua, size) : -EPERM;
	space_leave(s);
	return rc;
}

int space_create(struct space *s, u32 page_shift, u64 size, u32 levels, u64 *start)
{
	int rc = space_enter(s, NEED_MM | NEED_PE);

	if (rc)
		return rc;
	rc = windows_create(&s->windows, page_shift, size, levels, start);
	space_leave(s);
	trace_window_create(rc ? 0 : *start, size, page_shift, rc);
	return rc;
}

/* A default window that GET_INFO could not tell is the one at 0 to its user. */
static u64 space_told(const struct space *s, u64 start)
{
	const struct pe_window *d = &s->windows.pe[0]->dflt;

	if (!start && d->lent && !space_tellable(&d->w) && !windows_find(&s->windows, 0))
		return d->w.start;
	return start;
}

int space_remove(struct space *s, u64 start)
{
	int rc = space_enter(s, NEED_MM | NEED_PE);

	if (rc)
		return rc;
	start = space_told(s, start);
	rc = windows_remove(&s->windows, start);
	space_leave(s);
	trace_window_remove(start, rc);
	return rc;
}

/*
 * With the lock, all arguments unchecked: MAP, unless KVM, which has got the table, is to find a
 * region first and does not. To show it faults user memory in, so @hidden is for pin_enter()
 * with no lock held; the search then goes on at @at.
 */
static int space_map_or_show(struct space *s, u64 ioba, u64 ua, u64 size, u64 perm,
			     unsigned long *at, struct pin **hidden)
{
	struct table *t;
	int rc = space_range(s, ioba, ua, size, &t);
	bool wanted;

	*hidden = NULL;
	if (rc)
		return rc;
	wanted = lend_wanted(t);
	if (wanted)
		*hidden = memory_hidden(&s->memory, at, ua + size);
	return *hidden ? 0 : space_map_in(t, ioba, ua, size, perm, wanted);
}

static noinline int space_map_shown(struct space *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	unsigned long at = ua;
	struct pin *hidden;
	int rc;

	do {
		rc = space_enter_shared(s, NEED_ENABLED);
		if (rc)
			return rc;
		rc = space_map_or_show(s, ioba, ua, size, perm, &at, &hidden);
		up_read(&s->lock);
		if (!hidden)
			return rc;
		pin_enter(hidden);
		cond_resched();
	} while (true);
}

/* The usual way: where KVM has got the table the call begins anew. */
static int space_map_registered(struct space *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	struct table *t;
	int rc = space_enter_shared(s, NEED_ENABLED);

	if (rc)
		return rc;
	rc = space_range(s, ioba, ua, size, &t);
	if (!rc && lend_wanted(t)) {
		up_read(&s->lock);
		return space_map_shown(s, ioba, ua, size, perm);
	}
	if (!rc)
		rc = space_map_in(t, ioba, ua, size, perm, false);
	up_read(&s->lock);
	return rc;
}

int space_map(struct space *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	int rc = s->v1 ? space_map_loose(s, ioba, ua, size, perm)
		       : space_map_registered(s, ioba, ua, size, perm);

	trace_tce_map(ioba, ua, size, perm, rc);
	return rc;
}

/* @alone: nobody else is in the space. A constant: the usual way is not to ask for it. */
static __always_inline int space_unmap_as(struct space *s, u64 ioba, u64 size, bool alone)
{
	int rc = alone ? space_enter(s, NEED_ENABLED) : space_enter_shared(s, NEED_ENABLED);
	struct table *t;

	if (rc)
		return rc;
	rc = space_range(s, ioba, 0, size, &t);
	if (!rc)
		rc = table_unmap(t, (ioba - t->w.start) >> t->w.page_shift,
				 size >> t->w.page_shift);
	if (alone)
		space_leave(s);
	else
		up_read(&s->lock);
	return rc;
}

static noinline int space_unmap_loose(struct space *s, u64 ioba, u64 size)
{
	return space_unmap_as(s, ioba, size, true);
}

int space_unmap(struct space *s, u64 ioba, u64 size)
{
	int rc = s->v1 ? space_unmap_loose(s, ioba, size)
		       : space_unmap_as(s, ioba, size, false);

	trace_tce_unmap(ioba, size, rc);
	return rc;
}
