// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_iommu.c - the kernel's objects around tables that KVM is lent, with the kernel's
 * references.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "internal.h"
#include "kvm/kvm_table.h"
#include "shim.h"

/**
 * struct kvm_iommu - one of these objects
 * @refs: references of the driver and of others
 * @w:    the window, as KVM is told
 */
struct kvm_iommu {
	struct kvm_table kvm;
	u32 refs;
	struct dma_window w;
};

static struct kvm_iommu *kvm_iommu_of(struct kvm_table *l)
{
	return container_of(l, struct kvm_iommu, kvm);
}

static void drop(struct kvm_iommu *lk)
{
	u32 refs = shim_fetch_add(&lk->refs, -1);

	BUG_ON(!refs);
	if (refs == 1)
		kfree(lk);
}

struct kvm_table *kvm_iommu_alloc(void)
{
	struct kvm_iommu *lk = kzalloc(sizeof(*lk), GFP_KERNEL_ACCOUNT);

	if (!lk)
		return NULL;
	kvm_table_init(&lk->kvm);
	lk->refs = 1;
	return &lk->kvm;
}

void kvm_iommu_place(struct kvm_table *l, const struct dma_window *w)
{
	kvm_iommu_of(l)->w = *w;
}

bool kvm_iommu_held(struct kvm_table *l)
{
	return READ_ONCE(kvm_iommu_of(l)->refs) > 1;
}

bool kvm_iommu_wanted(struct kvm_table *l)
{
	return kvm_iommu_held(l);
}

void kvm_iommu_wait(void)
{
	synchronize_rcu();
}

void kvm_iommu_put(struct kvm_table *l)
{
	if (l)
		kvm_iommu_wait();
	while (l) {
		struct kvm_table *next = l->next;

		drop(kvm_iommu_of(l));
		l = next;
	}
}

const struct dma_window *shim_lookup_window(struct kvm_table *l)
{
	return &kvm_iommu_of(l)->w;
}

bool shim_lookup_hold(struct kvm_table *l)
{
	u32 n = READ_ONCE(kvm_iommu_of(l)->refs);

	while (n)
		if (try_cmpxchg(&kvm_iommu_of(l)->refs, &n, n + 1))
			return true;
	return false;
}

void shim_lookup_drop(struct kvm_table *l)
{
	drop(kvm_iommu_of(l));
}
