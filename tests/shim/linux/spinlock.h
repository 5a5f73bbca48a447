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

#define spin_lock_irqsave(s, flags)	 do { (flags) = 0; spin_lock(s); } while (0)
#define spin_unlock_irqrestore(s, flags) do { (void)(flags); spin_unlock(s); } while (0)

#endif
