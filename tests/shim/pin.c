// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin.c - pinning user pages of the current process.
 *
 * As in the kernel, it stops at the first page that cannot be pinned, and returns an error only
 * if that is the first one of the call.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include "internal.h"
#include "shim.h"

int pin_user_pages_fast(unsigned long start, int n, unsigned int flags, struct page **pages)
{
	int i;

	shim_fault_in();
	for (i = 0; i < n; i++) {
		pages[i] = shim_user_page(current->mm, start + i * PAGE_SIZE);
		if (!pages[i] || !shim_pin(pages[i]))
			break;
	}
	return i ? i : -EFAULT;
}

void unpin_user_page(struct page *page)
{
	shim_unpin(page);
}

void unpin_user_pages(struct page **pages, unsigned long n)
{
	while (n--)
		unpin_user_page(pages[n]);
}

void unpin_user_page_range_dirty_lock(struct page *page, unsigned long n, bool dirty)
{
	shim_may_sleep();
	for (; n--; page++) {
		if (dirty)
			SetPageDirty(page);
		unpin_user_page(page);
	}
}
