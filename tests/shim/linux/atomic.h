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

typedef struct {
	s64 counter;
} atomic64_t;

/* Additions and subtractions commute: only a look at the sum sees an order. */
#define ATOMIC64_INIT(n)	{ (n) }
#define atomic64_set(a, n)	__atomic_store_n(&(a)->counter, n, __ATOMIC_RELAXED)
#define atomic64_add(n, a)	({ SHIM_COUNT(&(a)->counter, true); \
				   (void)__atomic_fetch_add(&(a)->counter, n, __ATOMIC_RELAXED); })
#define atomic64_sub(n, a)	atomic64_add(-(s64)(n), a)
#define atomic64_inc(a)		atomic64_add(1, a)
#define atomic64_dec(a)		atomic64_add(-1, a)
#define atomic64_read(a)	({ SHIM_COUNT(&(a)->counter, false); \
				   __atomic_load_n(&(a)->counter, __ATOMIC_RELAXED); })

/* A thread that sees the sum also sees what was done before the sum was reached. */
#define atomic64_read_acquire(a)	smp_load_acquire(&(a)->counter)
#define atomic64_sub_return_release(n, a) \
	({ SHIM_PLACE(&(a)->counter, true); \
	   __atomic_sub_fetch(&(a)->counter, n, __ATOMIC_RELEASE); })

/* Returns the old value. */
#define shim_fetch_add(p, n)	({ SHIM_PLACE(p, true); \
				   __atomic_fetch_add(p, n, __ATOMIC_SEQ_CST); })

#endif
