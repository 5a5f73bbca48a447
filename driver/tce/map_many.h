/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map_many.h - a MAP that is a call: of many pages, or of one that cannot go the short way.
 */
#ifndef VFIO_PSERIES_MAP_MANY_H
#define VFIO_PSERIES_MAP_MANY_H

#include <linux/types.h>

struct table;

/**
 * table_map_many() - as table_map(), whatever is there
 *
 * Context: may sleep; the IOAS's lock is held. Return: as table_map().
 */
int table_map_many(struct table *t, u64 first, u64 n, unsigned long ua, u64 perm, bool wanted);

/**
 * table_map_again() - one page went the short way, and its entry is unknown: wait for a busy
 *                     hypervisor, or take back what was refused
 * @t:      the table
 * @idx:    the entry
 * @tce:    what was to be written
 * @region: its region, which is held
 * @rc:     what hcall_put_one() said, not 0
 *
 * Context: may sleep; the IOAS's lock is held.
 * Return: 0; -ENOENT when others have settled the entry, and the MAP has to be begun anew; -EIO.
 */
int table_map_again(struct table *t, u64 idx, u64 tce, u32 region, int rc);

#endif
