/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map_many.h - MAP as a call: of many pages, or of one that the short path cannot map.
 */
#ifndef VFIO_PSERIES_MAP_MANY_H
#define VFIO_PSERIES_MAP_MANY_H

#include <linux/types.h>

struct table;

/**
 * table_map_many() - table_map() for any range and any content
 *
 * Context: may sleep; the IOAS's lock is held. Return: as table_map().
 */
int table_map_many(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm, bool wanted);

/**
 * table_map_again() - one page took the short path, and its entry is unknown: wait for a busy
 *                     hypervisor, or undo the MAP that it refused
 * @t:      the table
 * @idx:    the entry
 * @tce:    the content that was to be written
 * @region: its region, which is held
 * @rc:     the result of hcall_put_one(), not 0
 *
 * Context: may sleep; the IOAS's lock is held.
 * Return: 0; -ENOENT when another call has settled the entry, and the MAP has to start again; -EIO.
 */
int table_map_again(struct table *t, u64 idx, u64 tce, u32 region, int rc);

#endif
