/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * window.h - the windows of one user: up to two tables over one or more PEs.
 *
 * Every window exists in every PE of the user, at the same bus address and with
 * the same size: one table, one shadow, one LIOBN per PE.
 */
#ifndef VFIO_PSERIES_WINDOW_H
#define VFIO_PSERIES_WINDOW_H

#include "kvm/kvm_table.h"
#include "pe/pe.h"
#include "tce/table.h"

/* Levels of a TCE table that a user may ask for; a hint that we don't need. */
#define WINDOW_MAX_LEVELS	5

/**
 * struct windows - the windows of one user
 * @table:   one per window, NULL where there is none
 * @pe:      the PEs, in the order of attachment
 * @pes:     how many
 * @regions: the user's registered memory
 * @unused:  kvm_tables of windows that are gone
 * @closed:  tables of windows that are gone
 *
 * Guarded by the lock of the IOAS that it belongs to.
 */
struct windows {
	struct table *table[PE_WINDOWS];
	struct pe *pe[TABLE_MAX_PES];
	u32 pes;
	struct regions *regions;
	struct kvm_table *unused;
	struct table *closed;
};

void windows_init(struct windows *ws, struct regions *regions);

/**
 * windows_add_pe() - one more PE, owned by this user
 *
 * The first PE brings its default window, which the user has from the start. A later PE gets
 * every window that exists, with all that is mapped.
 *
 * Context: may sleep. Return: 0; -EBUSY (the PE is here already, or TCEs are unknown); -EINVAL
 * (the PE cannot have the windows' page size, size or place: the log says which); -ENOSPC
 * (TABLE_MAX_PES are here); -ENOMEM; -EINTR; -EIO. On error all is as before.
 */
int windows_add_pe(struct windows *ws, struct pe *pe);

/**
 * windows_del_pe() - take a PE out; with the last one the windows are removed
 *
 * Memory that was allocated for the windows stays until windows_reap().
 *
 * Context: may sleep; waits for nothing that the user controls; never fails.
 * Return: the number of TCEs that may still be valid.
 */
u64 windows_del_pe(struct windows *ws, struct pe *pe);

/**
 * windows_reap() - free what was allocated for windows that are gone
 *
 * Context: may sleep: it takes the user's mmap_lock, which the user can hold for ever.
 */
void windows_reap(struct windows *ws);

/**
 * windows_end() - the user has no PE any more, and will get none
 *
 * Context: may sleep (RCU grace period).
 */
void windows_end(struct windows *ws);

/**
 * windows_create() - one more window
 * @ws:         the user's windows, with at least one PE
 * @page_shift: log2 of the IOMMU page size
 * @size:       bytes
 * @levels:     0 to WINDOW_MAX_LEVELS
 * @start:      set to the first bus address when 0 is returned
 *
 * Context: may sleep.
 * Return: 0; -ENOSPC; -EINVAL (geometry); -ENOMEM; -EIO; -EINTR.
 */
int windows_create(struct windows *ws, u32 page_shift, u64 size, u32 levels, u64 *start);

/**
 * windows_remove() - remove the window that holds a bus address
 *
 * Context: may sleep. Return: 0; -EINVAL when no window holds it; -EIO when
 * TCEs could not be cleared: then the window stays.
 */
int windows_remove(struct windows *ws, u64 ioba);

/**
 * windows_unmap_all() - invalidate all TCEs of all windows
 *
 * Context: may sleep. Return: as table_unmap().
 */
int windows_unmap_all(struct windows *ws);

/**
 * windows_find() - the table of the window that holds a bus address, or NULL
 */
struct table *windows_find(const struct windows *ws, u64 ioba);

/**
 * windows_pgsizes() - IOMMU page sizes that all PEs have, a mask in bytes
 */
u64 windows_pgsizes(const struct windows *ws);

/**
 * windows_max() - how many windows all PEs can have
 */
u32 windows_max(const struct windows *ws);

#endif
