// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin_kvm.c - shows pinned ranges to KVM, which finds memory in mm_iommu alone.
 *
 * What enters mm_iommu is pinned there a second time and charged there, not here. It has to be the
 * pages that the range has: KVM does not find it where others are mapped by now.
 */
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <asm/mmu_context.h>
#include "memory/mm_pins.h"
#include "memory/pin.h"
#include "memory/pinned.h"

bool pin_claim(struct pin *p)
{
	struct mm_pins *l = p->mm_pins;
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

/* Has mm_iommu the pages that the range has? Someone who is killed does not want to know. */
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

/* mm_iommu charges for the pages itself: never both. */
static struct mm_iommu_table_group_mem_t *pin_register(struct pin *p)
{
	struct mm_struct *mm = p->mm_pins->mm;
	struct mm_iommu_table_group_mem_t *mem = mm_iommu_get(mm, p->ua, p->pages);

	pin_uncharge(p, p->pages);
	if (mem || !mm_iommu_new(mm, p->ua, p->pages, &mem))
		return mem;
	pin_charge_anyway(p);
	return NULL;
}

/*
 * Other pages are mapped there by now: KVM is not to find those. If it has found and counted them
 * already, they stay there until the range goes.
 */
static struct mm_iommu_table_group_mem_t *
pin_unregister(struct pin *p, struct mm_iommu_table_group_mem_t *mem)
{
	pin_charge_anyway(p);
	return mm_iommu_put(p->mm_pins->mm, mem) ? mem : NULL;
}

void pin_enter(struct pin *p)
{
	struct mm_iommu_table_group_mem_t *mem = pin_register(p);
	struct mm_pins *l = p->mm_pins;
	bool gone;

	/* What KVM lets a device do is not known here. */
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
