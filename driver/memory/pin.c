// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin.c - pinned ranges, shared by regions that have the same pages.
 *
 * A range can be older than what is mapped at its address now: another container of the process
 * may have registered it before an munmap. If it were shared by its address alone, it would be
 * the wrong memory. So its pages are compared with those that are mapped, and if one differs the
 * range is pinned anew.
 *
 * A range that has entered mm_iommu (pin_kvm.c) can leave only when KVM counts no mapping of it.
 * When no table is left for which KVM could have counted, the remaining counts are dropped. Until
 * then a range that is no longer used waits among the user_mm' orphans.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <asm/mmu_context.h>
#include "memory/user_mm.h"
#include "memory/pin.h"
#include "memory/pin_pages.h"

/* Most orphans that are tried again for each new range. */
#define PIN_RETRIES	16

/* Counts dropped between two tries to remove a range from mm_iommu. */
#define PIN_COUNTS	1024

/* --- the pins of an address space --- */

static int pin_compare(const struct pin *p, unsigned long ua, unsigned long pages)
{
	if (p->ua != ua)
		return p->ua < ua ? -1 : 1;
	return p->pages < pages ? -1 : p->pages > pages;
}

static struct pin *pin_of(struct rb_node *node)
{
	return rb_entry(node, struct pin, node);
}

static struct pin *pin_find(const struct user_mm *l, unsigned long ua, unsigned long pages)
{
	struct rb_node *node = l->pins.rb_node;

	lockdep_assert_held(&l->lock);
	while (node) {
		int order = pin_compare(pin_of(node), ua, pages);

		if (!order)
			return pin_of(node);
		node = order < 0 ? node->rb_right : node->rb_left;
	}
	return NULL;
}

static void pin_link(struct pin *p)
{
	struct rb_node **at = &p->user_mm->pins.rb_node, *parent = NULL;

	lockdep_assert_held(&p->user_mm->lock);
	while (*at) {
		parent = *at;
		at = pin_compare(pin_of(parent), p->ua, p->pages) < 0 ? &parent->rb_right
								      : &parent->rb_left;
	}
	rb_link_node(&p->node, parent, at);
	rb_insert_color(&p->node, &p->user_mm->pins);
}

static void pin_unlink(struct pin *p)
{
	lockdep_assert_held(&p->user_mm->lock);
	if (RB_EMPTY_NODE(&p->node))
		return;
	rb_erase(&p->node, &p->user_mm->pins);
	RB_CLEAR_NODE(&p->node);
}

/* --- dropping a use --- */

/* No table is left for which KVM could have counted: drop the counts. */
static long pin_drain(struct mm_struct *mm, struct mm_iommu_table_group_mem_t *mem)
{
	long rc;
	u32 i;

	while ((rc = mm_iommu_put(mm, mem)) == -EBUSY) {
		for (i = 0; i < PIN_COUNTS; i++)
			mm_iommu_mapped_dec(mem);
		cond_resched();
	}
	return rc;
}

/* Remove the range from mm_iommu, so that KVM cannot find it. Return: 0; -EBUSY. */
static int pin_leave(struct pin *p)
{
	struct user_mm *l = p->user_mm;
	long rc = 0;

	lockdep_assert_held(&l->lock);
	if (p->kvm == PIN_ENTERING)
		return -EBUSY;
	if (p->mem)
		rc = l->open ? mm_iommu_put(l->mm, p->mem) : pin_drain(l->mm, p->mem);
	if (!rc)
		p->mem = NULL;
	return rc;
}

/* The last use ends. Return: 0, and nobody knows of the range any more; else -EBUSY. */
static int pin_go(struct pin *p)
{
	int rc = pin_leave(p);

	if (!rc) {
		list_del_init(&p->link);
		pin_unlink(p);
	}
	return rc;
}

bool pin_go_or_wait(struct pin *p)
{
	if (!pin_go(p))
		return true;
	/* pin_enter() is running for it, and will call this again. */
	if (p->kvm != PIN_ENTERING)
		list_add_tail(&p->link, &p->user_mm->orphans);
	return false;
}

