/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gup.h - pages of user memory: pinned for a device, and marked dirty as the kernel requires.
 *
 * A page of an ordinary file is marked with its lock held, so that its file system learns of it:
 * a mark alone would never get it written to the disk. Kernels from 6.5 on do not pin such pages.
 */
#ifndef VFIO_PSERIES_GUP_H
#define VFIO_PSERIES_GUP_H

#include <linux/mm.h>
#include <linux/types.h>

/**
 * gup_pin() - pin pages of the calling process for a long time
 * @ua:    user address of the first, page aligned
 * @n:     how many, at least 1
 * @write: a device will write to them
 * @page:  set to the pages
 * @files: set to true if page_of_file() is true of one of them, else left alone; may be NULL
 *
 * Context: faults user pages in, which may take for ever: no lock may be held.
 * Return: how many were pinned, 1 to @n: a call for the rest tells why not more; -EFAULT: such
 * memory cannot be pinned; -ENOMEM, also for a page that is pinned very often; -EINTR.
 */
int gup_pin(unsigned long ua, int n, bool write, struct page **page, bool *files);

/**
 * gup_follow() - how many of @n pages are contiguous in memory, at least 1
 */
static inline unsigned long gup_follow(struct page **page, unsigned long n)
{
	unsigned long pfn = page_to_pfn(*page), i = 1;

	while (i < n && page_to_pfn(page[i]) == pfn + i)
		i++;
	return i;
}

/**
 * page_of_file() - is a pinned page one of an ordinary file?
 *
 * False for anonymous and shared memory, and for huge pages. Context: any.
 */
bool page_of_file(struct page *page);

/**
 * page_mark() - mark a pinned page dirty, since a device may have written to it
 *
 * Pages of ordinary files are left alone: before they are unpinned, gup_mark_files() has to
 * follow. Context: any.
 */
void page_mark(struct page *page);

/**
 * gup_mark_files() - page_mark() for pages of ordinary files; others are left alone
 * @pfn: frame of the first
 * @n:   how many consecutive pages
 *
 * Context: may sleep, for as long as the file system has the page locked.
 */
void gup_mark_files(unsigned long pfn, unsigned long n);

#endif
