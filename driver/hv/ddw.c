// SPDX-License-Identifier: GPL-2.0-only
/*
 * ddw.c - the four RTAS calls for a PE's dynamic windows.
 *
 * A call may fail and still have taken effect. The caller of a remove looks whether the window
 * still exists.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "debug/trace.h"
#include "hv/ddw.h"

/* Firmware may ask for a wait of 100 seconds once. Busy for longer than this, it has failed. */
#define DDW_PATIENCE_MS	120000

/*
 * Repeat an RTAS call while the answer is busy. The limit is a time, not a number of tries:
 * between two tries the kernel waits for anything from nothing to a second.
 */
static int ddw_rtas(u32 token, int nargs, int nret, const u32 *args, u32 *rets)
{
	u64 end = papr_clock_ms() + DDW_PATIENCE_MS;
	int status;

	do {
		status = papr_rtas(token, nargs, nret, args, rets);
	} while (papr_rtas_busy(status) && papr_clock_ms() < end);
	if (status)
		trace_rtas_failure(token, status);
	return status;
}

static void ddw_pe_args(const struct ddw_pe *pe, u32 *args)
{
	args[0] = pe->config_addr;
	args[1] = upper_32_bits(pe->buid);
	args[2] = lower_32_bits(pe->buid);
}

/* LoPAR ibm,query-pe-dma-window "IO Page Sizes": bit n stands for this shift. */
static const u8 query_page_shift[] = { 12, 16, 24, 25, 26, 27, 28, 34, 21 };

static u64 ddw_pgsizes(u32 mask)
{
	u64 sizes = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(query_page_shift); i++)
		if (mask & (1U << i))
			sizes |= 1ULL << query_page_shift[i];
	return sizes;
}

int ddw_query(const struct ddw_pe *pe, struct ddw_query *q)
{
	u32 args[3], rets[5] = { 0 };
	int nret = pe->wide_query ? 6 : 5;

	ddw_pe_args(pe, args);
	if (ddw_rtas(pe->token_query, 3, nret, args, rets))
		return -EIO;
	q->windows = rets[0];
	if (pe->wide_query) {
		q->max_tces = (u64)rets[1] << 32 | rets[2];
		q->pgsizes = ddw_pgsizes(rets[3]);
	} else {
		q->max_tces = rets[1];
		q->pgsizes = ddw_pgsizes(rets[2]);
	}
	return 0;
}

int ddw_create(const struct ddw_pe *pe, u32 page_shift, u32 window_shift, struct dma_window *w)
{
	u32 args[5], rets[3] = { 0 };
	int status;

	ddw_pe_args(pe, args);
	args[3] = page_shift;
	args[4] = window_shift;
	status = ddw_rtas(pe->token_create, 5, 4, args, rets);
	if (status)
		return status == PAPR_RTAS_HW_ERROR ? -ENOSPC : -EIO;
	w->liobn = rets[0];
	w->start = (u64)rets[1] << 32 | rets[2];
	w->size = 1ULL << window_shift;
	w->page_shift = page_shift;
	return 0;
}

int ddw_remove(const struct ddw_pe *pe, u32 liobn)
{
	return ddw_rtas(pe->token_remove, 1, 1, &liobn, NULL) ? -EIO : 0;
}

int ddw_drop(const struct ddw_pe *pe, const struct dma_window *w, bool killable)
{
	int rc = hcall_clear(w, killable);

	if (!rc)
		rc = ddw_remove(pe, w->liobn);
	/* A remove may fail and still take effect; a window that is gone cannot be cleared. */
	return rc && hcall_exists(w->liobn, w->start) ? rc : 0;
}

int ddw_reset(const struct ddw_pe *pe)
{
	u32 args[3];

	if (!ddw_has_reset(pe))
		return -ENOSYS;
	ddw_pe_args(pe, args);
	return ddw_rtas(pe->token_reset, 3, 1, args, NULL) ? -EIO : 0;
}
