// SPDX-License-Identifier: GPL-2.0-only
/*
 * papr.c - the raw hypervisor interface of a running partition.
 *
 * This file decides nothing. The barriers order TCE stores before whatever makes a device use
 * them: the hypercalls themselves imply no order.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <asm/barrier.h>
#include <asm/firmware.h>
#include <asm/hvcall.h>
#include <asm/page.h>
#include <asm/rtas.h>
#include "hv/papr.h"

/* Most argument cells of a DDW call: ibm,create-pe-dma-window has five. */
#define PAPR_RTAS_ARGS	5

struct papr_features papr_features(void)
{
	return (struct papr_features){
		.put_indirect = firmware_has_feature(FW_FEATURE_PUT_TCE_IND),
		.stuff = firmware_has_feature(FW_FEATURE_STUFF_TCE),
	};
}

long papr_get_tce(u64 liobn, u64 ioba, u64 *tce)
{
	unsigned long ret[PLPAR_HCALL_BUFSIZE];
	long rc = plpar_hcall(H_GET_TCE, ret, liobn, ioba);

	*tce = ret[0];
	return rc;
}

long papr_put_tce(u64 liobn, u64 ioba, u64 tce)
{
	long rc = plpar_hcall_norets(H_PUT_TCE, liobn, ioba, tce);

	mb();
	return rc;
}

long papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n)
{
	long rc = plpar_hcall_norets(H_PUT_TCE_INDIRECT, liobn, ioba, __pa(list), n);

	mb();
	return rc;
}

long papr_stuff_tce(u64 liobn, u64 ioba, u64 tce, u64 n)
{
	long rc = plpar_hcall_norets(H_STUFF_TCE, liobn, ioba, tce, n);

	mb();
	return rc;
}

int papr_rtas(u32 token, int nargs, int nret, const u32 *args, u32 *rets)
{
	u32 a[PAPR_RTAS_ARGS] = { 0 };
	int i;

	for (i = 0; i < nargs && i < PAPR_RTAS_ARGS; i++)
		a[i] = args[i];
	/* Arguments beyond @nargs are ignored. */
	return rtas_call(token, nargs, nret, (int *)rets, a[0], a[1], a[2], a[3], a[4]);
}

bool papr_rtas_busy(int status)
{
	return rtas_busy_delay(status);
}

u64 papr_clock_ms(void)
{
	return ktime_to_ms(ktime_get());
}
