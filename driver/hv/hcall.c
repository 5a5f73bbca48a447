// SPDX-License-Identifier: GPL-2.0-only
/*
 * hcall.c - batches of TCEs on top of the raw hypervisor interface.
 *
 * A multi-TCE call takes at most 512 entries. It either does all of them or does not tell how
 * many it did. So after every error the whole batch is unknown. A busy answer is returned as a
 * time to wait, because a batch may be issued under a spinlock. Repeating a batch is harmless.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <asm/byteorder.h>
#include "debug/trace.h"
#include "hv/hcall.h"

static struct papr_features features;

void hcall_init(void)
{
	features = papr_features();
}

/*
 * One errno per kind of refusal. The arguments were checked long before, so H_PARAMETER is a
 * fault of the machine and not of the user.
 */
static int hcall_error(long rc)
{
	if (rc == PAPR_H_SUCCESS)
		return 0;
	if (rc == PAPR_H_BUSY)
		return 1;
	if (rc >= PAPR_H_LONG_BUSY_FIRST && rc <= PAPR_H_LONG_BUSY_LAST) {
		int ms = 1;

		for (; rc > PAPR_H_LONG_BUSY_FIRST && ms < HCALL_PATIENCE_MS; rc--)
			ms *= 10;
		return ms;
	}
	return rc == PAPR_H_NOT_ENOUGH_RESOURCES ? -ENOMEM : -EIO;
}

/* hcall_error(), with a trace of a refusal. */
static int hcall_answer(u32 liobn, u64 ioba, u32 n, long rc)
{
	int err = hcall_error(rc);

	if (err < 0)
		trace_hcall_failure(liobn, ioba, n, rc);
	return err;
}

bool hcall_multi(bool put)
{
	return put ? features.put_indirect : features.stuff;
}

/* Return: the hypervisor's own code. */
static long hcall_put_singly(u32 liobn, u64 ioba, u32 page_shift, const __be64 *list, u32 n)
{
	long rc = PAPR_H_SUCCESS;
	u32 i;

	for (i = 0; i < n && !rc; i++) {
		u64 tce = list ? be64_to_cpu(list[i]) : 0;

		rc = papr_put_tce(liobn, ioba + ((u64)i << page_shift), tce);
	}
	return rc;
}

static long hcall_invalidate(u32 liobn, u64 ioba, u32 page_shift, u32 n)
{
	if (hcall_singly(n, false))
		return hcall_put_singly(liobn, ioba, page_shift, NULL, n);
	return papr_stuff_tce(liobn, ioba, 0, n);
}

int hcall_put_one(u32 liobn, u64 ioba, u64 tce)
{
	return hcall_answer(liobn, ioba, 1, papr_put_tce(liobn, ioba, tce));
}

int hcall_put(u32 liobn, u64 ioba, u32 page_shift, const __be64 *list, u32 n)
{
	long rc = hcall_singly(n, true)
			  ? hcall_put_singly(liobn, ioba, page_shift, list, n)
			  : papr_put_tce_indirect(liobn, ioba, list, n);

	return hcall_answer(liobn, ioba, n, rc);
}

int hcall_stuff(u32 liobn, u64 ioba, u32 page_shift, u32 n)
{
	return hcall_answer(liobn, ioba, n, hcall_invalidate(liobn, ioba, page_shift, n));
}

bool hcall_wait(int ms, int *waited)
{
	if (*waited >= HCALL_PATIENCE_MS)
		return false;
	/* A sleep by ticks would take several times as long when it is short. */
	fsleep(ms * 1000UL);
	*waited += ms;
	return true;
}

/* -ENXIO when the first TCE is refused as a parameter: then there is no such table. */
static int hcall_invalidate_patiently(const struct dma_window *w, u64 idx, u32 n)
{
	u64 ioba = w->start + (idx << w->page_shift);
	long rc;

	if (hcall_patiently(hcall_error(rc = hcall_invalidate(w->liobn, ioba, w->page_shift,
							      n))) > 0)
		return -EIO;
	if (rc == PAPR_H_PARAMETER && !idx)
		return -ENXIO;
	return hcall_answer(w->liobn, ioba, n, rc);
}

int hcall_clear_if_there(const struct dma_window *w, bool killable)
{
	u64 tces = dma_window_tces(w);
	u64 idx;

	for (idx = 0; idx < tces; idx += HCALL_BATCH) {
		int rc = hcall_invalidate_patiently(w, idx, min_t(u64, tces - idx, HCALL_BATCH));

		if (rc)
			return rc;
		if (killable && fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

int hcall_clear(const struct dma_window *w, bool killable)
{
	int rc = hcall_clear_if_there(w, killable);

	return rc == -ENXIO ? -EIO : rc;
}

static long hcall_get(u32 liobn, u64 ioba, u64 *tce)
{
	long rc;

	hcall_patiently(hcall_error(rc = papr_get_tce(liobn, ioba, tce)));
	return rc == PAPR_H_PARTIAL ? PAPR_H_SUCCESS : rc;
}

bool hcall_valid(u32 liobn, u64 ioba)
{
	u64 tce;

	return hcall_get(liobn, ioba, &tce) == PAPR_H_SUCCESS && tce & PAPR_TCE_PERM;
}

enum hcall_presence hcall_look(u32 liobn, u64 ioba)
{
	u64 tce;
	long rc = hcall_get(liobn, ioba, &tce);

	if (rc == PAPR_H_PARAMETER)
		return HCALL_GONE;
	return rc == PAPR_H_SUCCESS ? HCALL_THERE : HCALL_UNKNOWN;
}
