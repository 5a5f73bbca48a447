// SPDX-License-Identifier: GPL-2.0-only
/*
 * window.c - the windows of one user.
 *
 * A window is a table with a place in the hypervisor, the same place in every PE. In a PE, the
 * order of creation is: memory, window, publication, TCEs; removal is in the opposite order. KVM
 * finds published windows; it is kept from adding to a window that is being removed.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "ioas/window.h"
#include "memory/regions.h"

void windows_init(struct windows *ws, struct regions *regions)
{
	memset(ws, 0, sizeof(*ws));
	ws->regions = regions;
}

u64 windows_pgsizes(const struct windows *ws)
{
	u64 sizes = ~0ULL;
	u32 i;

	for (i = 0; i < ws->pes; i++)
		sizes &= ws->pe[i]->pgsizes;
	return sizes;
}

u32 windows_max(const struct windows *ws)
{
	u32 max = PE_WINDOWS;
	u32 i;

	for (i = 0; i < ws->pes; i++)
		max = min(max, ws->pe[i]->max);
	return max;
}

static struct table *window_alloc(const struct windows *ws, u64 tces)
{
	struct table *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (t && table_init(t, tces, ws->regions)) {
		kfree(t);
		t = NULL;
	}
	return t;
}

/* A kvm_table that KVM no longer holds, or a new one. */
static struct kvm_table *windows_kvm_table(struct windows *ws)
{
	struct kvm_table **at = &ws->unused;
	struct kvm_table *l;

	while (*at && kvm_iommu_held(*at))
		at = &(*at)->next;
	l = *at;
	if (!l)
		return kvm_iommu_alloc();
	*at = l->next;
	l->next = NULL;
	return l;
}

/* The kvm_table is no longer published, but KVM may be about to take a reference: keep it. */
static void windows_retire(struct windows *ws, struct kvm_table *l)
{
	if (!l)
		return;
	l->next = ws->unused;
	ws->unused = l;
}

void windows_end(struct windows *ws)
{
	kvm_iommu_put(ws->unused);
	ws->unused = NULL;
}

void windows_reap(struct windows *ws)
{
	while (ws->closed) {
		struct table *t = ws->closed;

		ws->closed = t->next;
		table_free(t);
		kfree(t);
		cond_resched();
	}
}

/* Take a PE out of a window. True when the PE can reach nothing through it any more. */
static bool window_part(struct table *t, u32 slot, struct pe *pe, u32 liobn)
{
	bool clean;

	kvm_table_stop(t->kvm);
	clean = table_part(t, liobn);
	kvm_table_go(t->kvm);
	pe_publish(pe, slot, NULL);
	return pe_close(pe, liobn, clean);
}

/* The first PE's window decides where the table is, also for KVM. */
static int window_publish(struct windows *ws, u32 slot, struct pe *pe, const struct dma_window *w)
{
	struct table *t = ws->table[slot];

	if (!t->kvm) {
		t->kvm = windows_kvm_table(ws);
		if (!t->kvm)
			return -ENOMEM;
		kvm_iommu_place(t->kvm, w);
	}
	return pe_publish(pe, slot, t->kvm);
}

/* Open a table's window in a PE. @want is where the window is, or where it may be. */
static int window_join(struct windows *ws, u32 slot, struct pe *pe, const struct dma_window *want)
{
	struct table *t = ws->table[slot];
	struct dma_window w;
	int rc;

	rc = pe_open(pe, want, &w);
	if (rc)
		return rc;
	rc = window_publish(ws, slot, pe, &w);
	if (rc) {
		pe_close(pe, w.liobn, true);
		return rc;
	}
	rc = table_join(t, &w);
	if (rc && !window_part(t, slot, pe, w.liobn))
		regions_poison(t->regions);
	return rc;
}

/*
 * Remove a window from all PEs. If the window is removed, its TCEs in an unknown state are gone
 * with it; else their pages stay pinned. windows_reap() frees the table.
 */
static u64 window_close(struct windows *ws, u32 slot)
{
	struct table *t = ws->table[slot];
	bool gone = true;
	u64 unknown;
	u32 i;

	kvm_table_end(t->kvm);
	unknown = table_live(t);
	for (i = t->pes; i--;) {
		pe_publish(ws->pe[i], slot, NULL);
		gone &= pe_close(ws->pe[i], t->liobn[i], !unknown);
	}
	if (gone) {
		table_forget(t);
		unknown = 0;
	}
	ws->table[slot] = NULL;
	windows_retire(ws, t->kvm);
	t->next = ws->closed;
	ws->closed = t;
	return unknown;
}

/* Make a table with a window in all PEs; the first PE decides where the window is. */
static int window_open(struct windows *ws, u32 slot, const struct dma_window *want)
{
	struct table *t = window_alloc(ws, dma_window_tces(want));
	int rc = 0;
	u32 i;

	if (!t)
		return -ENOMEM;
	ws->table[slot] = t;
	for (i = 0; i < ws->pes && !rc; i++)
		rc = window_join(ws, slot, ws->pe[i], i ? &t->w : want);
	if (!rc) {
		kvm_table_begin(t->kvm, t);
		return 0;
	}
	window_close(ws, slot);
	windows_reap(ws);
	return rc;
}

