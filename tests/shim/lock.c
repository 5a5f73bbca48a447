// SPDX-License-Identifier: GPL-2.0-only
/* lock.c - mutexes and spinlocks as pthread mutexes that know their holder. */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <string.h>
#include "internal.h"
#include "shim.h"

static __thread unsigned int mutexes, spinlocks, for_all;

void shim_lock_reset(void)
{
	mutexes = 0;
	spinlocks = 0;
	for_all = 0;
}

unsigned int shim_mutexes(void)
{
	return mutexes;
}

unsigned int shim_locks_for_all(void)
{
	return for_all;
}

unsigned int shim_spinlocks(void)
{
	return spinlocks;
}

void shim_may_sleep(void)
{
	BUG_ON(spinlocks);
	shim_rcu_quiescent();
}

void might_sleep(void)
{
	shim_may_sleep();
}

bool shim_lock_is_mine(const struct shim_lock *l)
{
	return __atomic_load_n(&l->holder, __ATOMIC_RELAXED) == pthread_self();
}

static void lock_init(struct shim_lock *l)
{
	memset(l, 0, sizeof(*l));
	pthread_mutex_init(&l->m, NULL);
}

static void lock_taken(struct shim_lock *l)
{
	for_all += l->all;
	__atomic_store_n(&l->holder, pthread_self(), __ATOMIC_RELAXED);
}

static void lock_take(struct shim_lock *l)
{
	BUG_ON(shim_lock_is_mine(l));
	pthread_mutex_lock(&l->m);
	lock_taken(l);
}

static bool lock_try(struct shim_lock *l)
{
	if (pthread_mutex_trylock(&l->m))
		return false;
	lock_taken(l);
	return true;
}

static void lock_drop(struct shim_lock *l)
{
	BUG_ON(!shim_lock_is_mine(l));
	for_all -= l->all;
	__atomic_store_n(&l->holder, 0, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&l->m);
}

void mutex_init(struct mutex *m)
{
	lock_init(&m->l);
}

void mutex_destroy(struct mutex *m)
{
	BUG_ON(mutex_is_locked(m));
}

bool mutex_is_locked(struct mutex *m)
{
	return __atomic_load_n(&m->l.holder, __ATOMIC_RELAXED);
}

void mutex_lock(struct mutex *m)
{
	shim_may_sleep();
	lock_take(&m->l);
	mutexes++;
}

int mutex_trylock(struct mutex *m)
{
	if (!lock_try(&m->l))
		return 0;
	mutexes++;
	return 1;
}

int mutex_lock_killable(struct mutex *m)
{
	shim_may_sleep();
	if (mutex_trylock(m))
		return 0;
	if (fatal_signal_pending(current))
		return -EINTR;
	mutex_lock(m);
	return 0;
}

int mutex_lock_interruptible(struct mutex *m)
{
	return mutex_lock_killable(m);
}

void mutex_unlock(struct mutex *m)
{
	lock_drop(&m->l);
	mutexes--;
}

void spin_lock_init(spinlock_t *s)
{
	lock_init(&s->l);
}

void spin_lock(spinlock_t *s)
{
	lock_take(&s->l);
	spinlocks++;
}

void spin_unlock(spinlock_t *s)
{
	lock_drop(&s->l);
	spinlocks--;
}
