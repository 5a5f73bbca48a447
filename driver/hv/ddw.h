/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ddw.h - dynamic DMA windows (DDW), by RTAS. With hcall.h the only access to the hypervisor.
 */
#ifndef VFIO_PSERIES_DDW_H
#define VFIO_PSERIES_DDW_H

#include <linux/types.h>
#include "hv/hcall.h"

/**
 * struct ddw_pe - how RTAS addresses a PE and which DDW calls it has
 * @buid:         unit id of the PHB
 * @config_addr:  bus << 16 | devfn << 8 of a function of the PE
 * @token_query:  ibm,query-pe-dma-window; 0 when the PE has no DDW
 * @token_create: ibm,create-pe-dma-window
 * @token_remove: ibm,remove-pe-dma-window
 * @token_reset:  ibm,reset-pe-dma-window; 0 when firmware lacks it
 * @limited:      the PE may be in a mode with bus addresses below 64 bits, which
 *                a reset ends
 * @wide_query:   the query returns 64-bit block sizes (six result cells)
 *
 * LoPAR "ibm,ddw-applicable" and "ibm,ddw-extensions".
 */
struct ddw_pe {
	u64 buid;
	u32 config_addr;
	u32 token_query;
	u32 token_create;
	u32 token_remove;
	u32 token_reset;
	bool limited;
	bool wide_query;
};

static inline bool ddw_available(const struct ddw_pe *pe)
{
	return pe->token_query;
}

static inline bool ddw_has_reset(const struct ddw_pe *pe)
{
	return pe->token_reset;
}

/**
 * struct ddw_query - the windows that can still be created for a PE
 * @windows:  number of windows that can be created now
 * @max_tces: TCEs of the largest window that can be created now
 * @pgsizes:  IOMMU page sizes, a mask of sizes in bytes
 */
struct ddw_query {
	u32 windows;
	u64 max_tces;
	u64 pgsizes;
};

/**
 * ddw_query() - ask what can be created
 *
 * Context: may sleep (as the three calls below).
 * Return: 0 or -EIO.
 */
int ddw_query(const struct ddw_pe *pe, struct ddw_query *q);

/**
 * ddw_create() - create a dynamic window
 * @pe:           the PE
 * @page_shift:   log2 of the IOMMU page size
 * @window_shift: log2 of the window's size in bytes
 * @w:            set to the window when 0 is returned
 *
 * The TCEs of the new window are undefined until hcall_clear().
 *
 * Return: 0; -ENOSPC when the hypervisor has none; -EIO.
 */
int ddw_create(const struct ddw_pe *pe, u32 page_shift, u32 window_shift,
	       struct dma_window *w);

/**
 * ddw_remove() - remove a window, the default one included
 *
 * Every TCE of it must be invalid. Return: 0 or -EIO.
 */
int ddw_remove(const struct ddw_pe *pe, u32 liobn);

/**
 * ddw_drop() - clear one of the caller's windows and remove it
 * @pe:       the PE
 * @w:        the window
 * @killable: as for hcall_clear()
 *
 * Return: 0 when it is gone, whatever the hypervisor answered; else an errno, and its
 * TCEs are unknown.
 */
int ddw_drop(const struct ddw_pe *pe, const struct dma_window *w, bool killable);

/**
 * ddw_reset() - remove all windows of a PE and bring the default one back
 *
 * Every TCE of the PE must be invalid, or firmware may refuse; those of the
 * default window are undefined afterwards. Return: 0 or -EIO; -ENOSYS when
 * firmware lacks it.
 */
int ddw_reset(const struct ddw_pe *pe);

#endif
