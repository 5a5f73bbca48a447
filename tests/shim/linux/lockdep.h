/* SPDX-License-Identifier: GPL-2.0-only */
/* Every lock of the shim knows its holder, so assertions are really checked. */
#ifndef SHIM_LINUX_LOCKDEP_H
#define SHIM_LINUX_LOCKDEP_H

#include <pthread.h>
#include <linux/kernel.h>

/**
 * struct shim_lock - the common part of all kinds of locks
 * @m:       the lock itself
 * @rw:      the same for a lock with readers
 * @holder:  the only holder, 0 for none
 * @readers: number of readers that hold it; only tests/interleave counts them
 * @all:     the whole module has one such lock, not each object
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

/* Does the caller hold it, alone or as a reader? */
bool shim_lock_is_mine(const struct shim_lock *l);
/* Does the caller hold it alone? */
bool shim_lock_is_mine_alone(const struct shim_lock *l);

#define lockdep_is_held(lock)		shim_lock_is_mine(&(lock)->l)
#define lockdep_assert(cond)		((void)WARN_ON(!(cond)))
#define lockdep_assert_held_write(lock)	lockdep_assert(shim_lock_is_mine_alone(&(lock)->l))
#define lockdep_assert_held(lock)	((void)WARN_ON(!lockdep_is_held(lock)))
#define lockdep_assert_not_held(lock)	((void)WARN_ON(lockdep_is_held(lock)))

#endif
