/* SPDX-License-Identifier: GPL-2.0-only */
/* Annotations that kernel code takes for granted. */
#ifndef SHIM_LINUX_COMPILER_H
#define SHIM_LINUX_COMPILER_H

#define __user
#define __force
#define __rcu
#define __init
#define __exit
#define __acquires(x)
#define __releases(x)
#define __acquire(x)		((void)0)
#define __release(x)		((void)0)
#define __must_check		__attribute__((warn_unused_result))
#define __maybe_unused		__attribute__((unused))
#define __always_unused		__attribute__((unused))
#define __printf(f, a)		__attribute__((format(printf, f, a)))
#ifndef fallthrough
#define fallthrough		__attribute__((fallthrough))
#endif

#define noinline		__attribute__((noinline))

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)

/* With coroutines as threads (tests/interleave), another may continue before each of these. */
#ifndef SHIM_PLACE
#define SHIM_PLACE(p, writes)	((void)0)
#endif

/* The same for counters: additions and looks. */
#ifndef SHIM_COUNT
#define SHIM_COUNT(p, adds)	((void)0)
#endif

/*
 * The address and the new value are evaluated before the access: their evaluation may have
 * accesses of its own. Data behind a pointer that was read this way is as it was when the pointer
 * was published.
 */
#define READ_ONCE(x)		({ __typeof__(x) *at_ = &(x); SHIM_PLACE(at_, false); \
				   __atomic_load_n(at_, __ATOMIC_CONSUME); })
#define WRITE_ONCE(x, v)	({ __typeof__(x) *at_ = &(x), to_ = (v); SHIM_PLACE(at_, true); \
				   __atomic_store_n(at_, to_, __ATOMIC_RELAXED); })

#endif
