/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hcall.h - TCEs by hypercall. With ddw.h the only access to the hypervisor.
 *
 * Above this interface there are TCE batches, windows and errno values; below it
 * there are hypercalls, RTAS tokens and PAPR return codes.
 */
#ifndef VFIO_PSERIES_HCALL_H
#define VFIO_PSERIES_HCALL_H

#include <linux/sched.h>
#include <linux/types.h>
#include "hv/papr.h"

/* Most TCEs of one hcall_put() or hcall_stuff(). */
#define HCALL_BATCH	PAPR_MAX_TCES

/* A hypervisor that stays busy for longer than this has failed. */
#define HCALL_PATIENCE_MS	10000

/**
 * struct dma_window - a window as the hypervisor gave it
 * @liobn:      the name of its TCE table
 * @start:      first bus address
 * @size:       bytes
 * @page_shift: log2 of the IOMMU page size
 */
struct dma_window {
	u32 liobn;
	u64 start;
	u64 size;
	u32 page_shift;
};

static inline u64 dma_window_tces(const struct dma_window *w)
{
	return w->size >> w->page_shift;
}

/**
 * hcall_init() - learn which multi-TCE calls the hypervisor has
 *
 * Call once, before any other function of this header.
 */
void hcall_init(void);

/**
 * hcall_put() - write up to HCALL_BATCH TCEs
 * @liobn:      the table
 * @ioba:       bus address of the first TCE, aligned to its page size
 * @page_shift: log2 of the IOMMU page size
 * @list:       4 KiB aligned page that holds the TCEs, big-endian
 * @n:          how many, 1 to HCALL_BATCH
 *
 * One H_PUT_TCE_INDIRECT, or @n H_PUT_TCE where firmware lacks it.
 *
 * Context: any; does not sleep.
 * Return: 0; a positive number of milliseconds to wait before the same call is
 * worth repeating; or -EIO, -ENOMEM. After anything but 0 all @n TCEs hold
 * either what they held before or what @list has: they are unknown.
 */
int hcall_put(u32 liobn, u64 ioba, u32 page_shift, const __be64 *list, u32 n);

/**
 * hcall_put_one() - write one TCE, without a list
 * @liobn: the table
 * @ioba:  bus address of the TCE
 * @tce:   its new content
 *
 * One H_PUT_TCE. Context and return value are those of hcall_put().
 */
int hcall_put_one(u32 liobn, u64 ioba, u64 tce);

/**
 * hcall_stuff() - invalidate up to HCALL_BATCH TCEs
 *
 * Parameters, context and return value are those of hcall_put(), with zero in
 * place of the list. One H_STUFF_TCE, or @n H_PUT_TCE.
 */
int hcall_stuff(u32 liobn, u64 ioba, u32 page_shift, u32 n);

/**
 * hcall_clear() - invalidate every TCE of a window, whatever it held
 * @w:        the window
 * @killable: give up with -EINTR when a fatal signal is pending
 *
 * Context: may sleep.
 * Return: 0, -EINTR, -EIO or -ENOMEM. An error leaves TCEs unknown.
 */
int hcall_clear(const struct dma_window *w, bool killable);

/**
 * hcall_clear_if_there() - hcall_clear() for a window that may not be there
 *
 * Return: as hcall_clear(), and -ENXIO when there is no such table.
 */
int hcall_clear_if_there(const struct dma_window *w, bool killable);

/**
 * hcall_valid() - is there a valid TCE at this bus address?
 *
 * Context: may sleep.
 */
bool hcall_valid(u32 liobn, u64 ioba);

/**
 * enum hcall_presence - what is known of a table
 * @HCALL_GONE:    no table has this name at this bus address
 * @HCALL_THERE:   a table has; it is not known whose it is
 * @HCALL_UNKNOWN: the hypervisor did not say
 */
enum hcall_presence {
	HCALL_GONE,
	HCALL_THERE,
	HCALL_UNKNOWN,
};

/**
 * hcall_look() - is there a table of this name at this bus address?
 *
 * Reads one TCE back. For verification when a PE changes hands, and after a failure
 * of the hypervisor.
 *
 * Context: may sleep.
 */
enum hcall_presence hcall_look(u32 liobn, u64 ioba);

/**
 * hcall_exists() - may there be a table of this name at this bus address?
 *
 * Context: may sleep.
 */
static inline bool hcall_exists(u32 liobn, u64 ioba)
{
	return hcall_look(liobn, ioba) != HCALL_GONE;
}

/* Does the hypervisor have a call for several TCEs: valid ones if @put, else invalid ones? */
bool hcall_multi(bool put);

/**
 * hcall_singly() - does a batch take one H_PUT_TCE for each of its TCEs?
 * @n:   TCEs
 * @put: for hcall_put(); else for hcall_stuff()
 *
 * Context: any.
 */
static inline bool hcall_singly(u32 n, bool put)
{
	return n == 1 || !hcall_multi(put);
}

/**
 * hcall_wait() - sleep as long as hcall_put() or hcall_stuff() has asked for
 * @ms:     their positive return value
 * @waited: milliseconds spent on this batch so far, 0 at first
 *
 * Context: may sleep.
 * Return: true when the call is worth repeating; false, without a sleep, when
 * the hypervisor has been busy for so long that it has failed.
 */
bool hcall_wait(int ms, int *waited);

/**
 * hcall_patiently() - ask again while the hypervisor is busy
 * @ask: an expression: 0, -errno or the milliseconds to wait, as hcall_put() returns
 *
 * Context: may sleep between two tries. It lets other tasks run before each try: a loop
 * over batches needs no cond_resched() of its own.
 * Return: the last result of @ask; milliseconds when the hypervisor stays busy.
 */
#define hcall_patiently(ask) ({						\
	int waited_ = 0;						\
	int rc_;							\
									\
	do {								\
		cond_resched();						\
		rc_ = (ask);						\
	} while (rc_ > 0 && hcall_wait(rc_, &waited_));			\
	rc_;								\
})

#endif
