// SPDX-License-Identifier: GPL-2.0-only
/*
 * rcu.c - RCU by tickets: each reader holds one, and a grace period waits for the tickets held at
 * its beginning.
 *
 * To become a reader never waits, since readers take spinlocks, and holders of spinlocks become
 * readers.
 */
#include <unistd.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include "internal.h"
#include "shim.h"

#define MOST_READERS	64

static u64 tickets[MOST_READERS];	/* 0: this one is free */
static u64 next_ticket;
static __thread u64 *mine;		/* this thread's ticket */
static __thread bool inside;		/* this thread is in the kernel */
static __thread unsigned int depth;	/* nesting of rcu_read_lock() */
static u64 periods;

static void take(void)
{
	u64 ticket = __atomic_add_fetch(&next_ticket, 1, __ATOMIC_SEQ_CST);
	u32 i = ticket % MOST_READERS;
	u64 none = 0;

	while (!__atomic_compare_exchange_n(&tickets[i], &none, ticket, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST)) {
		none = 0;
		i = (i + 1) % MOST_READERS;
	}
	mine = &tickets[i];
}

static void give_back(void)
{
	__atomic_store_n(mine, 0, __ATOMIC_SEQ_CST);
	mine = NULL;
}

void shim_rcu_reset(void)
{
	if (mine)
		give_back();
	inside = false;
	depth = 0;
	periods = 0;
}

void shim_kernel_enter(void)
{
	BUG_ON(inside || depth);
	take();
	inside = true;
}

void shim_kernel_leave(void)
{
	BUG_ON(!inside || depth);
	inside = false;
	give_back();
}

void rcu_read_lock(void)
{
	if (!depth++ && !inside)
		take();
}

void rcu_read_unlock(void)
{
	BUG_ON(!depth);
	if (!--depth && !inside)
		give_back();
}

void shim_rcu_quiescent(void)
{
	BUG_ON(depth);
	if (!inside)
		return;
	give_back();
	take();
}

void synchronize_rcu(void)
{
	u32 i;

	shim_may_sleep();
	if (inside)
		give_back();
	for (i = 0; i < MOST_READERS; i++) {
		u64 ticket = __atomic_load_n(&tickets[i], __ATOMIC_SEQ_CST);

		while (ticket && __atomic_load_n(&tickets[i], __ATOMIC_SEQ_CST) == ticket)
			usleep(20);
	}
	if (inside)
		take();
	__atomic_add_fetch(&periods, 1, __ATOMIC_RELAXED);
}

u64 shim_grace_periods(void)
{
	return periods;
}
