// SPDX-License-Identifier: GPL-2.0-only
/*
 * pe_window.c - creation, removal and lending of a PE's windows.
 *
 * Firmware's default window exists while the host owns the PE, and normally stays
 * while a user does, empty when it is not lent. It is removed only for a first window
 * that it cannot be. Then the hypervisor places that window where it places a first
 * one, and a PE that can have a single window can have a large one. Firmware brings
 * the default window back when the last dynamic one is removed (LoPAR,
 * ibm,remove-pe-dma-window), or on request (QEMU, where a window had the default
 * one's name). Nobody gets the default window until it is cleared again.
 *
 * A dynamic window that firmware refuses to remove stays noted as present and not
 * lent; its removal is tried again at every later occasion.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mutex.h>
#include "pe/pe.h"
#include "pe/pe_window.h"

/*
 * QEMU as the hypervisor counts the TCEs of a window in 32 bits, but offers more. It crashes in
 * the create that follows a window of 2^32 TCEs or more.
 */
#define PE_MAX_TCES		(1ULL << 31)

/* A device might reach memory through this window: keep the devices from trying. */
static void pe_quarantine(struct pe *pe, const struct dma_window *w)
{
	pr_err("%s: window %x at %llx could not be cleared, devices are isolated\n",
	       pe->name, w->liobn, (unsigned long long)w->start);
	pe->host->isolate(pe);
}

bool pe_has_ddw(const struct pe *pe)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		if (pe->ddw[i].present)
			return true;
	return false;
}

/*
 * Is there a dynamic window other than @d? Doubtful ones do not count: if they are gone, firmware
 * may have brought the default window back.
 */
static bool pe_has_other_ddw(const struct pe *pe, const struct pe_window *d)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		if (&pe->ddw[i] != d && pe->ddw[i].present && !pe->ddw[i].doubtful)
			return true;
	return false;
}

/*
 * Is there a dynamic window by the default one's name? Then what this name leads to is taken for
 * that window, if it has been removed or not.
 */
static bool pe_default_has_namesake(const struct pe *pe)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		if (pe->ddw[i].present && pe->ddw[i].w.liobn == pe->dflt.w.liobn)
			return true;
	return false;
}

#define PE_LOOKS		3

bool pe_look_at_restored;

/* A restored window that kept its TCEs as they were is expected to have some at its ends. */
static void pe_default_look(struct pe *pe)
{
	const struct dma_window *w = &pe->dflt.w;
	u64 last = dma_window_tces(w) - 1;
	u32 i;

	pe->held = 0;
	for (i = 0; i < PE_LOOKS; i++) {
		u64 idx = last * i / (PE_LOOKS - 1);

		pe->held += hcall_valid(w->liobn, w->start + (idx << w->page_shift));
	}
	pe->looked = PE_LOOKS;
}

int pe_default_clear(struct pe *pe)
{
	int rc;

	if (READ_ONCE(pe_look_at_restored))
		pe_default_look(pe);
	rc = hcall_clear_if_there(&pe->dflt.w, false);
	/* Try twice: a single refusal is no reason to isolate a device. */
	if (rc)
		rc = hcall_clear_if_there(&pe->dflt.w, false);
	pe->dflt.raw = rc;
	pe->dflt.present = !rc && !pe_default_has_namesake(pe);
	return rc;
}

/* May the default window exist, although it could not be cleared? */
static bool pe_default_there(const struct pe *pe)
{
	return hcall_exists(pe->dflt.w.liobn, pe->dflt.w.start);
}

/* Can nothing be reached through the default window, cleared or gone with its PE? */
static bool pe_default_harmless(struct pe *pe)
{
	int rc = pe_default_clear(pe);

	if (rc == -ENXIO && !pe_default_there(pe))
		pe->dflt.raw = false;
	return !pe->dflt.raw;
}

/* A reset may fail and still have taken effect. */
static int pe_default_reset(struct pe *pe)
{
	if (ddw_reset(&pe->addr) && !pe_default_there(pe))
		ddw_reset(&pe->addr);
	return pe_default_clear(pe);
}

int pe_default_back(struct pe *pe)
{
	int rc;

	lockdep_assert_held(&pe->lock);
	if (pe->dflt.present)
		return 0;
	rc = pe_default_clear(pe);
	if (rc && !pe_has_ddw(pe) && (rc == -ENXIO || !pe_default_there(pe)))
		rc = pe_default_reset(pe);
	if (rc && pe_default_there(pe))
		pe_quarantine(pe, &pe->dflt.w);
	return rc;
}

/*
 * Remove a window; true when it is gone. A remove may fail and still have taken effect. A table
 * that then has this name is taken for the window.
 */
