// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin_pages.c - pinning, comparing and unpinning of a range's pages, some at a time.
 *
 * So a kill is noticed in between, and the list of pages is small. Where the pages are is kept
 * as runs.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "memory/user_mm.h"
#include "memory/gup.h"
#include "memory/pin_pages.h"

static void pin_unpin_piece(const struct pin *p, const struct piece *piece)
{
	unsigned long pfn = piece->hpa >> PAGE_SHIFT, left = piece->left >> PAGE_SHIFT, n;

	for (; left; left -= n, pfn += n) {
		n = min(left, PIN_STEP);
		/* It is not known to which of the pages a device wrote. */
		if (p->files && p->written)
			gup_mark_files(pfn, n);
		unpin_user_page_range_dirty_lock(pfn_to_page(pfn), n, false);
		cond_resched();
	}
}

static void pin_unpin(const struct pin *p)
{
	struct piece piece;

	if (!p->runs.pages)
		return;
	page_runs_find(&p->runs, p->ua, &piece);
	do {
		pin_unpin_piece(p, &piece);
	} while (page_runs_next(&p->runs, &piece));
}

/* When fewer are pinned than asked for, the next step returns the reason. */
static int pin_step(struct pin *p, struct page **page)
{
	unsigned long ua = p->ua + (p->runs.pages << PAGE_SHIFT);
	int n = min_t(u64, p->pages - p->runs.pages, PIN_STEP);
	int got = gup_pin(ua, n, true, page, &p->files);
	int noted;

	if (got < 0)
		return got;
	noted = page_runs_add(&p->runs, page, got);
	if (noted < got) {
		unpin_user_pages(page + noted, got - noted);
		return -ENOMEM;
	}
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/* The list that gup_pin() fills. */
static struct page **pin_list(unsigned long pages)
{
	return kmalloc_array(min(pages, PIN_STEP), sizeof(struct page *), GFP_KERNEL_ACCOUNT);
}

int pin_pages(struct pin *p)
{
	struct page **page = pin_list(p->pages);
	int rc = page ? 0 : -ENOMEM;

	while (!rc && p->runs.pages < p->pages)
		rc = pin_step(p, page);
	kfree(page);
	return rc ? rc : page_runs_trim(&p->runs);
}

bool pin_goes_on(const struct pin *p, struct piece *piece, u64 hpa)
{
	if (!piece->left && !page_runs_next(&p->runs, piece))
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

/* Are the @n pages that are mapped at @ua those of the range? */
static bool pin_current_step(const struct pin *p, struct piece *piece, unsigned long ua, int n,
			     struct page **page)
{
	int got = gup_pin(ua, n, true, page, NULL);
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

	page_runs_find(&p->runs, p->ua, &piece);
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

int pin_current(const struct pin *p)
{
	struct page **page = pin_list(p->pages);
	int rc = page ? pin_current_all(p, page) : -ENOMEM;

	kfree(page);
	return rc;
}

int pin_charge(struct pin *p, unsigned long pages)
{
	int rc = account_locked_vm(p->user_mm->mm, pages, true);

	if (!rc)
		p->charged += pages;
	return rc;
}

void pin_uncharge(struct pin *p, unsigned long pages)
{
	account_locked_vm(p->user_mm->mm, pages, false);
	p->charged -= pages;
}

void pin_charge_anyway(struct pin *p)
{
	struct mm_struct *mm = p->user_mm->mm;

	mmap_write_lock(mm);
	__account_locked_vm(mm, p->pages, true, current, true);
	mmap_write_unlock(mm);
	p->charged += p->pages;
}

int pin_charge_runs(struct pin *p)
{
	return pin_charge(p, page_runs_bytes(&p->runs) >> PAGE_SHIFT);
}

struct pin *pin_alloc(struct user_mm *l, unsigned long ua, unsigned long pages)
{
	struct pin *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	p->ua = ua;
	p->pages = pages;
	p->uses = 1;
	RB_CLEAR_NODE(&p->node);
	INIT_LIST_HEAD(&p->link);
	p->user_mm = l;
	user_mm_hold(l);
	return p;
}

void pin_free(struct pin *p)
{
	struct user_mm *l = p->user_mm;

	pin_unpin(p);
	page_runs_free(&p->runs);
	pin_uncharge(p, p->charged);
	kfree(p);
	user_mm_put(l);
}
