// SPDX-License-Identifier: GPL-2.0-only
/*
 * lock.c - locks between coroutines, and the order in which they may be taken.
 *
 * Locks that the same code initialises are of one class. A thread that takes a lock while it
 * holds another one sets the order of the two classes for good. The opposite order could end in a
 * deadlock in some schedule, and is an error at once.
 */
#include <string.h>
#include <stdio.h>
#include <sanitizer/common_interface_defs.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "internal.h"
#include "race.h"
#include "schedule.h"
#include "shim.h"

#define MOST_CLASSES	32
#define MOST_HELD	8
#define MOST_LOCKS	256

/**
 * struct holding - the locks that a thread holds
 * @lock:  in the order in which they were taken
 * @class: of each
 * @n:     how many
 * @spins: how many of them are spinlocks
 */
struct holding {
	const struct shim_lock *lock[MOST_HELD];
	u32 class[MOST_HELD];
	u32 n;
	u32 spins;
};

static struct holding holding[MOST_FIBERS + 1];

/* The code that initialised each lock in this run. Without it, a lock is a class of its own. */
static struct {
	const struct shim_lock *lock;
	const void *by;
} inits[MOST_LOCKS];
static u32 n_inits;

static const void *classes[MOST_CLASSES];
static u32 n_classes;
static bool before[MOST_CLASSES][MOST_CLASSES];

static struct holding *mine(void)
{
	return &holding[fiber_self()];
}

void shim_lock_reset(void)
{
	memset(holding, 0, sizeof(holding));
	n_inits = 0;
	schedule_reset();
}

unsigned int shim_mutexes(void)
{
	return mine()->n - mine()->spins;
}

unsigned int shim_spinlocks(void)
{
	return mine()->spins;
}

unsigned int shim_locks_for_all(void)
{
	unsigned int n = 0;
	u32 i;

	for (i = 0; i < mine()->n; i++)
		n += mine()->lock[i]->all;
	return n;
}

void shim_may_sleep(void)
{
	if (mine()->spins)
		schedule_wrong("it sleeps under a spinlock");
	shim_rcu_quiescent();
}

void might_sleep(void)
{
	shim_may_sleep();
}

bool shim_lock_is_mine_alone(const struct shim_lock *l)
{
	return l->holder == fiber_self() + 1;
}

bool shim_lock_is_mine(const struct shim_lock *l)
{
	const struct holding *h = mine();
	u32 i = 0;

	while (i < h->n && h->lock[i] != l)
		i++;
	return i < h->n;
}

/* --- the order --- */

static const void *class_key(const struct shim_lock *l)
{
	u32 i = n_inits;

	while (i--)
		if (inits[i].lock == l)
			return inits[i].by;
	return l;
}

/* A lock nested inside another of its class has a @depth, and so a class of its own. */
static u32 class_of(const struct shim_lock *l, unsigned int depth)
{
	const void *key = (const char *)class_key(l) + depth;
	u32 i = 0;

	while (i < n_classes && classes[i] != key)
		i++;
	if (i == MOST_CLASSES)
		schedule_wrong("too many classes of locks");
	if (i == n_classes)
		classes[n_classes++] = key;
	return i;
}

static void name_of(u32 class, char *to, size_t room)
{
	__sanitizer_symbolize_pc((void *)((unsigned long)classes[class] - 1), "%f", to, room);
	if (!strncmp(to, "(<unknown", 9) || !*to)
		__sanitizer_symbolize_global((void *)classes[class], "%g", to, room);
}

static void turned_round(u32 first, u32 then)
{
	char a[128], b[128];

	name_of(first, a, sizeof(a));
	name_of(then, b, sizeof(b));
	schedule_wrong("the lock of %s is taken inside that of %s, and the other way round", b, a);
}

/* @first and all before it come before @then and all after it. */
static void learn(u32 first, u32 then)
{
	u32 a, b;

	for (a = 0; a < n_classes; a++)
		for (b = 0; b < n_classes; b++)
			if ((a == first || before[a][first]) && (b == then || before[then][b]))
				before[a][b] = true;
}

