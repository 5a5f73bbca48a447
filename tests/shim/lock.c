// SPDX-License-Identifier: GPL-2.0-only
/* lock.c - pthread's locks, which here know their holder. */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <string.h>
#include "internal.h"
#include "shim.h"

#define MOST_READ	4

static __thread unsigned int mutexes, spinlocks, for_all;
/* The locks that this thread holds as a reader. */
static __thread const struct shim_lock *read_by_me[MOST_READ];

void shim_lock_reset(void)
{
	mutexes = 0;
	spinlocks = 0;
	for_all = 0;
	memset(read_by_me, 0, sizeof(read_by_me));
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

bool shim_lock_is_mine_alone(const struct shim_lock *l)
{
	return __atomic_load_n(&l->holder, __ATOMIC_RELAXED) == pthread_self();
}

/* The index of @l in that list; NULL finds a free place. */
static unsigned int find_read(const struct shim_lock *l)
{
	unsigned int i = 0;

	while (i < MOST_READ && read_by_me[i] != l)
		i++;
	return i;
}

bool shim_lock_is_mine(const struct shim_lock *l)
{
	return shim_lock_is_mine_alone(l) || find_read(l) < MOST_READ;
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

void spin_lock_nested(spinlock_t *s, unsigned int depth)
{
	BUG_ON(!depth || !spinlocks);
	spin_lock(s);
}

/* --- locks with readers --- */

/* As in the kernel: readers that come after a writer wait for it. */
static void rw_init(struct shim_lock *l)
{
	pthread_rwlockattr_t attr;

	memset(l, 0, sizeof(*l));
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&l->rw, &attr);
}

static void rw_write(struct shim_lock *l)
{
	BUG_ON(shim_lock_is_mine(l));
	pthread_rwlock_wrlock(&l->rw);
	lock_taken(l);
}

static bool rw_try_write(struct shim_lock *l)
{
	if (pthread_rwlock_trywrlock(&l->rw))
		return false;
	lock_taken(l);
	return true;
}

static void rw_unwrite(struct shim_lock *l)
{
	BUG_ON(!shim_lock_is_mine_alone(l));
	__atomic_store_n(&l->holder, 0, __ATOMIC_RELAXED);
	pthread_rwlock_unlock(&l->rw);
}

static void rw_read_taken(const struct shim_lock *l)
{
	unsigned int i = find_read(NULL);

	BUG_ON(i == MOST_READ);
	read_by_me[i] = l;
}

static void rw_read(struct shim_lock *l)
{
	BUG_ON(shim_lock_is_mine(l));
	pthread_rwlock_rdlock(&l->rw);
	rw_read_taken(l);
}

static bool rw_try_read(struct shim_lock *l)
{
	if (pthread_rwlock_tryrdlock(&l->rw))
		return false;
	rw_read_taken(l);
	return true;
}

static void rw_unread(struct shim_lock *l)
{
	unsigned int i = find_read(l);

	BUG_ON(i == MOST_READ);
	read_by_me[i] = NULL;
	pthread_rwlock_unlock(&l->rw);
}

void init_rwsem(struct rw_semaphore *sem)
{
	rw_init(&sem->l);
}

void down_read(struct rw_semaphore *sem)
{
	shim_may_sleep();
	rw_read(&sem->l);
	mutexes++;
}

int down_read_killable(struct rw_semaphore *sem)
{
	shim_may_sleep();
	if (!rw_try_read(&sem->l)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		rw_read(&sem->l);
	}
	mutexes++;
	return 0;
}

void up_read(struct rw_semaphore *sem)
{
	rw_unread(&sem->l);
	mutexes--;
}

void down_write(struct rw_semaphore *sem)
{
	shim_may_sleep();
	rw_write(&sem->l);
	mutexes++;
}

int down_write_killable(struct rw_semaphore *sem)
{
	shim_may_sleep();
	if (!rw_try_write(&sem->l)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		rw_write(&sem->l);
	}
	mutexes++;
	return 0;
}

void up_write(struct rw_semaphore *sem)
{
	rw_unwrite(&sem->l);
	mutexes--;
}

void rwlock_init(rwlock_t *l)
{
	rw_init(&l->l);
}

void read_lock(rwlock_t *l)
{
	rw_read(&l->l);
	spinlocks++;
}

void read_unlock(rwlock_t *l)
{
	rw_unread(&l->l);
	spinlocks--;
}

void write_lock(rwlock_t *l)
{
	rw_write(&l->l);
	spinlocks++;
}

void write_unlock(rwlock_t *l)
{
	rw_unwrite(&l->l);
	spinlocks--;
}

/* --- waiting for a condition --- */

/* One pair for all queues: a thread that is woken checks its condition again. */
static pthread_mutex_t queues = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;

void init_waitqueue_head(wait_queue_head_t *wq)
{
	wq->woken = 0;
}

unsigned int shim_wait_begin(wait_queue_head_t *wq)
{
	shim_may_sleep();
	return __atomic_load_n(&wq->woken, __ATOMIC_SEQ_CST);
}

void shim_wait(wait_queue_head_t *wq, unsigned int before)
{
	pthread_mutex_lock(&queues);
	while (__atomic_load_n(&wq->woken, __ATOMIC_SEQ_CST) == before)
		pthread_cond_wait(&woken, &queues);
	pthread_mutex_unlock(&queues);
}

void wake_up_all(wait_queue_head_t *wq)
{
	pthread_mutex_lock(&queues);
	__atomic_add_fetch(&wq->woken, 1, __ATOMIC_SEQ_CST);
	pthread_cond_broadcast(&woken);
	pthread_mutex_unlock(&queues);
}
