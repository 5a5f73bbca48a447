// SPDX-License-Identifier: GPL-2.0-only
/* rcu.c - readers share a lock that a grace period takes for itself and gives back. */
#define _GNU_SOURCE
#include <pthread.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include "internal.h"
#include "shim.h"

static pthread_rwlock_t readers = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static __thread bool inside;		/* in the kernel */
static __thread unsigned int depth;	/* of rcu_read_lock() */
static u64 periods;

void shim_rcu_reset(void)
{
	if (inside || depth)
		pthread_rwlock_unlock(&readers);
	inside = false;
	depth = 0;
	periods = 0;
}

void shim_kernel_enter(void)
{
	BUG_ON(inside || depth);
	pthread_rwlock_rdlock(&readers);
	inside = true;
}

void shim_kernel_leave(void)
{
	BUG_ON(!inside || depth);
	inside = false;
	pthread_rwlock_unlock(&readers);
}

void rcu_read_lock(void)
{
	if (!depth++ && !inside)
		pthread_rwlock_rdlock(&readers);
}

void rcu_read_unlock(void)
{
	BUG_ON(!depth);
	if (!--depth && !inside)
		pthread_rwlock_unlock(&readers);
}

void shim_rcu_quiescent(void)
{
	BUG_ON(depth);
	if (!inside)
		return;
	pthread_rwlock_unlock(&readers);
	pthread_rwlock_rdlock(&readers);
}

void synchronize_rcu(void)
{
	shim_may_sleep();
	if (inside)
		pthread_rwlock_unlock(&readers);
	pthread_rwlock_wrlock(&readers);
	pthread_rwlock_unlock(&readers);
	if (inside)
		pthread_rwlock_rdlock(&readers);
	__atomic_add_fetch(&periods, 1, __ATOMIC_RELAXED);
}

u64 shim_grace_periods(void)
{
	return periods;
}
