/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_RWSEM_H
#define SHIM_LINUX_RWSEM_H

#include <linux/lockdep.h>

struct rw_semaphore {
	struct shim_lock l;
};

void init_rwsem(struct rw_semaphore *sem);
void down_read(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);

/* -EINTR only if it would have to wait, as in the kernel. */
__must_check int down_read_killable(struct rw_semaphore *sem);
__must_check int down_write_killable(struct rw_semaphore *sem);

#endif
