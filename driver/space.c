// SPDX-License-Identifier: GPL-2.0-only
/*
 * space.c - a user's DMA space under one lock.
 *
 * Calls of the user take the lock in a way that can be killed; the end of the
 * space takes it in a way that cannot, and so waits for calls that are running.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>
#include "space.h"

void space_init(struct space *s)
{
	memset(s, 0, sizeof(*s));
	mutex_init(&s->lock);
	memory_init(&s->memory);
}

static void space_drop_pe(struct space *s)
{
	u64 stuck;

	lockdep_assert_held(&s->lock);
	stuck = windows_remove_all(&s->windows, s->pe);
	if (stuck)
		pr_err("%s: %llu TCEs could not be cleared\n", s->pe->name,
		       (unsigned long long)stuck);
	s->pe = NULL;
}

void space_kill(struct space *s)
{
	u64 pinned;

	mutex_lock(&s->lock);
	s->dead = true;
	if (s->pe)
		space_drop_pe(s);
	pinned = memory_release(&s->memory);
	if (pinned)
		pr_err("vfio_pseries: %llu pages stay pinned for good\n",
		       (unsigned long long)pinned);
	mutex_unlock(&s->lock);
}

int space_attach(struct space *s, struct pe *pe)
{
	int rc;

	mutex_lock(&s->lock);
	if (s->dead || !pe->owned)
		rc = -ENODEV;
	else if (s->pe)
		rc = -EBUSY;
	else
		rc = windows_open_default(&s->windows, pe, &s->memory);
	if (!rc)
		s->pe = pe;
	mutex_unlock(&s->lock);
	return rc;
}

void space_detach(struct space *s, struct pe *pe)
{
	mutex_lock(&s->lock);
	if (s->pe == pe)
		space_drop_pe(s);
	mutex_unlock(&s->lock);
}

/* What a call of the user needs before it can begin. */
enum need {
	NEED_PE		= 1,	/* a group is attached */
	NEED_MM		= 2,	/* the owner's address space */
	NEED_ENABLED	= 4,	/* memory was registered once */
};

static int space_check(struct space *s, unsigned int need)
{
	if (s->dead)
		return -ENODEV;
	if (memory_foreign(&s->memory))
		return -EPERM;
	if ((need & NEED_ENABLED) && !s->enabled)
		return -EPERM;
	if ((need & NEED_PE) && !s->pe)
		return -ENXIO;
	return need & NEED_MM ? memory_adopt_mm(&s->memory) : 0;
}

/* On success the lock is held. */
static int space_enter(struct space *s, unsigned int need)
{
	int rc = mutex_lock_killable(&s->lock);

	if (rc)
		return rc;
	rc = space_check(s, need);
	if (rc)
		mutex_unlock(&s->lock);
	return rc;
}

static void space_leave(struct space *s)
{
	mutex_unlock(&s->lock);
}

int space_info(struct space *s, struct space_info *info)
{
	const struct pe *pe;
	int rc = space_enter(s, NEED_PE);

	if (rc)
		return rc;
	pe = s->pe;
	memset(info, 0, sizeof(*info));
	if (pe->dflt.w.start <= U32_MAX && pe->dflt.w.size <= U32_MAX) {
		info->dma32_start = pe->dflt.w.start;
		info->dma32_size = pe->dflt.w.size;
	}
	if (hv_has_ddw(&pe->addr)) {
		info->pgsizes = pe->pgsizes;
		info->max_windows = pe->max;
		info->levels = 1;
	}
	space_leave(s);
	return 0;
}

int space_register(struct space *s, u64 ua, u64 size)
{
	int rc = space_enter(s, NEED_MM);

	if (rc)
		return rc;
	rc = memory_register(&s->memory, ua, size);
	if (!rc)
		s->enabled = true;
	space_leave(s);
	return rc;
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
	rc = windows_create(&s->windows, s->pe, &s->memory, page_shift, size, levels, start);
	space_leave(s);
	return rc;
}

int space_remove(struct space *s, u64 start)
{
	int rc = space_enter(s, NEED_MM | NEED_PE);

	if (rc)
		return rc;
	rc = windows_remove(&s->windows, s->pe, start);
	space_leave(s);
	return rc;
}

/* The table of the window in which a range lies, wholly and on its page grid. */
static int space_range(struct space *s, u64 ioba, u64 ua, u64 size, struct table **t)
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

int space_map(struct space *s, u64 ioba, u64 ua, u64 size, u64 perm)
{
	struct table *t;
	int rc = space_enter(s, NEED_ENABLED | NEED_PE);

	if (rc)
		return rc;
	rc = space_range(s, ioba, ua, size, &t);
	if (!rc)
		rc = table_map(t, (ioba - t->w.start) >> t->w.page_shift,
			       size >> t->w.page_shift, ua, perm);
	space_leave(s);
	return rc;
}

int space_unmap(struct space *s, u64 ioba, u64 size)
{
	struct table *t;
	int rc = space_enter(s, NEED_ENABLED | NEED_PE);

	if (rc)
		return rc;
	rc = space_range(s, ioba, 0, size, &t);
	if (!rc)
		rc = table_unmap(t, (ioba - t->w.start) >> t->w.page_shift,
				 size >> t->w.page_shift);
	space_leave(s);
	return rc;
}