static void check_order(u32 then)
{
	const struct holding *h = mine();
	u32 i;

	for (i = 0; i < h->n; i++) {
		u32 first = h->class[i];

		if (first == then || before[then][first])
			turned_round(first, then);
		if (!before[first][then])
			learn(first, then);
	}
}

/* --- the locks --- */

static bool is_free(const void *lock)
{
	const struct shim_lock *l = lock;

	return !l->holder && !l->readers;
}

static bool is_free_to_read(const void *lock)
{
	return !((const struct shim_lock *)lock)->holder;
}

static void lock_init(struct shim_lock *l, const void *by)
{
	u32 i = 0;

	/* Freed memory may become a lock again. */
	while (i < n_inits && inits[i].lock != l)
		i++;
	if (i == MOST_LOCKS)
		schedule_wrong("too many locks");
	memset(l, 0, sizeof(*l));
	inits[i].lock = l;
	inits[i].by = by;
	n_inits = max(n_inits, i + 1);
}

static u32 may_take(const struct shim_lock *l, unsigned int depth)
{
	u32 class = class_of(l, depth);

	if (shim_lock_is_mine(l))
		schedule_wrong("a lock is taken twice");
	check_order(class);
	return class;
}

static void hold(const struct shim_lock *l, u32 class)
{
	struct holding *h = mine();

	if (h->n == MOST_HELD)
		schedule_wrong("too many locks are held");
	h->class[h->n] = class;
	h->lock[h->n++] = l;
}

static void unhold(const struct shim_lock *l)
{
	struct holding *h = mine();
	u32 i = 0;

	while (h->lock[i] != l)
		i++;
	for (h->n--; i < h->n; i++) {
		h->lock[i] = h->lock[i + 1];
		h->class[i] = h->class[i + 1];
	}
}

/* Takes a lock. What readers did before is ordered before this, too. */
static void lock_take_nested(struct shim_lock *l, unsigned int depth, const char *what,
			     const void *where)
{
	u32 class = may_take(l, depth);

	schedule_at(&(struct step){ .what = what, .where = where, .object = { l, &l->readers },
				    .writes = { true, true }, .ready = is_free, .arg = l });
	schedule_past(&(struct step){ .object = { &l->readers }, .writes = { true } });
	l->holder = fiber_self() + 1;
	hold(l, class);
}

static void lock_take(struct shim_lock *l, const char *what, const void *where)
{
	lock_take_nested(l, 0, what, where);
}

static void lock_drop(struct shim_lock *l)
{
	if (!shim_lock_is_mine_alone(l))
		schedule_wrong("a lock is dropped that is not held");
	unhold(l);
	l->holder = 0;
	schedule_past(&(struct step){ .object = { l }, .writes = { true } });
}

/* Readers are not ordered among themselves; each unlock is ordered before the next writer. */
static void lock_read(struct shim_lock *l, const char *what, const void *where)
{
	u32 class = may_take(l, 0);

	schedule_at(&(struct step){ .what = what, .where = where, .object = { l },
				    .ready = is_free_to_read, .arg = l });
	l->readers++;
	hold(l, class);
}

static void lock_unread(struct shim_lock *l)
{
	if (!shim_lock_is_mine(l) || shim_lock_is_mine_alone(l))
		schedule_wrong("a lock is dropped that is not held to read");
	unhold(l);
	l->readers--;
	schedule_past(&(struct step){ .object = { &l->readers }, .gives = true });
}

void mutex_init(struct mutex *m)
{
	lock_init(&m->l, __builtin_return_address(0));
}

void mutex_destroy(struct mutex *m)
{
	BUG_ON(mutex_is_locked(m));
}

bool mutex_is_locked(struct mutex *m)
{
	return m->l.holder;
}

void mutex_lock(struct mutex *m)
{
	shim_may_sleep();
	lock_take(&m->l, "mutex", __builtin_return_address(0));
}

int mutex_lock_killable(struct mutex *m)
{
	shim_may_sleep();
	lock_take(&m->l, "mutex", __builtin_return_address(0));
	return 0;
}

int mutex_lock_interruptible(struct mutex *m)
{
	return mutex_lock_killable(m);
}

