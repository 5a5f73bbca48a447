/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pin_pages.h - one pinned range by itself: its pages, and what is charged for them.
 *
 * pin.c shares ranges, pin_kvm.c shows them to KVM.
 */
#ifndef VFIO_PSERIES_PIN_PAGES_H
#define VFIO_PSERIES_PIN_PAGES_H

#include <linux/types.h>
#include "memory/pin.h"

/* Most pages that are pinned, compared or unpinned at a time. */
#define PIN_STEP	512UL

/**
 * pin_alloc() - a new range without pages, with one use; nobody else knows of it
 *
 * Context: may sleep. Return: NULL without memory.
 */
struct pin *pin_alloc(struct user_mm *l, unsigned long ua, unsigned long pages);

/**
 * pin_free() - unpin the range's pages, uncharge them and free it
 *
 * Context: may sleep; takes the user's mmap_lock, and waits for pages of the user's files. Nobody
 * else knows of the range any more.
 */
void pin_free(struct pin *p);

/**
 * pin_pages() - pin all of it, as it is mapped in the calling process
 *
 * Context: faults user pages in, which may take for ever: no lock may be held.
 * Return: 0; -ENOMEM, -EINTR, -EFAULT: then pin_free() unpins those that were pinned.
 */
int pin_pages(struct pin *p);

/**
 * pin_current() - are the range's pages those that are mapped there in the calling process?
 *
 * Context: as pin_pages(); the caller has a use of it.
 * Return: 0; -ENOENT when something else is mapped there; -EINTR; -ENOMEM.
 */
int pin_current(const struct pin *p);

/**
 * pin_goes_on() - is the range's next page at this address?
 * @p:     the range
 * @piece: from page_runs_find(); moves on
 * @hpa:   host physical address
 *
 * Calls are in the order of pages, beginning with the range's first one.
 */
bool pin_goes_on(const struct pin *p, struct piece *piece, u64 hpa);

/**
 * pin_charge() - charge the owner's locked memory for it, in pages
 *
 * Context: may sleep; takes the user's mmap_lock, as do the three functions below.
 * Return: 0; -ENOMEM beyond the limit.
 */
int pin_charge(struct pin *p, unsigned long pages);
void pin_uncharge(struct pin *p, unsigned long pages);

/**
 * pin_charge_anyway() - charge pages that are pinned, and were charged a moment ago, even if the
 *                       limit was reached meanwhile
 */
void pin_charge_anyway(struct pin *p);

/**
 * pin_charge_runs() - charge the memory of its runs, in whole pages; the rest is not charged
 *
 * Return: as pin_charge().
 */
int pin_charge_runs(struct pin *p);

#endif
