// SPDX-License-Identifier: GPL-2.0-only
/*
 * window.c - the windows of one user.
 *
 * A window is a table that has a place in the hypervisor: the table knows what
 * is mapped, the PE knows where it lies. It comes in the order memory, window,
 * publication, and goes in the opposite one, after its TCEs.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include "memory.h"
#include "window.h"

static int windows_free_slot(const struct windows *ws, const struct pe *pe)
{
	u32 i;

	for (i = 0; i < pe->max; i++)
		if (!ws->table[i])
			return i;
	return -ENOSPC;
}

static struct table *window_alloc(struct memory *m, u64 tces)
{
	struct table *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (t && table_init(t, tces, m)) {
		kfree(t);
		t = NULL;
	}
	return t;
}

static void window_free(struct table *t)
{
	table_free(t);
	kfree(t);
}

/* Put a table over a window that the PE has opened; or close it again. */
static int windows_install(struct windows *ws, struct pe *pe, u32 slot, struct table *t,
			   const struct hv_window *w)
{
	int rc = pe_publish(pe, slot, w);

	if (rc) {
		pe_close(pe, w->liobn, true);
		return rc;
	}
	table_attach(t, w);
	ws->table[slot] = t;
	return 0;
}

int windows_open_default(struct windows *ws, struct pe *pe, struct memory *m)
{
	struct hv_window w;
	struct table *t;
	int rc;

	t = window_alloc(m, hv_window_tces(&pe->dflt.w));
	if (!t)
		return -ENOMEM;
	rc = pe_open_default(pe, &w);
	if (!rc)
		rc = windows_install(ws, pe, 0, t, &w);
	if (rc)
		window_free(t);
	return rc == -ENOSPC ? 0 : rc;
}

static bool window_valid(const struct pe *pe, u32 page_shift, u64 size, u32 levels)
{
	return levels <= WINDOW_MAX_LEVELS && page_shift < 64 &&
	       (pe->pgsizes & 1ULL << page_shift) && is_power_of_2(size) && size >> page_shift;
}

int windows_create(struct windows *ws, struct pe *pe, struct memory *m,
		   u32 page_shift, u64 size, u32 levels, u64 *start)
{
	int slot = windows_free_slot(ws, pe);
	struct hv_window w;
	struct table *t;
	int rc;

	if (slot < 0)
		return slot;
	if (!window_valid(pe, page_shift, size, levels))
		return -EINVAL;
	t = window_alloc(m, size >> page_shift);
	if (!t)
		return -ENOMEM;
	rc = pe_open(pe, page_shift, size, &w);
	if (!rc)
		rc = windows_install(ws, pe, slot, t, &w);
	if (rc) {
		window_free(t);
		return rc;
	}
	*start = w.start;
	return 0;
}

static int windows_slot(const struct windows *ws, u64 ioba)
{
	int i;

	for (i = 0; i < PE_WINDOWS; i++) {
		const struct table *t = ws->table[i];

		if (t && ioba >= t->w.start && ioba - t->w.start < t->w.size)
			return i;
	}
	return -1;
}

struct table *windows_find(const struct windows *ws, u64 ioba)
{
	int slot = windows_slot(ws, ioba);

	return slot < 0 ? NULL : ws->table[slot];
}

/*
 * Close the window of a table. When TCEs are left whose state is not known they
 * are gone with the window, if it goes; else their pages stay pinned.
 */
static u64 windows_close(struct windows *ws, struct pe *pe, u32 slot)
{
	struct table *t = ws->table[slot];
	u64 unknown = t->shadow.live;

	pe_publish(pe, slot, NULL);
	if (pe_close(pe, t->w.liobn, !unknown)) {
		table_forget(t);
		unknown = 0;
	}
	ws->table[slot] = NULL;
	window_free(t);
	return unknown;
}

int windows_remove(struct windows *ws, struct pe *pe, u64 ioba)
{
	int slot = windows_slot(ws, ioba);
	struct table *t;
	int rc;

	if (slot < 0)
		return -EINVAL;
	t = ws->table[slot];
	rc = table_unmap(t, 0, hv_window_tces(&t->w));
	if (rc)
		return rc;
	windows_close(ws, pe, slot);
	return 0;
}

u64 windows_remove_all(struct windows *ws, struct pe *pe)
{
	u64 stuck = 0;
	u32 slot;

	for (slot = 0; slot < PE_WINDOWS; slot++) {
		if (!ws->table[slot])
			continue;
		table_clear(ws->table[slot]);
		stuck += windows_close(ws, pe, slot);
	}
	return stuck;
}
