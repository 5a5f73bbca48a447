// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin_kvm.c - registration of pinned ranges in mm_iommu, the only place where KVM finds memory.
 *
 * mm_iommu pins a range a second time and charges for it; then it is not charged here. mm_iommu
 * has to have the range's pages: if others are mapped there by now, KVM does not find the range.
 */
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <asm/mmu_context.h>
#include "memory/user_mm.h"
#include "memory/pin.h"
#include "memory/pin_pages.h"

bool pin_claim(struct pin *p)
{
	struct user_mm *l = p->user_mm;
	bool claimed;

	if (READ_ONCE(p->kvm) != PIN_OUT)
		return false;
	mutex_lock(&l->lock);
	claimed = p->kvm == PIN_OUT;
	if (claimed)
		WRITE_ONCE(p->kvm, PIN_ENTERING);
	mutex_unlock(&l->lock);
	return claimed;
}

/* Does mm_iommu have the range's pages? False also when the caller is being killed. */
static bool pin_same(const struct pin *p, struct mm_iommu_table_group_mem_t *mem)
{
	struct piece piece;
	unsigned long i;

	page_runs_find(&p->runs, p->ua, &piece);
	for (i = 0; i < p->pages; i++) {
		unsigned long hpa;

		if (mm_iommu_ua_to_hpa(mem, p->ua + (i << PAGE_SHIFT), PAGE_SHIFT, &hpa) ||
		    !pin_goes_on(p, &piece, hpa))
			return false;
		if (i % PIN_STEP)
			continue;
		if (fatal_signal_pending(current))
			return false;
		cond_resched();
	}
	return true;
}

/* mm_iommu charges for the pages itself: they are not charged twice. */
static struct mm_iommu_table_group_mem_t *pin_register(struct pin *p)
{
	struct mm_struct *mm = p->user_mm->mm;
	struct mm_iommu_table_group_mem_t *mem = mm_iommu_get(mm, p->ua, p->pages);

	pin_uncharge(p, p->pages);
	if (mem || !mm_iommu_new(mm, p->ua, p->pages, &mem))
		return mem;
	pin_charge_anyway(p);
	return NULL;
}

/*
 * Other pages are mapped there by now: KVM must not find those. If KVM has found and counted them
 * already, they stay registered until the range goes.
 */
static struct mm_iommu_table_group_mem_t *
pin_unregister(struct pin *p, struct mm_iommu_table_group_mem_t *mem)
{
	pin_charge_anyway(p);
	return mm_iommu_put(p->user_mm->mm, mem) ? mem : NULL;
}

void pin_enter(struct pin *p)
{
	struct mm_iommu_table_group_mem_t *mem = pin_register(p);
	struct user_mm *l = p->user_mm;
	bool gone;

	/* KVM may let a device write. */
	pin_expose(p);
	if (mem && !pin_same(p, mem))
		mem = pin_unregister(p, mem);
	mutex_lock(&l->lock);
	p->mem = mem;
	WRITE_ONCE(p->kvm, mem ? PIN_IN : PIN_REFUSED);
	gone = !p->uses && pin_go_or_wait(p);
	mutex_unlock(&l->lock);
	if (gone)
		pin_free(p);
}
