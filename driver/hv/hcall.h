/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hcall.h - TCEs by hypercall. With ddw.h the only door to the hypervisor.
 *
 * Above this line there are TCE batches, windows and errno values; below it
 * there are hypercalls, RTAS tokens and PAPR return codes.
 */
#ifndef VFIO_PSERIES_HCALL_H
#define VFIO_PSERIES_HCALL_H

#include <linux/sched.h>
#include <linux/types.h>
#include "hv/papr.h"

/* Most TCEs of one hv_put() or hv_stuff(). */
#define HV_BATCH	PAPR_MAX_TCES

/* A hypervisor that stays busy for longer than this is taken for a failed one. */
#define HV_PATIENCE_MS	10000

/**
 * struct hv_window - a window as the hypervisor gave it
 * @liobn:      its name
 * @start:      first bus address
 * @size:       bytes
 * @page_shift: log2 of the IOMMU page size
 */
struct hv_window {
	u32 liobn;
	u64 start;
	u64 size;
	u32 page_shift;
};

static inline u64 hv_window_tces(const struct hv_window *w)
{
	return w->size >> w->page_shift;
}

/**
 * hv_init() - learn which multi-TCE calls there are
 *
 * Call once, before any other function of this header.
 */
void hv_init(void);

/**
 * hv_put() - write up to HV_BATCH TCEs
 * @liobn:      the table
 * @ioba:       bus address of the first TCE, aligned to its page size
 * @page_shift: log2 of the IOMMU page size
 * @list:       4 KiB aligned page that holds the TCEs, big-endian
 * @n:          how many, 1 to HV_BATCH
 *
 * One H_PUT_TCE_INDIRECT, or @n H_PUT_TCE where firmware lacks it.
 *
 * Context: any; does not sleep.
 * Return: 0; a positive number of milliseconds to wait before the same call is
 * worth repeating; or -EIO, -ENOMEM. After anything but 0 all @n TCEs hold
 * either what they held before or what @list has: they are unknown.
 */
int hv_put(u32 liobn, u64 ioba, u32 page_shift, const __be64 *list, u32 n);

/**
 * hv_put_one() - write one TCE, without a list
 * @liobn: the table
 * @ioba:  bus address of the TCE
 * @tce:   its new content
 *
 * One H_PUT_TCE. Context and return value are those of hv_put().
 */
int hv_put_one(u32 liobn, u64 ioba, u64 tce);

/**
 * hv_stuff() - invalidate up to HV_BATCH TCEs
 *
 * Parameters, context and return value are those of hv_put(), with zero in
 * place of the list. One H_STUFF_TCE, or @n H_PUT_TCE.
 */
int hv_stuff(u32 liobn, u64 ioba, u32 page_shift, u32 n);

/**
 * hv_clear() - invalidate every TCE of a window, whatever it held
 * @w:        the window
 * @killable: give up with -EINTR when a fatal signal is pending
 *
 * Context: may sleep.
 * Return: 0, -EINTR, -EIO or -ENOMEM. An error leaves TCEs unknown.
 */
int hv_clear(const struct hv_window *w, bool killable);

/**
 * hv_clear_if_there() - hv_clear() for a window that may not be there
 *
 * Return: as hv_clear(), and -ENXIO when there is no such table.
 */
int hv_clear_if_there(const struct hv_window *w, bool killable);

/**
 * enum hv_presence - what is known of a table
 * @HV_GONE:    there is none of this name at this bus address
 * @HV_THERE:   there is one; whose it is nobody tells
 * @HV_UNKNOWN: the hypervisor did not say
 */
enum hv_presence {
	HV_GONE,
	HV_THERE,
	HV_UNKNOWN,
};

/**
 * hv_look() - is there a table of this name at this bus address?
 *
 * Reads one TCE back; for verification when a PE changes hands, and after a
 * failure of the hypervisor's.
 *
 * Context: may sleep.
 */
enum hv_presence hv_look(u32 liobn, u64 ioba);

/**
 * hv_exists() - may there be a table of this name at this bus address?
 *
 * Context: may sleep.
 */
static inline bool hv_exists(u32 liobn, u64 ioba)
{
	return hv_look(liobn, ioba) != HV_GONE;
}

/* Has the hypervisor a call for several TCEs, valid ones or invalid ones? */
bool hv_multi(bool put);

/**
 * hv_singly() - does a batch take one H_PUT_TCE for each of its TCEs?
 * @n:   TCEs
 * @put: of hv_put(); else of hv_stuff()
 *
 * Context: any.
 */
static inline bool hv_singly(u32 n, bool put)
{
	return n == 1 || !hv_multi(put);
}

/**
 * hv_wait() - sleep as long as hv_put() or hv_stuff() asked for
 * @ms:     their positive return value
 * @waited: milliseconds spent on this batch so far, 0 at first
 *
 * Context: may sleep.
 * Return: true when the call is worth repeating; false, without a sleep, when
 * the hypervisor has been busy for so long that it is taken for a failed one.
 */
bool hv_wait(int ms, int *waited);

/**
 * hv_patiently() - ask again for as long as the hypervisor is busy
 * @ask: an expression: 0, -errno or the milliseconds to wait, as hv_put() returns
 *
 * Context: may sleep, between one try and the next, and lets others run before
 * each: a loop over batches needs nothing else for that.
 * Return: what @ask gave last; milliseconds when the hypervisor stays busy.
 */
#define hv_patiently(ask) ({						\
	int waited_ = 0;						\
	int rc_;							\
									\
	do {								\
		cond_resched();						\
		rc_ = (ask);						\
	} while (rc_ > 0 && hv_wait(rc_, &waited_));			\
	rc_;								\
})

#endif
