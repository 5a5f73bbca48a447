/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RCU as in a kernel that does not preempt itself: a thread in the kernel is a reader until it
 * sleeps (shim_kernel_enter()).
 */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

void rcu_read_lock(void);
void rcu_read_unlock(void);
void synchronize_rcu(void);

/* An object that will be freed at the end of a grace period. */
struct rcu_head {
	struct rcu_head *next;
	void *object;
	unsigned int then[8];
};

/* Frees @ptr when all readers that may have found it have left. Only tests/interleave has it. */
#define kfree_rcu(ptr, member)	shim_kfree_rcu(&(ptr)->member, ptr)
void shim_kfree_rcu(struct rcu_head *head, void *object);

#endif
