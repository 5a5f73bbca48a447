// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin.c - pinned ranges, shared by those who mean the same pages.
 *
 * A range can be older than what is mapped at its address now: another container of the process
 * registered it before an munmap. Shared by its address alone it would be the wrong memory, so its
 * pages are compared with those that are mapped, and if one differs the range is pinned anew.
 *
 * What enters mm_iommu is pinned there a second time and charged there, not here. It can only leave
 * when KVM counts no mapping of it; what is counted when no table is left that KVM could have
 * counted for is dropped. Until then the range waits among the ledger's orphans, once nobody uses
 * it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <asm/mmu_context.h>
#include "ledger.h"
#include "pages.h"
#include "pin.h"

/* Pages that are pinned, compared or unpinned at a time. */
#define PIN_STEP	512UL

/* Orphans that each new range is a chance for. */
#define PIN_RETRIES	16

/* Counts dropped between two tries to put a registration of mm_iommu's. */
#define PIN_COUNTS	1024

/* --- the pages --- */

static void pin_unpin_piece(const struct pin *p, const struct piece *piece)
{
	unsigned long pfn = piece->hpa >> PAGE_SHIFT, left = piece->left >> PAGE_SHIFT, n;

	for (; left; left -= n, pfn += n) {
		n = min(left, PIN_STEP);
		/* Nothing tells to which of them a device wrote. */
		if (p->files && p->written)
			pages_mark_files(pfn, n);
		unpin_user_page_range_dirty_lock(pfn_to_page(pfn), n, false);
		cond_resched();
	}
}

static void pin_unpin(const struct pin *p)
{
	struct piece piece;

	if (!p->runs.pages)
		return;
	runs_find(&p->runs, p->ua, &piece);
	do {
		pin_unpin_piece(p, &piece);
	} while (runs_next(&p->runs, &piece));
}

/* Fewer than asked for: the next step tells why. */
static int pin_step(struct pin *p, struct page **page)
{
	unsigned long ua = p->ua + (p->runs.pages << PAGE_SHIFT);
	int n = min_t(u64, p->pages - p->runs.pages, PIN_STEP);
	int got = pages_pin(ua, n, true, page, &p->files);
	int noted;

	if (got < 0)
		return got;
	noted = runs_add(&p->runs, page, got);
	if (noted < got) {
		unpin_user_pages(page + noted, got - noted);
		return -ENOMEM;
	}
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/* What pages_pin() fills at a time. */
static struct page **pin_list(unsigned long pages)
{
	return kmalloc_array(min(pages, PIN_STEP), sizeof(struct page *), GFP_KERNEL_ACCOUNT);
}

static int pin_pages(struct pin *p)
{
	struct page **page = pin_list(p->pages);
	int rc = page ? 0 : -ENOMEM;

	while (!rc && p->runs.pages < p->pages)
		rc = pin_step(p, page);
	kfree(page);
	return rc ? rc : runs_trim(&p->runs);
}

/* --- what is charged --- */

static int pin_charge(struct pin *p, unsigned long pages)
{
	int rc = account_locked_vm(p->ledger->mm, pages, true);

	if (!rc)
		p->charged += pages;
	return rc;
}

static void pin_uncharge(struct pin *p, unsigned long pages)
{
	account_locked_vm(p->ledger->mm, pages, false);
	p->charged -= pages;
}

/* For what was charged a moment ago, and is pinned: even if the limit is reached meanwhile. */
static void pin_charge_anyway(struct pin *p)
{
	struct mm_struct *mm = p->ledger->mm;

	mmap_write_lock(mm);
	__account_locked_vm(mm, p->pages, true, current, true);
	mmap_write_unlock(mm);
	p->charged += p->pages;
}

/* What waits for KVM may be all that is in the way. */
static int pin_charge_pages(struct pin *p)
{
	int rc = pin_charge(p, p->pages);

	if (!rc)
		return 0;
	pin_retry(p->ledger, U32_MAX);
	return pin_charge(p, p->pages);
}

/* Whole pages of memory that its runs take; what is less is not looked at. */
static int pin_charge_runs(struct pin *p)
{
	return pin_charge(p, runs_bytes(&p->runs) >> PAGE_SHIFT);
}

/* --- the object --- */

static struct pin *pin_alloc(struct ledger *l, unsigned long ua, unsigned long pages)
{
	struct pin *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	p->ua = ua;
	p->pages = pages;
	p->uses = 1;
	RB_CLEAR_NODE(&p->node);
	INIT_LIST_HEAD(&p->link);
	p->ledger = l;
	ledger_hold(l);
	return p;
}

static void pin_free(struct pin *p)
{
	struct ledger *l = p->ledger;

	pin_unpin(p);
	runs_free(&p->runs);
	pin_uncharge(p, p->charged);
	kfree(p);
	ledger_put(l);
}

static int pin_fill(struct pin *p)
{
	int rc = runs_init(&p->runs, p->ua, p->pages);

	if (!rc)
		rc = pin_charge_pages(p);
	if (!rc)
		rc = pin_pages(p);
	if (!rc)
		rc = pin_charge_runs(p);
	return rc;
}

/* --- all of an address space --- */

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

static struct pin *pin_find(const struct ledger *l, unsigned long ua, unsigned long pages)
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
	struct rb_node **at = &p->ledger->pins.rb_node, *parent = NULL;

	lockdep_assert_held(&p->ledger->lock);
	while (*at) {
		parent = *at;
		at = pin_compare(pin_of(parent), p->ua, p->pages) < 0 ? &parent->rb_right
								      : &parent->rb_left;
	}
	rb_link_node(&p->node, parent, at);
	rb_insert_color(&p->node, &p->ledger->pins);
}

