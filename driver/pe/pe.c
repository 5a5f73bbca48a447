// SPDX-License-Identifier: GPL-2.0-only
/*
 * pe.c - the order in which a PE changes hands.
 *
 * A new owner of a PE finds only the default window, and it is empty. A window that a former
 * owner has left, or that the host could not remove when it gave the PE away or got it back, is
 * noted as present and not lent. A PE with such a window is not handed out unless the window is
 * empty: a user can enable a device's bus mastering, whatever we did about it. Once the host has
 * had the PE, or when the hypervisor did not tell the result of a removal, the window may be gone
 * and its name may belong to another PE. Such a window is only looked for, and removed by a
 * reset: a reset names the PE and not the window.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "pe/pe.h"
#include "pe/pe_window.h"

#define PE_DEFAULT_PAGE_SHIFT	12

void pe_init(struct pe *pe)
{
	mutex_init(&pe->lock);
}

void pe_leave_behind(struct pe *pe, const struct dma_window *w)
{
	struct pe_window *d = pe_free_ddw(pe);

	lockdep_assert_held(&pe->lock);
	pr_err("%s: the host's window %x at %llx could not be removed\n", pe->name, w->liobn,
	       (unsigned long long)w->start);
	if (d)
		*d = (struct pe_window){ .w = *w, .present = true, .raw = true, .doubtful = true };
	else
		pe->littered = true;
}

/* Is a window left that nobody has? Windows that are gone are forgotten. */
static bool pe_left_over(struct pe *pe)
{
	bool left = pe->littered;
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++) {
		struct pe_window *d = &pe->ddw[i];

		if (d->present && hcall_look(d->w.liobn, d->w.start) == HCALL_GONE)
			*d = (struct pe_window){ 0 };
		left |= d->present;
	}
	return left;
}

/* May such a window have valid TCEs? */
static bool pe_left_live(const struct pe *pe)
{
	bool live = pe->littered;
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		live |= pe->ddw[i].present && pe->ddw[i].raw;
	return live;
}

static void pe_forget_ddws(struct pe *pe)
{
	memset(pe->ddw, 0, sizeof(pe->ddw));
	pe->littered = false;
}

/*
 * Nobody has a window: remove all but the default one. A reset requires that every TCE is
 * invalid, and leaves the TCEs of the default window undefined.
 */
static void pe_evict(struct pe *pe)
{
	if (!pe_left_over(pe))
		return;
	pe_default_clear(pe);
	if (!ddw_reset(&pe->addr))
		pe_forget_ddws(pe);
	pe_default_clear(pe);
	pe_left_over(pe);
}

/* The host may do anything with the PE: a name that we noted may become another PE's. */
static void pe_doubt(struct pe *pe)
{
	u32 i;

	for (i = 0; i < PE_WINDOWS; i++)
		pe->ddw[i].doubtful = pe->ddw[i].present;
}

/* Ask what the PE can have, while the default window is all that it has. */
static int pe_learn(struct pe *pe)
{
	struct ddw_query q;
	int rc;

	pe->pgsizes = 1ULL << PE_DEFAULT_PAGE_SHIFT;
	pe->max = 1;
	if (!ddw_available(&pe->addr))
		return 0;
	rc = ddw_query(&pe->addr, &q);
	if (rc)
		return rc;
	pe->pgsizes |= q.pgsizes & ~pe->unusable;
	if (q.windows)
		pe->max = PE_WINDOWS;
	return 0;
}

/* The host has left: make sure that only the default window exists, and that it is empty. */
static int pe_empty(struct pe *pe)
{
	int rc = pe->dflt.present ? hcall_clear(&pe->dflt.w, true) : pe_default_back(pe);

	if (rc || !pe->addr.limited)
		return rc;
	/* The host may have asked for addresses below 64 bits: a reset ends that. */
	rc = ddw_reset(&pe->addr);
	return rc ? rc : hcall_clear(&pe->dflt.w, true);
}

int pe_take(struct pe *pe)
{
	int rc = 0;

	mutex_lock(&pe->lock);
	if (pe->owned)
		goto unlock;
	rc = pe->host->leave(pe);
	if (rc)
		goto unlock;
	pe_evict(pe);
	if (pe_left_live(pe)) {
		pr_err_ratelimited("%s: a former owner's window is still there\n", pe->name);
		rc = -EIO;
	}
	if (!rc)
		rc = pe_empty(pe);
	if (!rc)
		rc = pe_learn(pe);
	if (rc)
		pe->host->back(pe);
	else
		pe->owned = true;
unlock:
	mutex_unlock(&pe->lock);
	return rc;
}

void pe_release(struct pe *pe)
{
	mutex_lock(&pe->lock);
	if (pe->owned) {
		pe_sweep(pe);
		pe_evict(pe);
		if (pe_has_ddw(pe))
			pr_err("%s: firmware does not remove a user's window\n", pe->name);
		pe_default_back(pe);
		if (!pe->dflt.present)
			pr_err("%s: firmware does not give the default window back\n", pe->name);
		pe->owned = false;
		pe_doubt(pe);
		pe->host->back(pe);
	}
	mutex_unlock(&pe->lock);
}
