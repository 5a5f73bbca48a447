// SPDX-License-Identifier: GPL-2.0-only
/* task.c - the running task, fatal signals, and time that does not pass. */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include "internal.h"
#include "shim.h"

static __thread struct task_struct task;
static struct countdown kill_at;
static bool killed;
static u64 rescheds, slept_ms;
static void (*on_resched)(void);

void shim_task_reset(void)
{
	task.mm = NULL;
	kill_at.left = 0;
	killed = false;
	rescheds = 0;
	slept_ms = 0;
	on_resched = NULL;
}

struct task_struct *shim_current(void)
{
	return &task;
}

void shim_set_mm(struct mm_struct *mm)
{
	task.mm = mm;
}

void shim_kill_at(u64 nth)
{
	kill_at.left = nth;
	killed = false;
}

bool shim_kill_armed(void)
{
	return kill_at.left;
}

bool fatal_signal_pending(struct task_struct *t)
{
	BUG_ON(t != &task);
	if (countdown_hits(&kill_at))
		killed = true;
	return killed;
}

void shim_on_resched(void (*fn)(void))
{
	on_resched = fn;
}

static void others_run(void)
{
	void (*fn)(void) = on_resched;

	/* The function must not be called from within itself. */
	on_resched = NULL;
	if (fn)
		fn();
	on_resched = fn;
}

void shim_fault_in(void)
{
	shim_may_sleep();
	BUG_ON(shim_mutexes());
	if (on_resched)
		others_run();
}

int cond_resched(void)
{
	shim_may_sleep();
	if (on_resched)
		others_run();
	__atomic_add_fetch(&rescheds, 1, __ATOMIC_RELAXED);
	return 0;
}

u64 shim_rescheds(void)
{
	return rescheds;
}

void msleep(unsigned int ms)
{
	shim_may_sleep();
	if (on_resched)
		others_run();
	__atomic_add_fetch(&slept_ms, ms, __ATOMIC_RELAXED);
}

u64 shim_slept_ms(void)
{
	return slept_ms;
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
