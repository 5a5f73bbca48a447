// SPDX-License-Identifier: GPL-2.0-only
/*
 * v1_pages.c - a hash of pages that TCEs name, each pinned once and counted.
 *
 * How many pages are pinned is known here, so that they can be charged: with pages of 64 KiB, a
 * window of 4 KiB TCEs reaches up to 16 times its own size. As each page is pinned once, the
 * kernel's count of its pins cannot overflow, whatever a user maps.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "memory/gup.h"
#include "memory/v1_pages.h"

/* Most pages that are pinned at a time. */
#define V1_PAGES_STEP	512UL

/* TCEs per bucket. */
#define V1_PAGES_LOAD	4

/**
 * struct v1_page - a page that TCEs name
 * @next: another one in the same bucket
 * @pfn:  its frame
 * @tces: TCEs that name it or may name it, and running MAPs that hold it
 * @suspects: those of them that only may name it
 * @written: a device may have written to it
 * @next_suspect: another suspect page
 */
struct v1_page {
	struct v1_page *next;
	unsigned long pfn;
	u32 tces;
	u32 suspects;
	bool written;
	struct v1_page *next_suspect;
};

unsigned long v1_pages_span(unsigned long ua, u64 size)
{
	return ((ua & ~PAGE_MASK) + size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

int v1_pages_init(struct v1_pages *l, u64 tces)
{
	u32 shift = tces > V1_PAGES_LOAD ? ilog2(tces / V1_PAGES_LOAD) : 0;

	if (l->bucket)
		return 0;
	l->bucket = kvcalloc(1UL << shift, sizeof(*l->bucket), GFP_KERNEL_ACCOUNT);
	l->shift = shift;
	return l->bucket ? 0 : -ENOMEM;
}

void v1_pages_free(struct v1_pages *l)
{
	kvfree(l->bucket);
	l->bucket = NULL;
}

/* Users mostly have consecutive frames: these do not share a bucket. */
static struct v1_page **v1_pages_bucket(const struct v1_pages *l, unsigned long pfn)
{
	return &l->bucket[(pfn ^ pfn >> l->shift) & ((1UL << l->shift) - 1)];
}

/* Where the page is linked, or where the end of its bucket is. */
static struct v1_page **v1_pages_find(const struct v1_pages *l, unsigned long pfn)
{
	struct v1_page **at = v1_pages_bucket(l, pfn);

	lockdep_assert_held(l->lock);
	while (*at && (*at)->pfn != pfn)
		at = &(*at)->next;
	return at;
}

/* --- pinning, without a lock --- */

static int v1_pages_pin_step(struct v1_pins *p)
{
	unsigned long ua = p->ua + (p->done << PAGE_SHIFT);
	int n = min(p->n - p->done, V1_PAGES_STEP);
	int got = gup_pin(ua, n, p->write, p->page + p->done, NULL);

	if (got > 0)
		p->done += got;
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	/* When fewer were pinned than asked for, the next step returns the reason. */
	return got > 0 ? 0 : got;
}

/* Unpin the pages from the @first-th on. */
static void v1_pages_unpin_from(struct v1_pins *p, unsigned long first)
{
	while (p->done > first) {
		unpin_user_page(p->page[--p->done]);
		if (!(p->done % V1_PAGES_STEP))
			cond_resched();
	}
}

int v1_pages_pin(struct v1_pins *p, unsigned long ua, u64 size, bool write)
{
	int rc = 0;

	*p = (struct v1_pins){
		.ua = ua & PAGE_MASK,
		.n = v1_pages_span(ua, size),
		.write = write,
	};
	p->page = kvcalloc(p->n, sizeof(*p->page), GFP_KERNEL_ACCOUNT);
	if (!p->page)
		return -ENOMEM;
	while (p->done < p->n && !rc)
		rc = v1_pages_pin_step(p);
	if (rc)
		v1_pages_unpin(p);
	return rc;
}

void v1_pages_unpin(struct v1_pins *p)
{
	v1_pages_unpin_from(p, 0);
	kvfree(p->page);
	p->page = NULL;
}

/* --- holding --- */

/* Hold a page that was pinned. If it was held before, the second pin is dropped. */
static struct v1_page *v1_pages_take(struct v1_pages *l, struct page *page)
{
	struct v1_page *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	struct v1_page **at, *found;

	if (!new)
		return NULL;
	new->pfn = page_to_pfn(page);
	spin_lock(l->lock);
	at = v1_pages_find(l, new->pfn);
	found = *at;
	if (!found) {
		*at = new;
		WRITE_ONCE(l->pages, l->pages + 1);
	}
	(*at)->tces++;
	spin_unlock(l->lock);
	if (!found)
		return new;
	kfree(new);
	unpin_user_page(page);
	return found;
}

static void v1_pages_put_locked(struct v1_pages *l, unsigned long pfn, u32 n)
{
	struct v1_page **at = v1_pages_find(l, pfn);
	struct v1_page *lp = *at;

	lp->tces -= n;
	if (lp->tces)
		return;
	*at = lp->next;
	if (lp->written && page_of_file(pfn_to_page(pfn))) {
		lp->next = l->soiled;
		WRITE_ONCE(l->soiled, lp);
		return;
	}
	WRITE_ONCE(l->pages, l->pages - 1);
	unpin_user_page(pfn_to_page(pfn));
	kfree(lp);
}

static struct v1_page *v1_pages_next_soiled(struct v1_pages *l)
{
	struct v1_page *lp;

	spin_lock(l->lock);
	lp = l->soiled;
	if (lp) {
		WRITE_ONCE(l->soiled, lp->next);
		WRITE_ONCE(l->pages, l->pages - 1);
	}
	spin_unlock(l->lock);
	return lp;
}

void v1_pages_wash(struct v1_pages *l)
{
	struct v1_page *lp;

	while ((lp = v1_pages_next_soiled(l))) {
		gup_mark_files(lp->pfn, 1);
		unpin_user_page(pfn_to_page(lp->pfn));
		kfree(lp);
		cond_resched();
	}
}

/* The MAP no longer holds its first @n pages. */
static void v1_pages_put(struct v1_pages *l, struct v1_pins *p, unsigned long n)
{
	while (n) {
		spin_lock(l->lock);
		v1_pages_put_locked(l, p->held[--n]->pfn, 1);
		spin_unlock(l->lock);
		if (!(n % V1_PAGES_STEP))
			cond_resched();
	}
}

/* Pages from the @i-th on are only pinned, those before are held: undo both. */
static void v1_pages_unhold(struct v1_pages *l, struct v1_pins *p, unsigned long i)
{
	v1_pages_unpin_from(p, i);
	v1_pages_put(l, p, i);
	kvfree(p->held);
	p->held = NULL;
}

int v1_pages_hold(struct v1_pages *l, struct v1_pins *p)
{
	unsigned long i;

	for (i = 0; i < p->n; i++) {
		struct v1_page *lp = v1_pages_take(l, p->page[i]);

		if (!lp) {
			v1_pages_unhold(l, p, i);
			return -ENOMEM;
		}
		p->held[i] = lp;
		if (!(i % V1_PAGES_STEP))
			cond_resched();
	}
	return 0;
}

void v1_pages_end(struct v1_pages *l, struct v1_pins *p)
{
	v1_pages_put(l, p, p->n);
	kvfree(p->held);
	p->held = NULL;
}

/* --- TCEs --- */

void v1_pages_add(struct v1_pages *l, const struct v1_pins *p, unsigned long ua, u64 step, u32 n,
		  u64 *hpa)
{
	u32 i;

	spin_lock(l->lock);
	for (i = 0; i < n; i++, ua += step) {
		struct v1_page *lp = p->held[(ua - p->ua) >> PAGE_SHIFT];

		lp->tces++;
		lp->written |= p->write;
		hpa[i] = (u64)lp->pfn << PAGE_SHIFT | (ua & ~PAGE_MASK);
	}
	spin_unlock(l->lock);
}

void v1_pages_drop(struct v1_pages *l, const u64 *tce, u32 n)
{
	u32 i;

	spin_lock(l->lock);
	for (i = 0; i < n; i++)
		v1_pages_put_locked(l, tce[i] >> PAGE_SHIFT, 1);
	spin_unlock(l->lock);
}

void v1_pages_suspect(struct v1_pages *l, u64 tce)
{
	struct v1_page *lp;

	spin_lock(l->lock);
	lp = *v1_pages_find(l, tce >> PAGE_SHIFT);
	if (!lp->suspects++) {
		lp->next_suspect = l->suspect;
		l->suspect = lp;
	}
	spin_unlock(l->lock);
}

void v1_pages_trust(struct v1_pages *l)
{
	spin_lock(l->lock);
	while (l->suspect) {
		struct v1_page *lp = l->suspect;
		u32 n = lp->suspects;

		l->suspect = lp->next_suspect;
		lp->suspects = 0;
		page_mark(pfn_to_page(lp->pfn));
		v1_pages_put_locked(l, lp->pfn, n);
	}
	spin_unlock(l->lock);
}