static int windows_free_slot(const struct windows *ws)
{
	u32 i;

	for (i = 0; i < windows_max(ws); i++)
		if (!ws->table[i])
			return i;
	return -ENOSPC;
}

static bool window_valid(const struct windows *ws, u32 page_shift, u64 size, u32 levels)
{
	return levels <= WINDOW_MAX_LEVELS && page_shift < 64 &&
	       (windows_pgsizes(ws) & 1ULL << page_shift) && is_power_of_2(size) &&
	       size >> page_shift;
}

int windows_create(struct windows *ws, u32 page_shift, u64 size, u32 levels, u64 *start)
{
	const struct dma_window want = {
		.start = PE_ANYWHERE,
		.size = size,
		.page_shift = page_shift,
	};
	int slot = windows_free_slot(ws);
	int rc;

	if (slot < 0)
		return slot;
	if (!window_valid(ws, page_shift, size, levels))
		return -EINVAL;
	rc = window_open(ws, slot, &want);
	if (!rc)
		*start = ws->table[slot]->w.start;
	return rc;
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

int windows_remove(struct windows *ws, u64 ioba)
{
	int slot = windows_slot(ws, ioba);
	struct table *t;
	int rc;

	if (slot < 0)
		return -EINVAL;
	t = ws->table[slot];
	kvm_table_stop(t->kvm);
	rc = table_unmap_all(t);
	if (rc) {
		kvm_table_go(t->kvm);
		return rc;
	}
	window_close(ws, slot);
	windows_reap(ws);
	return 0;
}

int windows_unmap_all(struct windows *ws)
{
	int rc = 0;
	u32 slot;

	for (slot = 0; slot < PE_WINDOWS && !rc; slot++) {
		struct table *t = ws->table[slot];

		if (t)
			rc = table_unmap_all(t);
	}
	return rc;
}

static int windows_index(const struct windows *ws, const struct pe *pe)
{
	u32 i;

	for (i = 0; i < ws->pes; i++)
		if (ws->pe[i] == pe)
			return i;
	return -1;
}

/* The user has the default window of its first PE from the start, if that exists. */
static int windows_first_pe(struct windows *ws, struct pe *pe)
{
	int rc;

	ws->pe[ws->pes++] = pe;
	rc = pe->dflt.present ? window_open(ws, 0, &pe->dflt.w) : 0;
	if (rc)
		ws->pes = 0;
	return rc;
}

/* Slots in order of bus addresses: some hypervisors give the lower address to the first window. */
static u32 windows_by_start(const struct windows *ws, u32 i)
{
	const struct table *a = ws->table[0], *b = ws->table[1];

	return a && b && b->w.start < a->w.start ? !i : i;
}

static bool windows_part_all(struct windows *ws, struct pe *pe, int index)
{
	bool clean = true;
	u32 slot;

	for (slot = 0; slot < PE_WINDOWS; slot++) {
		struct table *t = ws->table[slot];

		if (!t || index >= (int)t->pes)
			continue;
		table_begin(t);
		clean &= window_part(t, slot, pe, t->liobn[index]);
	}
	return clean;
}

static int windows_later_pe(struct windows *ws, struct pe *pe)
{
	int rc = 0;
	u32 i;

	if (ws->pes == TABLE_MAX_PES)
		return -ENOSPC;
	for (i = 0; i < PE_WINDOWS && !rc; i++) {
		u32 slot = windows_by_start(ws, i);

		if (ws->table[slot])
			rc = window_join(ws, slot, pe, &ws->table[slot]->w);
	}
	if (rc) {
		if (!windows_part_all(ws, pe, ws->pes))
			regions_poison(ws->regions);
		return rc;
	}
	ws->pe[ws->pes++] = pe;
	return 0;
}

int windows_add_pe(struct windows *ws, struct pe *pe)
{
	if (windows_index(ws, pe) >= 0)
		return -EBUSY;
	return ws->pes ? windows_later_pe(ws, pe) : windows_first_pe(ws, pe);
}

static u64 windows_close_all(struct windows *ws)
{
	u64 stuck = 0;
	u32 slot;

	for (slot = 0; slot < PE_WINDOWS; slot++) {
		if (!ws->table[slot])
			continue;
		kvm_table_stop(ws->table[slot]->kvm);
		table_clear(ws->table[slot]);
		stuck += window_close(ws, slot);
	}
	return stuck;
}

static u64 windows_live(const struct windows *ws)
{
	u64 live = 0;
	u32 slot;

	for (slot = 0; slot < PE_WINDOWS; slot++)
		live += ws->table[slot] ? table_live(ws->table[slot]) : 0;
	return live;
}

u64 windows_del_pe(struct windows *ws, struct pe *pe)
{
	int index = windows_index(ws, pe);
	u64 stuck = 0;

	if (index < 0)
		return 0;
	if (ws->pes == 1) {
		stuck = windows_close_all(ws);
	} else if (!windows_part_all(ws, pe, index)) {
		regions_poison(ws->regions);
		stuck = windows_live(ws);
	}
	ws->pe[index] = ws->pe[--ws->pes];
	return stuck;
}
