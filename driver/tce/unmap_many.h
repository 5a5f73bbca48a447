/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unmap_many.h - UNMAP as a call: of many pages, or of one that the short path cannot unmap.
 */
#ifndef VFIO_PSERIES_UNMAP_MANY_H
#define VFIO_PSERIES_UNMAP_MANY_H

#include <linux/types.h>

struct table;

/**
 * table_unmap_many() - table_unmap() for any range and any content
 *
 * Context: may sleep; the IOAS's lock is held. Return: as table_unmap().
 */
int table_unmap_many(struct table *t, u64 first, u64 n);

/**
 * table_unmap_again() - one page took the short path, and its entry is unknown: wait for a busy
 *                       hypervisor, or put back the TCE that it refused to invalidate
 * @t:   the table
 * @idx: the entry
 * @rc:  the result of hcall_put_one(), not 0
 *
 * Context: may sleep; the IOAS's lock is held. Return: as table_unmap().
 */
int table_unmap_again(struct table *t, u64 idx, int rc);

#endif
