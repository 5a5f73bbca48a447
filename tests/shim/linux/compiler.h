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

/* Where threads are coroutines (tests/interleave) another one may go on before each of these. */
#ifndef SHIM_PLACE
#define SHIM_PLACE(p, writes)	((void)0)
#endif

/* The same for counters, which are added to or looked at. */
#ifndef SHIM_COUNT
#define SHIM_COUNT(p, adds)	((void)0)
#endif
/* Accesses in between are meant to race. */
#ifndef SHIM_RACY
#ifdef __SANITIZE_THREAD__
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
#define SHIM_RACY(x)		({ AnnotateIgnoreReadsBegin(__FILE__, __LINE__); \
				   AnnotateIgnoreWritesBegin(__FILE__, __LINE__); \
				   __typeof__(x) racy_ = (x); \
				   AnnotateIgnoreWritesEnd(__FILE__, __LINE__); \
				   AnnotateIgnoreReadsEnd(__FILE__, __LINE__); \
				   racy_; })
#else
#define SHIM_RACY(x)		(x)
#endif
#endif

#define data_race(x)		SHIM_RACY(x)
/* What is reached through a pointer that was read so is as it was when that was published. */
#define READ_ONCE(x)		({ SHIM_PLACE(&(x), false); \
				   __atomic_load_n(&(x), __ATOMIC_CONSUME); })
#define WRITE_ONCE(x, v)	({ SHIM_PLACE(&(x), true); \
				   __atomic_store_n(&(x), v, __ATOMIC_RELAXED); })

#endif
