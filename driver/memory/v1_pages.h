/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * v1_pages.h - pages that are pinned because TCEs name them, for the v1 API.
 *
 * Each of the kernel's pages is pinned once, however many TCEs name it. A MAP pins its
 * pages first, with no lock held, since a fault in user memory may never end. Then the
 * MAP holds them, and then its TCEs do.
 */
#ifndef VFIO_PSERIES_V1_PAGES_H
#define VFIO_PSERIES_V1_PAGES_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct v1_page;
struct page;

/**
 * struct v1_pages - the pages that one user's TCEs name
 * @lock:   guards the rest, which KVM's writes to a table change too; innermost
 * @bucket: pages by their frame numbers; NULL before the first v1_pages_init()
 * @shift:  log2 of the buckets
 * @pages:  how many are pinned
 * @suspect: pages that a TCE in an unknown state may still reach
 * @soiled: pages of ordinary files that no TCE names any more, but that a device may have
 *          written to: v1_pages_wash() has to follow
 */
struct v1_pages {
	spinlock_t *lock;
	struct v1_page **bucket;
	u32 shift;
	u64 pages;
	struct v1_page *suspect;
	struct v1_page *soiled;
};

/**
 * struct v1_pins - the pages of one MAP
 * @ua:   user address of the first
 * @n:    how many
 * @done: pinned so far
 * @write: a device will write to them
 * @page: each of them; between v1_pages_hold() and v1_pages_end() @held instead
 */
struct v1_pins {
	unsigned long ua;
	unsigned long n;
	unsigned long done;
	bool write;
	union {
		struct page **page;
		struct v1_page **held;
	};
};

/* How many of the kernel's pages a user range touches. */
unsigned long v1_pages_span(unsigned long ua, u64 size);

/**
 * v1_pages_init() - prepare for a window of @tces TCEs
 *
 * A second call does nothing. Context: may sleep. Return: 0 or -ENOMEM.
 */
int v1_pages_init(struct v1_pages *l, u64 tces);

/* Called when no page is left, soiled ones included. */
void v1_pages_free(struct v1_pages *l);

/**
 * v1_pages_pin() - pin the user pages of a MAP
 * @p:     to be filled; on error there is nothing to undo
 * @ua:    user address
 * @size:  bytes, more than 0, without overflow
 * @write: a device will write to them
 *
 * Context: faults user pages in, which may take for ever: no lock may be held.
 * Return: 0; -EFAULT; -ENOMEM; -EINTR.
 */
int v1_pages_pin(struct v1_pins *p, unsigned long ua, u64 size, bool write);

/* Undo v1_pages_pin() where v1_pages_hold() did not follow. */
void v1_pages_unpin(struct v1_pins *p);

/**
 * v1_pages_hold() - turn the pins of a MAP's pages into holds
 *
 * Context: may sleep; the IOAS's lock is held. Return: 0; -ENOMEM: all is as before.
 */
int v1_pages_hold(struct v1_pages *l, struct v1_pins *p);

/**
 * v1_pages_add() - count TCEs that are about to name some of the MAP's pages
 * @l:    the pages
 * @p:    the MAP, after v1_pages_hold()
 * @ua:   user address of the first TCE's page
 * @step: bytes from one TCE's page to the next
 * @n:    TCEs
 * @hpa:  set to the host physical address of each
 */
void v1_pages_add(struct v1_pages *l, const struct v1_pins *p, unsigned long ua, u64 step, u32 n,
		  u64 *hpa);

/**
 * v1_pages_end() - the MAP no longer holds its pages; those that no TCE names are unpinned
 */
void v1_pages_end(struct v1_pages *l, struct v1_pins *p);

/**
 * v1_pages_drop() - release the pages of TCEs that are gone
 * @l:   the pages
 * @tce: what each held
 * @n:   how many
 *
 * Context: any.
 */
void v1_pages_drop(struct v1_pages *l, const u64 *tce, u32 n);

/**
 * v1_pages_wash() - mark the soiled pages dirty and unpin them
 *
 * Context: may sleep, for as long as a file system has such a page locked.
 */
void v1_pages_wash(struct v1_pages *l);

/**
 * v1_pages_suspect() - a TCE in an unknown state may still name this page, though it was replaced
 *
 * The page stays until v1_pages_trust(). Context: any.
 */
void v1_pages_suspect(struct v1_pages *l, u64 tce);

/**
 * v1_pages_trust() - no TCE is in an unknown state any more
 *
 * Pages that were suspect are marked dirty, since a device may have written to them.
 * Context: any.
 */
void v1_pages_trust(struct v1_pages *l);

#endif
