/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_SCHED_H
#define SHIM_LINUX_SCHED_H

#include <linux/types.h>

struct mm_struct;

struct task_struct {
	struct mm_struct *mm;
};

struct task_struct *shim_current(void);
#define current		shim_current()

int cond_resched(void);
void might_sleep(void);

#endif
