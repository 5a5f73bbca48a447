// SPDX-License-Identifier: GPL-2.0-only
/* task.c - coroutines as tasks: none is killed, and one that sleeps lets others continue. */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include "internal.h"
#include "schedule.h"
#include "shim.h"

static struct task_struct tasks[MOST_FIBERS + 1];

void shim_task_reset(void)
{
	u32 i;

	for (i = 0; i <= MOST_FIBERS; i++)
		tasks[i].mm = NULL;
}

struct task_struct *shim_current(void)
{
	struct task_struct *t = &tasks[fiber_self()];

	/* Threads belong to the process of the preparation, unless they set another one. */
	if (!t->mm)
		t->mm = tasks[MAIN_FIBER].mm;
	return t;
}

void shim_set_mm(struct mm_struct *mm)
{
	shim_current()->mm = mm;
}

bool fatal_signal_pending(struct task_struct *t)
{
	BUG_ON(t != shim_current());
	return false;
}

void shim_fault_in(void)
{
	shim_may_sleep();
	BUG_ON(shim_mutexes());
}

/* Not a place: the thread's next step is one anyway. */
int cond_resched(void)
{
	shim_may_sleep();
	return 0;
}

void msleep(unsigned int ms)
{
	shim_may_sleep();
	schedule_willing();
}

void mmgrab(struct mm_struct *mm)
{
	__atomic_add_fetch(&mm->users, 1, __ATOMIC_RELAXED);
}

void mmdrop(struct mm_struct *mm)
{
	BUG_ON(mm->users <= 0);
	__atomic_sub_fetch(&mm->users, 1, __ATOMIC_RELAXED);
}