int pin_release(struct pin *p)
{
	struct user_mm *l = p->user_mm;
	bool last;
	int rc;

	mutex_lock(&l->lock);
	last = p->uses == 1;
	rc = last ? pin_go(p) : 0;
	if (!rc)
		p->uses--;
	mutex_unlock(&l->lock);
	if (last && !rc)
		pin_free(p);
	return rc;
}

void pin_abandon(struct pin *p)
{
	struct user_mm *l = p->user_mm;
	bool gone;

	mutex_lock(&l->lock);
	gone = !--p->uses && pin_go_or_wait(p);
	mutex_unlock(&l->lock);
	if (gone)
		pin_free(p);
}

static void pin_free_all(struct list_head *pins)
{
	struct pin *p, *next;

	list_for_each_entry_safe(p, next, pins, link) {
		pin_free(p);
		cond_resched();
	}
}

void pin_retry(struct user_mm *l, u32 most)
{
	struct pin *p, *next;
	LIST_HEAD(busy);
	LIST_HEAD(gone);

	mutex_lock(&l->lock);
	list_for_each_entry_safe(p, next, &l->orphans, link) {
		if (!most--)
			break;
		list_del_init(&p->link);
		list_add_tail(&p->link, pin_go(p) ? &busy : &gone);
		cond_resched();
	}
	list_splice_tail(&busy, &l->orphans);
	mutex_unlock(&l->lock);
	pin_free_all(&gone);
}

/* --- adding a use --- */

/* A range that is used again is no orphan. */
static void pin_use(struct pin *p)
{
	lockdep_assert_held(&p->user_mm->lock);
	list_del_init(&p->link);
	p->uses++;
}

static struct pin *pin_get(struct user_mm *l, unsigned long ua, unsigned long pages)
{
	struct pin *p;

	mutex_lock(&l->lock);
	p = pin_find(l, ua, pages);
	if (p)
		pin_use(p);
	mutex_unlock(&l->lock);
	return p;
}

/* Use a pinned range. Return: 0; -ENOENT when none has these pages; another error. */
static int pin_join(struct user_mm *l, unsigned long ua, unsigned long pages, struct pin **pin)
{
	struct pin *p = pin_get(l, ua, pages);
	int rc;

	if (!p)
		return -ENOENT;
	rc = pin_current(p);
	if (rc)
		pin_abandon(p);
	else
		*pin = p;
	return rc;
}

/*
 * Make a new range visible, in place of an older one with the same address and size. If another
 * call has published the same pages meanwhile, its range is used. Return: the range to use.
 */
static struct pin *pin_publish(struct pin *p)
{
	struct user_mm *l = p->user_mm;
	struct pin *other, *use = p;

	mutex_lock(&l->lock);
	other = pin_find(l, p->ua, p->pages);
	if (other && page_runs_equal(&other->runs, &p->runs)) {
		pin_use(other);
		use = other;
	} else {
		if (other)
			pin_unlink(other);
		pin_link(p);
	}
	mutex_unlock(&l->lock);
	if (use != p)
		pin_free(p);
	return use;
}

/* When the limit is reached, try again without the ranges that waited for KVM. */
static int pin_charge_pages(struct pin *p)
{
	int rc = pin_charge(p, p->pages);

	if (!rc)
		return 0;
	pin_retry(p->user_mm, U32_MAX);
	return pin_charge(p, p->pages);
}

static int pin_fill(struct pin *p)
{
	int rc = page_runs_init(&p->runs, p->ua, p->pages);

	if (!rc)
		rc = pin_charge_pages(p);
	if (!rc)
		rc = pin_pages(p);
	if (!rc)
		rc = pin_charge_runs(p);
	return rc;
}

static int pin_new(struct user_mm *l, unsigned long ua, unsigned long pages, struct pin **pin)
{
	struct pin *p = pin_alloc(l, ua, pages);
	int rc;

	if (!p)
		return -ENOMEM;
	rc = pin_fill(p);
	if (rc)
		pin_free(p);
	else
		*pin = pin_publish(p);
	return rc;
}

int pin_range(struct user_mm *l, unsigned long ua, unsigned long pages, struct pin **pin)
{
	int rc;

	/* An orphan that no longer has to wait for KVM must not be shared: unpin it. */
	pin_retry(l, PIN_RETRIES);
	rc = pin_join(l, ua, pages, pin);
	return rc == -ENOENT ? pin_new(l, ua, pages, pin) : rc;
}
