/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_SPINLOCK_H
#define SHIM_LINUX_SPINLOCK_H

#include <linux/lockdep.h>

typedef struct spinlock {
	struct shim_lock l;
} spinlock_t;

#define DEFINE_SPINLOCK(name)	spinlock_t name = { .l = SHIM_LOCK_INIT }

void spin_lock_init(spinlock_t *s);
void spin_lock(spinlock_t *s);
void spin_unlock(spinlock_t *s);

/* The lock is taken inside another one of its class. */
#define SINGLE_DEPTH_NESTING	1
void spin_lock_nested(spinlock_t *s, unsigned int depth);

typedef struct rwlock {
	struct shim_lock l;
} rwlock_t;

void rwlock_init(rwlock_t *l);
void read_lock(rwlock_t *l);
void read_unlock(rwlock_t *l);
void write_lock(rwlock_t *l);
void write_unlock(rwlock_t *l);

#define spin_lock_irqsave(s, flags)	 do { (flags) = 0; spin_lock(s); } while (0)
#define spin_unlock_irqrestore(s, flags) do { (void)(flags); spin_unlock(s); } while (0)

#endif
