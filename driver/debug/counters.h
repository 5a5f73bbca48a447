/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counters.h - counters of the hypercalls for one window.
 *
 * Counted once per batch and never per TCE. Clearing a new window and the RTAS
 * calls are not counted: nobody has the window then, or nobody has it any more.
 */
#ifndef VFIO_PSERIES_COUNTERS_H
#define VFIO_PSERIES_COUNTERS_H

#include <linux/atomic.h>
#include <linux/types.h>
#include "hv/hcall.h"

/**
 * struct counters - counters of one window, all of its PEs together
 * @one:      single H_PUT_TCE that succeeded: most calls of some users; not in the others
 * @put:      H_PUT_TCE; of a batch that failed all are counted
 * @indirect: H_PUT_TCE_INDIRECT
 * @stuff:    H_STUFF_TCE
 * @batches:  batches, each of one call or of several H_PUT_TCE
 * @tces:     TCEs that they wrote
 * @busy:     batches that the hypervisor was too busy for; they are repeated
 * @failed:   batches that it refused
 */
struct counters {
	atomic64_t one;
	atomic64_t put;
	atomic64_t indirect;
	atomic64_t stuff;
	atomic64_t batches;
	atomic64_t tces;
	atomic64_t busy;
	atomic64_t failed;
};

static inline void counters_answer(struct counters *c, u32 n, int rc)
{
	atomic64_inc(&c->batches);
	if (!rc)
		atomic64_add(n, &c->tces);
	else
		atomic64_inc(rc > 0 ? &c->busy : &c->failed);
}

/**
 * counters_batch() - count one try of a batch for one PE
 * @c:   the window's counters
 * @n:   TCEs of the batch
 * @put: valid TCEs were written, not invalid ones
 * @rc:  the result of hcall_put() or hcall_stuff()
 *
 * Context: any.
 */
static inline void counters_batch(struct counters *c, u32 n, bool put, int rc)
{
	if (hcall_singly(n, put))
		atomic64_add(n, &c->put);
	else
		atomic64_inc(put ? &c->indirect : &c->stuff);
	counters_answer(c, n, rc);
}

/**
 * counters_one() - counters_batch() for hcall_put_one()
 */
static inline void counters_one(struct counters *c, int rc)
{
	if (!rc)
		atomic64_inc(&c->one);
	else
		counters_batch(c, 1, true, rc);
}

#endif
