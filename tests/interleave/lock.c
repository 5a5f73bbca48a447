// SPDX-License-Identifier: GPL-2.0-only
/*
 * lock.c - mutexes and spinlocks between coroutines, and the order in which they may be taken.
 *
 * Locks that are initialised by the same code are of one class. Whoever takes one while he holds
 * another one says that this is the order, for good: the other way round could end in a cycle, in
 * whichever schedule, and is an error at once.
 */
#include <string.h>
#include <stdio.h>
#include <sanitizer/common_interface_defs.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include "internal.h"
#include "race.h"
#include "schedule.h"
#include "shim.h"

#define MOST_CLASSES	32
#define MOST_HELD	8
#define MOST_LOCKS	256

/**
 * struct holding - what a thread has
 * @lock:  in the order in which they were taken
 * @n:     how many
 * @spins: how many of them are spinlocks
 */
struct holding {
	const struct shim_lock *lock[MOST_HELD];
	u32 n;
	u32 spins;
};

static struct holding holding[MOST_FIBERS + 1];

/* What was initialised where, in this run; a lock that never was is a class of its own. */
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

bool shim_lock_is_mine(const struct shim_lock *l)
{
	return l->holder == fiber_self() + 1;
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

static u32 class_of(const struct shim_lock *l)
{
	const void *key = class_key(l);
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

/* All that comes before @first comes before @then and what comes after it. */
static void learn(u32 first, u32 then)
{
	u32 a, b;

	for (a = 0; a < n_classes; a++)
		for (b = 0; b < n_classes; b++)
			if ((a == first || before[a][first]) && (b == then || before[then][b]))
				before[a][b] = true;
}

static void check_order(const struct shim_lock *l)
{
	const struct holding *h = mine();
	u32 then = class_of(l);
	u32 i;

	for (i = 0; i < h->n; i++) {
		u32 first = class_of(h->lock[i]);

		if (first == then || before[then][first])
			turned_round(first, then);
		if (!before[first][then])
			learn(first, then);
	}
}

/* --- the locks --- */

static bool is_free(const void *lock)
{
	return !((const struct shim_lock *)lock)->holder;
}

static void lock_init(struct shim_lock *l, const void *by)
{
	if (n_inits == MOST_LOCKS)
		schedule_wrong("too many locks");
	memset(l, 0, sizeof(*l));
	inits[n_inits].lock = l;
	inits[n_inits++].by = by;
}

static void lock_take(struct shim_lock *l, const char *what, const void *where)
{
	struct holding *h = mine();

	if (shim_lock_is_mine(l))
		schedule_wrong("a lock is taken twice");
	check_order(l);
	schedule_at(&(struct step){ .what = what, .where = where, .object = { l },
				    .writes = { true }, .ready = is_free, .arg = l });
	l->holder = fiber_self() + 1;
	if (h->n == MOST_HELD)
		schedule_wrong("too many locks are held");
	h->lock[h->n++] = l;
}

static void lock_drop(struct shim_lock *l)
{
	struct holding *h = mine();
	u32 i = 0;

	if (!shim_lock_is_mine(l))
		schedule_wrong("a lock is dropped that is not held");
	while (h->lock[i] != l)
		i++;
	for (h->n--; i < h->n; i++)
		h->lock[i] = h->lock[i + 1];
	l->holder = 0;
	schedule_past(&(struct step){ .object = { l }, .writes = { true } });
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

/* Not a lock, but where there is none. */
void place_access(const volatile void *object, bool writes)
{
	schedule_at(&(struct step){ .what = writes ? "write" : "read",
				    .where = __builtin_return_address(0),
				    .object = { object }, .writes = { writes } });
	race_expected(object);
}
