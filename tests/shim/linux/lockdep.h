/* SPDX-License-Identifier: GPL-2.0-only */
/* Every lock of the shim knows who holds it, so assertions are real ones. */
#ifndef SHIM_LINUX_LOCKDEP_H
#define SHIM_LINUX_LOCKDEP_H

#include <pthread.h>
#include <linux/kernel.h>

/**
 * struct shim_lock - what a mutex and a spinlock have in common
 * @m:      does the work
 * @holder: who holds it, 0 for nobody
 * @all:    one for the whole module, not for one of many objects
 */
struct shim_lock {
	pthread_mutex_t m;
	pthread_t holder;
	bool all;
};

#define SHIM_LOCK_INIT	{ .m = PTHREAD_MUTEX_INITIALIZER, .all = true }

bool shim_lock_is_mine(const struct shim_lock *l);

#define lockdep_is_held(lock)		shim_lock_is_mine(&(lock)->l)
#define lockdep_assert_held(lock)	((void)WARN_ON(!lockdep_is_held(lock)))
#define lockdep_assert_not_held(lock)	((void)WARN_ON(lockdep_is_held(lock)))

#endif