static bool pe_try_remove(struct pe *pe, struct pe_window *d)
{
	enum hcall_presence is;

	if (!ddw_remove(&pe->addr, d->w.liobn))
		return true;
	is = hcall_look(d->w.liobn, d->w.start);
	d->doubtful = is == HCALL_UNKNOWN;
	return is == HCALL_GONE;
}

/* pe_try_remove(); clear the TCEs when firmware refuses because they were never cleared. */
static bool pe_removed(struct pe *pe, struct pe_window *d)
{
	if (d->doubtful)
		return hcall_look(d->w.liobn, d->w.start) == HCALL_GONE;
	if (pe_try_remove(pe, d))
		return true;
	/*
	 * The table that has this name may be the default window, or both windows may
	 * exist, the default one with undefined contents: clear it. The next remove that
	 * succeeds tells which; until then nobody gets either window. Not while another
	 * dynamic window exists: it may be a user's, with the default window's name.
	 */
	if (!pe->dflt.present && !pe_has_other_ddw(pe, d) && pe_default_there(pe) &&
	    hcall_clear(&pe->dflt.w, false))
		d->raw = true;
	if (d->doubtful || !d->raw || hcall_clear(&d->w, false))
		return false;
	d->raw = false;
	return pe_try_remove(pe, d);
}

/* Remove a dynamic window; the removal of the last one brings the default one back. */
static bool pe_remove_ddw(struct pe *pe, struct pe_window *d)
{
	d->lent = false;
	if (!pe_removed(pe, d))
		return false;
	*d = (struct pe_window){ 0 };
	if (!pe_has_other_ddw(pe, NULL))
		pe_default_back(pe);
	return true;
}

/* Remove the windows that could not be removed when their user gave them back. */
void pe_sweep(struct pe *pe)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		if (pe->ddw[i].present && !pe->ddw[i].lent)
			pe_remove_ddw(pe, &pe->ddw[i]);
}

struct pe_window *pe_free_ddw(struct pe *pe)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		if (!pe->ddw[i].present)
			return &pe->ddw[i];
	return NULL;
}

/* --- a user's windows --- */

bool pe_in_use(struct pe *pe)
{
	bool lent;
	u32 i;

	mutex_lock(&pe->lock);
	lent = pe->dflt.lent;
	for (i = 0; i < PE_WINDOWS; i++)
		lent |= pe->ddw[i].lent;
	mutex_unlock(&pe->lock);
	return lent;
}

static bool pe_placed(const struct dma_window *want, const struct dma_window *w)
{
	return want->start == PE_ANYWHERE || want->start == w->start;
}

static bool pe_has_pages(const struct pe *pe, const struct dma_window *want)
{
	return pe->pgsizes & 1ULL << want->page_shift;
}

static bool pe_default_serves(const struct pe *pe, const struct dma_window *want)
{
	const struct pe_window *d = &pe->dflt;

	return d->present && !d->lent && want->page_shift == d->w.page_shift &&
	       want->size <= d->w.size && pe_placed(want, &d->w);
}

static bool windows_overlap(const struct dma_window *a, const struct dma_window *b)
{
	return a->start <= b->start + (b->size - 1) && b->start <= a->start + (a->size - 1);
}

static bool pe_overlaps(const struct pe *pe, const struct dma_window *w)
{
	u32 i;

	if (pe->dflt.present && windows_overlap(&pe->dflt.w, w))
		return true;
	for (i = 0; i < PE_WINDOWS; i++)
		if (pe->ddw[i].present && windows_overlap(&pe->ddw[i].w, w))
			return true;
	return false;
}

/*
 * Remove the default window for a user's first window. Not when firmware has no reset: then
 * nothing could bring it back if the create fails.
 */
static int pe_default_yields(struct pe *pe)
{
	int rc;

	if (!pe->dflt.present || pe->dflt.lent || pe_has_ddw(pe) || !ddw_has_reset(&pe->addr))
		return 0;
	rc = ddw_remove(&pe->addr, pe->dflt.w.liobn);
	pe->dflt.present = false;
	/* A remove that failed may still have taken effect. */
	if (rc)
		pe_default_back(pe);
	return rc;
}

static int pe_can_create(struct pe *pe, const struct dma_window *want)
{
	struct ddw_query q;
	int rc = ddw_query(&pe->addr, &q);

	if (rc)
		return rc;
	if (!q.windows)
		return -ENOSPC;
	/* The size of a dynamic window is a power of two. */
	if (!is_power_of_2(want->size) || dma_window_tces(want) > q.max_tces)
		return -EINVAL;
	if (dma_window_tces(want) > PE_MAX_TCES)
		return -EINVAL;
	return 0;
}

