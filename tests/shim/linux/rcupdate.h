/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RCU as a kernel has it that does not preempt itself: whoever is in the kernel is a reader until
 * he sleeps (shim_kernel_enter()).
 */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

void rcu_read_lock(void);
void rcu_read_unlock(void);
void synchronize_rcu(void);

/* What waits for the end of a grace period to be freed. */
struct rcu_head {
	struct rcu_head *next;
	void *object;
	unsigned int then[8];
};

/* Nobody who may have found @ptr is left when it is freed. Only tests/interleave has it. */
#define kfree_rcu(ptr, member)	shim_kfree_rcu(&(ptr)->member, ptr)
void shim_kfree_rcu(struct rcu_head *head, void *object);

#endif