void mutex_unlock(struct mutex *m)
{
	lock_drop(&m->l);
}

void spin_lock_init(spinlock_t *s)
{
	lock_init(&s->l, __builtin_return_address(0));
}

void spin_lock(spinlock_t *s)
{
	lock_take(&s->l, "spinlock", __builtin_return_address(0));
	mine()->spins++;
}

void spin_unlock(spinlock_t *s)
{
	lock_drop(&s->l);
	mine()->spins--;
}

void spin_lock_nested(spinlock_t *s, unsigned int depth)
{
	lock_take_nested(&s->l, depth, "spinlock", __builtin_return_address(0));
	mine()->spins++;
}

/* --- for several readers --- */

void init_rwsem(struct rw_semaphore *sem)
{
	lock_init(&sem->l, __builtin_return_address(0));
}

void down_read(struct rw_semaphore *sem)
{
	shim_may_sleep();
	lock_read(&sem->l, "read semaphore", __builtin_return_address(0));
}

int down_read_killable(struct rw_semaphore *sem)
{
	shim_may_sleep();
	lock_read(&sem->l, "read semaphore", __builtin_return_address(0));
	return 0;
}

void up_read(struct rw_semaphore *sem)
{
	lock_unread(&sem->l);
}

void down_write(struct rw_semaphore *sem)
{
	shim_may_sleep();
	lock_take(&sem->l, "write semaphore", __builtin_return_address(0));
}

int down_write_killable(struct rw_semaphore *sem)
{
	shim_may_sleep();
	lock_take(&sem->l, "write semaphore", __builtin_return_address(0));
	return 0;
}

void up_write(struct rw_semaphore *sem)
{
	lock_drop(&sem->l);
}

void rwlock_init(rwlock_t *l)
{
	lock_init(&l->l, __builtin_return_address(0));
}

void read_lock(rwlock_t *l)
{
	lock_read(&l->l, "read lock", __builtin_return_address(0));
	mine()->spins++;
}

void read_unlock(rwlock_t *l)
{
	lock_unread(&l->l);
	mine()->spins--;
}

void write_lock(rwlock_t *l)
{
	lock_take(&l->l, "write lock", __builtin_return_address(0));
	mine()->spins++;
}

void write_unlock(rwlock_t *l)
{
	lock_drop(&l->l);
	mine()->spins--;
}

/* --- waiting for a condition --- */

/* What a thread waits for: that its queue is woken again. */
struct waiting {
	const wait_queue_head_t *wq;
	unsigned int before;
};

static bool is_woken(const void *arg)
{
	const struct waiting *w = arg;

	return w->wq->woken != w->before;
}

void init_waitqueue_head(wait_queue_head_t *wq)
{
	wq->woken = 0;
}

unsigned int shim_wait_begin(wait_queue_head_t *wq)
{
	shim_may_sleep();
	schedule_at(&(struct step){ .what = "about to wait", .where = __builtin_return_address(0),
				    .object = { wq }, .apart = true });
	return wq->woken;
}

void shim_wait(wait_queue_head_t *wq, unsigned int before)
{
	struct waiting w = { wq, before };

	schedule_at(&(struct step){ .what = "waits", .where = __builtin_return_address(0),
				    .object = { wq }, .apart = true, .ready = is_woken,
				    .arg = &w });
}

void wake_up_all(wait_queue_head_t *wq)
{
	schedule_at(&(struct step){ .what = "wakes", .where = __builtin_return_address(0),
				    .object = { wq }, .writes = { true }, .apart = true });
	wq->woken++;
}

/* A place without a lock. */
void place_access(const volatile void *object, bool writes)
{
	schedule_at(&(struct step){ .what = writes ? "write" : "read",
				    .where = __builtin_return_address(0),
				    .object = { object }, .writes = { writes } });
	race_expected(object, writes);
}

/* Additions have no order; a look at the sum is ordered before or after each of them. */
void place_count(const volatile void *counter, bool adds)
{
	schedule_at(&(struct step){ .what = adds ? "count" : "look at a count",
				    .where = __builtin_return_address(0),
				    .object = { counter }, .writes = { !adds }, .apart = true });
	race_expected(counter, false);
}
