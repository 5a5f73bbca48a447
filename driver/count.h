/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * count.h - what has been asked of the hypervisor for one window.
 *
 * Counted once per batch and never per TCE. Clearing a new window and the RTAS
 * calls are not in it: they are for a window that nobody has yet, or no more.
 */
#ifndef VFIO_PSERIES_COUNT_H
#define VFIO_PSERIES_COUNT_H

#include <linux/types.h>
#include "hv.h"

/**
 * struct count - counters of one window, all of its PEs together
 * @put:      H_PUT_TCE; of a batch that failed all are counted
 * @indirect: H_PUT_TCE_INDIRECT
 * @stuff:    H_STUFF_TCE
 * @batches:  batches, each of one call or of several H_PUT_TCE
 * @tces:     TCEs that they wrote
 * @busy:     batches that the hypervisor was too busy for; they come again
 * @failed:   batches that it refused
 */
struct count {
	u64 put;
	u64 indirect;
	u64 stuff;
	u64 batches;
	u64 tces;
	u64 busy;
	u64 failed;
};

static inline void count_answer(struct count *c, u32 n, int rc)
{
	c->batches++;
	if (!rc)
		c->tces += n;
	else if (rc > 0)
		c->busy++;
	else
		c->failed++;
}

/**
 * count_batch() - one batch for one PE was tried
 * @c:   the window's; guarded by the table's lock
 * @n:   its TCEs
 * @put: valid TCEs were written, not invalid ones
 * @rc:  what hv_put() or hv_stuff() said
 */
static inline void count_batch(struct count *c, u32 n, bool put, int rc)
{
	if (hv_singly(n, put))
		c->put += n;
	else if (put)
		c->indirect++;
	else
		c->stuff++;
	count_answer(c, n, rc);
}

/**
 * count_one() - the same for hv_put_one()
 */
static inline void count_one(struct count *c, int rc)
{
	c->put++;
	count_answer(c, 1, rc);
}

#endif