static void pin_unlink(struct pin *p)
{
	lockdep_assert_held(&p->ledger->lock);
	if (RB_EMPTY_NODE(&p->node))
		return;
	rb_erase(&p->node, &p->ledger->pins);
	RB_CLEAR_NODE(&p->node);
}

/* --- without a use --- */

/* No table is left that KVM could have counted for: drop it. */
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

/* KVM is to find it no more. Return: 0; -EBUSY. */
static int pin_leave(struct pin *p)
{
	struct ledger *l = p->ledger;
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

/* Its last use goes. Return: it is nobody's any more; else -EBUSY. */
static int pin_go(struct pin *p)
{
	int rc = pin_leave(p);

	if (!rc) {
		list_del_init(&p->link);
		pin_unlink(p);
	}
	return rc;
}

/* The same for the end: true when it is nobody's any more, else it waits. */
static bool pin_go_or_wait(struct pin *p)
{
	if (!pin_go(p))
		return true;
	/* Who makes it enter will look himself. */
	if (p->kvm != PIN_ENTERING)
		list_add_tail(&p->link, &p->ledger->orphans);
	return false;
}

int pin_release(struct pin *p)
{
	struct ledger *l = p->ledger;
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
	struct ledger *l = p->ledger;
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

void pin_retry(struct ledger *l, u32 most)
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

/* --- one more use --- */

/* Who has it once more is no orphan. */
static void pin_use(struct pin *p)
{
	lockdep_assert_held(&p->ledger->lock);
	list_del_init(&p->link);
	p->uses++;
}

static struct pin *pin_get(struct ledger *l, unsigned long ua, unsigned long pages)
{
	struct pin *p;

	mutex_lock(&l->lock);
	p = pin_find(l, ua, pages);
	if (p)
		pin_use(p);
	mutex_unlock(&l->lock);
	return p;
}

/* Is this where the range's next page is? It follows those that were looked at before. */
static bool pin_goes_on(const struct pin *p, struct piece *piece, u64 hpa)
{
	if (!piece->left && !runs_next(&p->runs, piece))
		return false;
	if (piece->hpa != hpa)
		return false;
	piece->hpa += PAGE_SIZE;
	piece->left -= PAGE_SIZE;
	return true;
}

static bool pin_has(const struct pin *p, struct piece *piece, struct page **page, int n)
{
	for (; n; n--, page++)
		if (!pin_goes_on(p, piece, (u64)page_to_pfn(*page) << PAGE_SHIFT))
			return false;
	return true;
}

/* Is what is mapped at these @n pages what the range has of them? */
static bool pin_current_step(const struct pin *p, struct piece *piece, unsigned long ua, int n,
			     struct page **page)
{
	int got = pages_pin(ua, n, true, page, NULL);
	bool same = got == n && pin_has(p, piece, page, n);

	if (got > 0)
		unpin_user_pages(page, got);
	return same;
}

/* Return: 0; -EINTR; -ENOENT when what is mapped there is something else. */
static int pin_current_all(const struct pin *p, struct page **page)
{
	struct piece piece;
	unsigned long at;

	runs_find(&p->runs, p->ua, &piece);
	for (at = 0; at < p->pages; at += PIN_STEP) {
		int n = min(p->pages - at, PIN_STEP);

		if (fatal_signal_pending(current))
			return -EINTR;
		if (!pin_current_step(p, &piece, p->ua + (at << PAGE_SHIFT), n, page))
			return -ENOENT;
		cond_resched();
	}
	return 0;
}

static int pin_current(const struct pin *p)
{
	struct page **page = pin_list(p->pages);
	int rc = page ? pin_current_all(p, page) : -ENOMEM;

	kfree(page);
	return rc;
}

/* Use what is there. Return: 0; -ENOENT when nothing fits; else why not. */
static int pin_join(struct ledger *l, unsigned long ua, unsigned long pages, struct pin **pin)
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
 * From now on others find it, and not what was there of the same range. But if somebody was
 * faster with the same pages, his is used. Return: which one.
 */
static struct pin *pin_publish(struct pin *p)
{
	struct ledger *l = p->ledger;
	struct pin *other, *use = p;

	mutex_lock(&l->lock);
	other = pin_find(l, p->ua, p->pages);
	if (other && runs_equal(&other->runs, &p->runs)) {
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

static int pin_new(struct ledger *l, unsigned long ua, unsigned long pages, struct pin **pin)
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

int pin_range(struct ledger *l, unsigned long ua, unsigned long pages, struct pin **pin)
{
	int rc;

	/* What only waits for KVM's end must not be shared if it need not wait any more. */
	pin_retry(l, PIN_RETRIES);
	rc = pin_join(l, ua, pages, pin);
	return rc == -ENOENT ? pin_new(l, ua, pages, pin) : rc;
}

/* --- for KVM --- */

bool pin_claim(struct pin *p)
{
	struct ledger *l = p->ledger;
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

	runs_find(&p->runs, p->ua, &piece);
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
	struct mm_struct *mm = p->ledger->mm;
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
	return mm_iommu_put(p->ledger->mm, mem) ? mem : NULL;
}

void pin_enter(struct pin *p)
{
	struct mm_iommu_table_group_mem_t *mem = pin_register(p);
	struct ledger *l = p->ledger;
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
