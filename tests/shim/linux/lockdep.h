/* SPDX-License-Identifier: GPL-2.0-only */
/* Every lock of the shim knows who holds it, so assertions are real ones. */
#ifndef SHIM_LINUX_LOCKDEP_H
#define SHIM_LINUX_LOCKDEP_H

#include <pthread.h>
#include <linux/kernel.h>

/**
 * struct shim_lock - what locks of all kinds have in common
 * @m:       does the work
 * @rw:      the same, of one that several may hold to read
 * @holder:  who holds it, alone, 0 for nobody
 * @readers: how many hold it to read; only tests/interleave counts them
 * @all:     one for the whole module, not for one of many objects
 */
struct shim_lock {
	union {
		pthread_mutex_t m;
		pthread_rwlock_t rw;
	};
	pthread_t holder;
	unsigned int readers;
	bool all;
};

#define SHIM_LOCK_INIT	{ .m = PTHREAD_MUTEX_INITIALIZER, .all = true }

/* Alone, or to read. */
bool shim_lock_is_mine(const struct shim_lock *l);
/* Alone. */
bool shim_lock_is_mine_alone(const struct shim_lock *l);

#define lockdep_is_held(lock)		shim_lock_is_mine(&(lock)->l)
#define lockdep_assert(cond)		((void)WARN_ON(!(cond)))
#define lockdep_assert_held_write(lock)	lockdep_assert(shim_lock_is_mine_alone(&(lock)->l))
#define lockdep_assert_held(lock)	((void)WARN_ON(!lockdep_is_held(lock)))
#define lockdep_assert_not_held(lock)	((void)WARN_ON(lockdep_is_held(lock)))

#endif