/* A window was just created: can it stay, and is it empty? */
static int pe_accept_ddw(const struct pe *pe, const struct dma_window *want,
			 const struct dma_window *w)
{
	if (pe_overlaps(pe, w))
		return -ENOSPC;
	if (!pe_placed(want, w))
		return -ENXIO;
	return hcall_clear(w, true);
}

/* Firmware gives out this name again: a window that was noted with it is gone. */
static void pe_forget_liobn(struct pe *pe, u32 liobn)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		if (pe->ddw[i].present && !pe->ddw[i].lent && pe->ddw[i].w.liobn == liobn)
			pe->ddw[i] = (struct pe_window){ 0 };
}

static int pe_create_ddw(struct pe *pe, struct pe_window *d, const struct dma_window *want)
{
	struct dma_window w;
	int rc;

	rc = pe_can_create(pe, want);
	if (rc)
		return rc;
	rc = ddw_create(&pe->addr, want->page_shift, ilog2(want->size), &w);
	if (rc)
		return rc;
	pe_forget_liobn(pe, w.liobn);
	rc = pe_accept_ddw(pe, want, &w);
	*d = (struct pe_window){ .w = w, .present = true, .raw = rc };
	if (rc && !pe_remove_ddw(pe, d) && d->raw)
		pe_quarantine(pe, &w);
	return rc;
}

static int pe_open_ddw(struct pe *pe, const struct dma_window *want, struct dma_window *w)
{
	struct pe_window *d;
	int rc;

	if (!ddw_available(&pe->addr))
		return -ENOSPC;
	pe_sweep(pe);
	d = pe_free_ddw(pe);
	if (!d)
		return -ENOSPC;
	rc = pe_default_yields(pe);
	if (rc)
		return rc;
	rc = pe_create_ddw(pe, d, want);
	if (rc) {
		if (!pe_has_other_ddw(pe, NULL))
			pe_default_back(pe);
		return rc;
	}
	d->lent = true;
	*w = d->w;
	return 0;
}

/*
 * A window that other PEs have could not be opened here. If @rc says that this PE can never have
 * it, log the reason and return -EINVAL. Other errors, which may be gone the next time, are
 * returned as they are.
 */
static int pe_cannot_follow(const struct pe *pe, const struct dma_window *want, int rc)
{
	const char *why;

	if (rc == -ENXIO)
		why = "firmware puts it elsewhere";
	else if (rc == -ENOSPC)
		why = "no window left";
	else if (rc == -EINVAL)
		why = pe_has_pages(pe, want) ? "no such size" : "no such pages";
	else
		return rc;
	pr_info_ratelimited("%s: cannot join window %#llx, size %#llx, pages of %#llx: %s\n",
			    pe->name, want->start, want->size, 1ULL << want->page_shift, why);
	return -EINVAL;
}

int pe_open(struct pe *pe, const struct dma_window *want, struct dma_window *w)
{
	int rc = 0;

	mutex_lock(&pe->lock);
	if (!pe_has_pages(pe, want)) {
		rc = -EINVAL;
	} else if (pe_default_serves(pe, want)) {
		pe->dflt.lent = true;
		*w = pe->dflt.w;
		w->size = want->size;
	} else {
		rc = pe_open_ddw(pe, want, w);
	}
	mutex_unlock(&pe->lock);
	if (rc && want->start != PE_ANYWHERE)
		rc = pe_cannot_follow(pe, want, rc);
	return rc;
}

static struct pe_window *pe_lent(struct pe *pe, u32 liobn)
{
	u32 i;

	if (pe->dflt.lent && pe->dflt.w.liobn == liobn)
		return &pe->dflt;
	for (i = 0; i < PE_WINDOWS; i++)
		if (pe->ddw[i].lent && pe->ddw[i].w.liobn == liobn)
			return &pe->ddw[i];
	return NULL;
}

bool pe_close(struct pe *pe, u32 liobn, bool clean)
{
	struct pe_window *d;

	mutex_lock(&pe->lock);
	d = pe_lent(pe, liobn);
	if (d) {
		d->lent = false;
		d->raw = !clean;
		if (d != &pe->dflt)
			clean |= pe_remove_ddw(pe, d) || !d->raw;
		else if (!clean)
			clean = pe_default_harmless(pe);
		if (d->raw)
			pe_quarantine(pe, &d->w);
	}
	mutex_unlock(&pe->lock);
	return clean;
}

int pe_publish(struct pe *pe, u32 num, struct kvm_table *kvm)
{
	int rc;

	mutex_lock(&pe->lock);
	rc = pe->host->publish(pe, num, kvm);
	mutex_unlock(&pe->lock);
	return rc;
}
