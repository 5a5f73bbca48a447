/* SPDX-License-Identifier: GPL-2.0-only */
/* rcu.h - the kind of kernel that the sources run in. */
#ifndef INTERLEAVE_RCU_H
#define INTERLEAVE_RCU_H

#include <linux/types.h>

/* The kernel preempts itself: a thread in it is no reader without rcu_read_lock(). */
extern bool rcu_preemptible;

#endif
