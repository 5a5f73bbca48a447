/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_MUTEX_H
#define SHIM_LINUX_MUTEX_H

#include <linux/lockdep.h>

struct mutex {
	struct shim_lock l;
};

#define DEFINE_MUTEX(name)	struct mutex name = { .l = SHIM_LOCK_INIT }

void mutex_init(struct mutex *m);
void mutex_destroy(struct mutex *m);
void mutex_lock(struct mutex *m);
int mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
bool mutex_is_locked(struct mutex *m);

/* -EINTR only if it would have to wait, as in the kernel. */
__must_check int mutex_lock_killable(struct mutex *m);
__must_check int mutex_lock_interruptible(struct mutex *m);

#endif
