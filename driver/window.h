/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * window.h - the windows of one user: up to two tables over one PE.
 */
#ifndef VFIO_PSERIES_WINDOW_H
#define VFIO_PSERIES_WINDOW_H

#include "pe.h"
#include "table.h"

/* Levels of a TCE table that a user may ask for; a hint that we don't need. */
#define WINDOW_MAX_LEVELS	5

/**
 * struct windows - what one user has
 * @table: one per window, NULL where there is none
 *
 * Guarded by the lock of the space that it belongs to.
 */
struct windows {
	struct table *table[PE_WINDOWS];
};

/**
 * windows_open_default() - the window that a user has from the start
 *
 * Context: may sleep. Return: 0 (also when firmware has no default window) or
 * -ENOMEM.
 */
int windows_open_default(struct windows *ws, struct pe *pe, struct memory *m);

/**
 * windows_create() - one more window
 * @ws:         the user's windows
 * @pe:         its PE
 * @m:          its memory
 * @page_shift: log2 of the IOMMU page size
 * @size:       bytes
 * @levels:     0 to WINDOW_MAX_LEVELS
 * @start:      the first bus address, when 0 is returned
 *
 * Context: may sleep.
 * Return: 0; -ENOSPC; -EINVAL (geometry); -ENOMEM; -EIO; -EINTR.
 */
int windows_create(struct windows *ws, struct pe *pe, struct memory *m,
		   u32 page_shift, u64 size, u32 levels, u64 *start);

/**
 * windows_remove() - remove the window that holds a bus address
 *
 * Context: may sleep. Return: 0; -EINVAL when no window holds it; -EIO when
 * TCEs could not be cleared: then the window stays.
 */
int windows_remove(struct windows *ws, struct pe *pe, u64 ioba);

/**
 * windows_remove_all() - at the end; never fails
 *
 * Context: may sleep. Return: the number of TCEs that may still be valid.
 */
u64 windows_remove_all(struct windows *ws, struct pe *pe);

/**
 * windows_find() - the table of the window that holds a bus address, or NULL
 */
struct table *windows_find(const struct windows *ws, u64 ioba);

#endif
