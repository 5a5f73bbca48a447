// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm.c - the order of KVM's steps: memory, slot, memory again and count, exchange, slot's
 * content. Much depends on this order. KVM uses an exchange's old value only to count down for
 * it, and the driver always returns that there was none.
 */
#include <asm/byteorder.h>
#include <asm/mmu_context.h>
#include <linux/atomic.h>
#include "kvm.h"
#include "shim.h"

#define SHIFT	12

void (*kvm_pause)(enum kvm_point at);
u64 kvm_warnings;

static void pause_at(enum kvm_point at)
{
	if (kvm_pause)
		kvm_pause(at);
}

static void warn(void)
{
	__atomic_add_fetch(&kvm_warnings, 1, __ATOMIC_RELAXED);
}

struct kvm_table *kvm_find(struct kvm_table *const *kvm)
{
	struct kvm_table *l;

	shim_kernel_enter();
	l = smp_load_acquire(kvm);
	if (l && !shim_lookup_hold(l))
		l = NULL;
	shim_kernel_leave();
	return l;
}

static int unmap(struct kvm_table *l, u64 index)
{
	if (!kvm_table_exchange(l, index, 0, 0))
		return KVM_DONE;
	warn();
	return KVM_TOO_HARD;
}

/* KVM exchanges the TCE after it has counted the page. */
static int exchange(struct kvm_table *l, u64 index, u64 hpa, u64 perm,
		    struct mm_iommu_table_group_mem_t *mem)
{
	if (!kvm_table_exchange(l, index, hpa, perm))
		return KVM_DONE;
	warn();
	mm_iommu_mapped_dec(mem);
	return KVM_TOO_HARD;
}

/* Finds registered memory as KVM does. */
static struct mm_iommu_table_group_mem_t *find(u64 ua, unsigned long *hpa)
{
	struct mm_iommu_table_group_mem_t *mem = mm_iommu_lookup(current->mm, ua, 1UL << SHIFT);

	return mem && !mm_iommu_ua_to_hpa(mem, ua, SHIFT, hpa) ? mem : NULL;
}

static int map(struct kvm_table *l, u64 index, u64 ua, u64 perm)
{
	struct mm_iommu_table_group_mem_t *mem;
	unsigned long hpa;
	__be64 *slot;
	int rc;

	/* KVM looks up the memory before it looks at any table. */
	if (!find(ua, &hpa))
		return KVM_TOO_HARD;
	slot = kvm_table_slot(l, index);
	if (!slot)
		return KVM_TOO_HARD;
	pause_at(KVM_HAS_SLOT);
	mem = find(ua, &hpa);
	if (!mem || mm_iommu_mapped_inc(mem))
		return KVM_TOO_HARD;
	pause_at(KVM_HAS_COUNTED);
	rc = exchange(l, index, hpa, perm, mem);
	if (rc)
		return rc;
	pause_at(KVM_HAS_WRITTEN);
	WRITE_ONCE(*slot, cpu_to_be64(ua));
	return KVM_DONE;
}

int kvm_put_tce(struct kvm_table *l, u64 ioba, u64 ua, u64 perm)
{
	u64 index = ioba >> SHIFT;
	int rc;

	shim_kernel_enter();
	rc = perm ? map(l, index, ua, perm) : unmap(l, index);
	/* KVM clears a half-done entry, and ignores the result. */
	if (rc)
		kvm_table_exchange(l, index, 0, 0);
	shim_kernel_leave();
	return rc;
}
