/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * papr.h - the raw hypervisor interface: hypercalls and RTAS.
 *
 * This interface separates the module's logic from the machine. In the kernel papr.c issues the
 * real calls; in user space model/ answers them. Only hcall.c and ddw.c may call these functions.
 *
 * Hypercalls return the hypervisor's own code (H_SUCCESS is 0); RTAS calls
 * return the RTAS status. hcall.c and ddw.c turn them into errno values.
 */
#ifndef VFIO_PSERIES_PAPR_H
#define VFIO_PSERIES_PAPR_H

#include <linux/types.h>

/* Return codes of the TCE hypercalls, LoPAR "Hypervisor Call Return Codes". */
#define PAPR_H_SUCCESS			0
#define PAPR_H_BUSY			1
#define PAPR_H_PARTIAL			5
#define PAPR_H_LONG_BUSY_FIRST		9900
#define PAPR_H_LONG_BUSY_LAST		9905
#define PAPR_H_HARDWARE			(-1)
#define PAPR_H_FUNCTION			(-2)
#define PAPR_H_PARAMETER		(-4)
#define PAPR_H_NOT_ENOUGH_RESOURCES	(-44)
#define PAPR_H_P4			(-57)

/* Status words of the DDW RTAS calls, LoPAR "DMA Window RTAS calls". */
#define PAPR_RTAS_SUCCESS		0
#define PAPR_RTAS_HW_ERROR		(-1)
#define PAPR_RTAS_BUSY			(-2)
#define PAPR_RTAS_PARAMETER		(-3)

/* Most TCEs that one H_PUT_TCE_INDIRECT or H_STUFF_TCE may touch. */
#define PAPR_MAX_TCES			512

/* Permission bits of a TCE, LoPAR "TCE Definition" (page control). */
#define PAPR_TCE_READ			1ULL
#define PAPR_TCE_WRITE			2ULL
#define PAPR_TCE_PERM			(PAPR_TCE_READ | PAPR_TCE_WRITE)

/**
 * struct papr_features - which multi-TCE calls the firmware offers
 * @put_indirect: H_PUT_TCE_INDIRECT may be used
 * @stuff:        H_STUFF_TCE may be used
 *
 * A firmware may offer only one of them: a secure guest has only the second.
 */
struct papr_features {
	bool put_indirect;
	bool stuff;
};

struct papr_features papr_features(void);

/*
 * The four TCE hypercalls. @ioba is a bus address in bytes; @list is a 4 KiB
 * aligned page of up to PAPR_MAX_TCES big-endian TCEs. None of them sleeps.
 */
long papr_get_tce(u64 liobn, u64 ioba, u64 *tce);
long papr_put_tce(u64 liobn, u64 ioba, u64 tce);
long papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n);
long papr_stuff_tce(u64 liobn, u64 ioba, u64 tce, u64 n);

/**
 * papr_rtas() - one RTAS call
 * @token: the call's token, from the device tree
 * @nargs: number of argument cells in @args
 * @nret:  number of result cells, the status included
 * @args:  argument cells, CPU byte order
 * @rets:  @nret - 1 result cells, CPU byte order; NULL when @nret is 1
 *
 * Context: may sleep.
 * Return: the RTAS status.
 */
int papr_rtas(u32 token, int nargs, int nret, const u32 *args, u32 *rets);

/**
 * papr_rtas_busy() - wait as long as a busy status asks for
 * @status: the result of papr_rtas()
 *
 * Context: may sleep.
 * Return: true when @status was a busy one, after the wait.
 */
bool papr_rtas_busy(int status);

/**
 * papr_clock_ms() - milliseconds that have passed since some fixed moment
 *
 * Context: any.
 */
u64 papr_clock_ms(void);

#endif
