// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_mapped.c - the count-down of mappings that KVM counted.
 *
 * KVM finds registered memory by address space, whichever container registered it: the table of
 * one container may hold a page that another one registered. So each address space has one
 * user_mm. It says in how many tables KVM has slots, and which pins wait until those are closed.
 * While there is such a table, any count in the address space may stand for a TCE, and stays.
 * When the last table is settled, the remaining counts stand for no TCE.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <asm/byteorder.h>
#include <asm/mmu_context.h>
#include "kvm/kvm_mapped.h"
#include "memory/user_mm.h"
#include "memory/pin.h"

void kvm_mapped_open(struct kvm_mapped *y, struct user_mm *l)
{
	user_mm_hold(l);
	mutex_lock(&l->lock);
	l->open++;
	mutex_unlock(&l->lock);
	y->user_mm = l;
	atomic64_set(&y->counted, 0);
	WRITE_ONCE(y->mm, l->mm);
}

void kvm_mapped_close(struct kvm_mapped *y)
{
	struct user_mm *l = y->user_mm;

	mutex_lock(&l->lock);
	l->open--;
	WRITE_ONCE(l->lost, l->lost + atomic64_read(&y->counted));
	mutex_unlock(&l->lock);
	y->mm = NULL;
	pin_retry(l, U32_MAX);
	user_mm_put(l);
}

bool kvm_mapped_lends(const struct kvm_mapped *y, s64 live)
{
	return atomic64_read(&y->counted) <= live + KVM_MAPPED_MOST_LOST &&
	       READ_ONCE(y->user_mm->lost) <= KVM_MAPPED_MOST_LOST;
}

/* KVM writes slots without a lock, so the slot is read and cleared in one step. */
unsigned long kvm_mapped_pull(struct kvm_mapped *y, __be64 *slot)
{
	unsigned long ua = be64_to_cpu((__force __be64)xchg((__force u64 *)slot, 0));

	if (ua)
		atomic64_dec(&y->counted);
	return ua;
}

void kvm_mapped_down(const struct kvm_mapped *y, unsigned long ua)
{
	struct mm_iommu_table_group_mem_t *mem;

	if (!ua)
		return;
	/* The memory stays registered as long as it is counted. */
	rcu_read_lock();
	mem = mm_iommu_lookup(y->mm, ua, 1);
	if (mem)
		mm_iommu_mapped_dec(mem);
	rcu_read_unlock();
}
