/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_ATOMIC_H
#define SHIM_LINUX_ATOMIC_H

#include <linux/types.h>

#define xchg(p, v)		({ SHIM_PLACE(p, true); \
				   __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); })
#define try_cmpxchg(p, old, v)	({ SHIM_PLACE(p, true); \
				   __atomic_compare_exchange_n(p, old, v, false, \
							       __ATOMIC_SEQ_CST, \
							       __ATOMIC_SEQ_CST); })
#define smp_load_acquire(p)	({ SHIM_PLACE(p, false); __atomic_load_n(p, __ATOMIC_ACQUIRE); })
#define smp_store_release(p, v)	({ SHIM_PLACE(p, true); \
				   __atomic_store_n(p, v, __ATOMIC_RELEASE); })

/* What was there before. */
#define shim_fetch_add(p, n)	({ SHIM_PLACE(p, true); \
				   __atomic_fetch_add(p, n, __ATOMIC_SEQ_CST); })

#endif
