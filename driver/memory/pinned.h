/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pinned.h - one pinned range by itself: its pages, and what is charged for them.
 *
 * Who shares it is pin.c's business, what KVM finds of it pin_kvm.c's.
 */
#ifndef VFIO_PSERIES_PINNED_H
#define VFIO_PSERIES_PINNED_H

#include <linux/types.h>
#include "memory/pin.h"

/* Pages that are pinned, compared or unpinned at a time. */
#define PIN_STEP	512UL

/**
 * pin_alloc() - a range without pages, with one use that nobody else knows of
 *
 * Context: may sleep. Return: NULL without memory.
 */
struct pin *pin_alloc(struct mm_pins *l, unsigned long ua, unsigned long pages);

/**
 * pin_free() - unpin what is pinned of it, and give back what is charged
 *
 * Context: may sleep; takes the user's mmap_lock, and waits for pages of his files. Nobody else
 * knows of it any more.
 */
void pin_free(struct pin *p);

/**
 * pin_pages() - pin all of it, as it is mapped in the calling process
 *
 * Context: faults user pages in, which may take for ever: no lock may be held.
 * Return: 0; -ENOMEM, -EINTR, -EFAULT: pin_free() knows how far it came.
 */
int pin_pages(struct pin *p);

/**
 * pin_current() - are the range's pages those that are mapped there in the calling process?
 *
 * Context: as pin_pages(); a use of it is the caller's.
 * Return: 0; -ENOENT when something else is mapped there; -EINTR; -ENOMEM.
 */
int pin_current(const struct pin *p);

/**
 * pin_goes_on() - is this where the range's next page is?
 * @p:     the range
 * @piece: from page_runs_find(); moves on
 * @hpa:   host physical address
 *
 * Pages are asked for in order, the range's first one first.
 */
bool pin_goes_on(const struct pin *p, struct piece *piece, u64 hpa);

/**
 * pin_charge() - charge the owner's locked memory for it, in pages
 *
 * Context: may sleep; takes the user's mmap_lock, as all of these.
 * Return: 0; -ENOMEM beyond the limit.
 */
int pin_charge(struct pin *p, unsigned long pages);
void pin_uncharge(struct pin *p, unsigned long pages);

/**
 * pin_charge_anyway() - for what was charged a moment ago, and is pinned: even if the limit is
 *                       reached meanwhile
 */
void pin_charge_anyway(struct pin *p);

/**
 * pin_charge_runs() - whole pages of memory that its runs take; what is less is not looked at
 *
 * Return: as pin_charge().
 */
int pin_charge_runs(struct pin *p);

#endif
