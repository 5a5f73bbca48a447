/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_WAIT_H
#define SHIM_LINUX_WAIT_H

#include <linux/errno.h>
#include <linux/sched/signal.h>

/**
 * struct wait_queue_head - a queue in which threads wait for a condition
 * @woken: number of wake-ups
 */
typedef struct wait_queue_head {
	unsigned int woken;
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name)	wait_queue_head_t name = { 0 }

void init_waitqueue_head(wait_queue_head_t *wq);
void wake_up_all(wait_queue_head_t *wq);

/* Gets the number of wake-ups so far; waits until it has changed. */
unsigned int shim_wait_begin(wait_queue_head_t *wq);
void shim_wait(wait_queue_head_t *wq, unsigned int woken);

/* @stop is evaluated when @cond is false. */
#define shim_wait_event(wq, cond, stop) ({				\
	int rc_ = 0;							\
									\
	for (;;) {							\
		unsigned int woken_ = shim_wait_begin(&(wq));		\
									\
		if (cond)						\
			break;						\
		if (stop) {						\
			rc_ = -EINTR;					\
			break;						\
		}							\
		shim_wait(&(wq), woken_);				\
	}								\
	rc_;								\
})

#define wait_event(wq, cond)		((void)shim_wait_event(wq, cond, false))
#define wait_event_killable(wq, cond)	\
	shim_wait_event(wq, cond, fatal_signal_pending(current))

#endif
