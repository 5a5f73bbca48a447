// SPDX-License-Identifier: GPL-2.0-only
/* rcu.c - RCU between coroutines: a grace period ends when the readers at its begin have left. */
#include <string.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "internal.h"
#include "kvm/kvm_table.h"
#include "rcu.h"
#include "schedule.h"
#include "shim.h"

/**
 * struct reader - a thread's state in RCU
 * @depth:   nesting of rcu_read_lock()
 * @inside:  it is in a kernel that does not preempt itself
 * @section: number of its read section; odd while it reads
 */
struct reader {
	u32 depth;
	bool inside;
	u32 section;
};

__be64 *__real_kvm_table_slot(struct kvm_table *l, u64 index);
__be64 *__wrap_kvm_table_slot(struct kvm_table *l, u64 index);

bool rcu_preemptible;

static struct reader readers[MOST_FIBERS + 1];
static u64 periods;
static struct rcu_head *waiting;
/* The object of all steps here: readers don't depend on each other, grace periods depend on all. */
static char rcu;

static struct reader *mine(void)
{
	return &readers[fiber_self()];
}

void shim_rcu_reset(void)
{
	memset(readers, 0, sizeof(readers));
	periods = 0;
	waiting = NULL;
}

static void now(u32 *then)
{
	u32 i;

	for (i = 0; i <= MOST_FIBERS; i++)
		then[i] = readers[i].section;
}

/* Have all readers of that time left? */
static bool all_left(const void *arg)
{
	const u32 *then = arg;
	u32 i = 0;

	while (i <= MOST_FIBERS && (!(then[i] & 1) || readers[i].section != then[i]))
		i++;
	return i > MOST_FIBERS;
}

void __real_kfree(const void *p);

/*
 * A grace period orders all accesses to the object before this free, so race.c does not check it.
 */
static void free_waiting(void)
{
	struct rcu_head **at = &waiting;

	while (*at) {
		struct rcu_head *head = *at;

		if (!all_left(head->then)) {
			at = &head->next;
			continue;
		}
		*at = head->next;
		__real_kfree(head->object);
	}
}

void shim_kfree_rcu(struct rcu_head *head, void *object)
{
	BUILD_BUG_ON(ARRAY_SIZE(head->then) <= MOST_FIBERS);
	head->object = object;
	head->next = waiting;
	now(head->then);
	waiting = head;
	free_waiting();
}

/* As in kvm_iommu.c: KVM gets no slot if it can be preempted. */
__be64 *__wrap_kvm_table_slot(struct kvm_table *l, u64 index)
{
	return rcu_preemptible ? NULL : __real_kvm_table_slot(l, index);
}

static void begin(const void *where)
{
	if (mine()->section & 1)
		return;
	schedule_at(&(struct step){ .what = "reader", .where = where, .object = { &rcu } });
	mine()->section++;
}

static void end(void)
{
	if (mine()->depth || (mine()->inside && !rcu_preemptible))
		return;
	mine()->section++;
	free_waiting();
	schedule_past(&(struct step){ .object = { &rcu }, .gives = true });
}

void shim_kernel_enter(void)
{
	BUG_ON(mine()->inside || mine()->depth);
	mine()->inside = true;
	if (!rcu_preemptible)
		begin(__builtin_return_address(0));
}

void shim_kernel_leave(void)
{
	BUG_ON(!mine()->inside || mine()->depth);
	mine()->inside = false;
	if (!rcu_preemptible)
		end();
}

void rcu_read_lock(void)
{
	mine()->depth++;
	begin(__builtin_return_address(0));
}

void rcu_read_unlock(void)
{
	BUG_ON(!mine()->depth);
	mine()->depth--;
	end();
}

/* A thread sleeps: it must be no reader, and not in KVM, whose slot it would lose. */
void shim_rcu_quiescent(void)
{
	if (mine()->depth)
		schedule_wrong("it sleeps as a reader of RCU");
	if (mine()->inside)
		schedule_wrong("it sleeps in a call of KVM's");
}

void synchronize_rcu(void)
{
	const void *where = __builtin_return_address(0);
	u32 then[MOST_FIBERS + 1];

	shim_may_sleep();
	schedule_at(&(struct step){ .what = "grace period", .where = where, .object = { &rcu },
				    .writes = { true } });
	now(then);
	schedule_at(&(struct step){ .what = "its end", .where = where, .object = { &rcu },
				    .writes = { true }, .ready = all_left, .arg = then });
	periods++;
}

u64 shim_grace_periods(void)
{
	return periods;
}
