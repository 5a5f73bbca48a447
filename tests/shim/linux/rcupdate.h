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

#endif
