/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unmap_many.h - an UNMAP that is a call: of many pages, or of one that cannot go the short way.
 */
#ifndef VFIO_PSERIES_UNMAP_MANY_H
#define VFIO_PSERIES_UNMAP_MANY_H

#include <linux/types.h>

struct table;

/**
 * table_unmap_many() - as table_unmap(), whatever is there
 *
 * Context: may sleep; the IOAS's lock is held. Return: as table_unmap().
 */
int table_unmap_many(struct table *t, u64 first, u64 n);

/**
 * table_unmap_again() - one page went the short way, and its entry is unknown: wait for a busy
 *                       hypervisor, or put back what it refused to take
 * @t:   the table
 * @idx: the entry
 * @rc:  what hcall_put_one() said, not 0
 *
 * Context: may sleep; the IOAS's lock is held. Return: as table_unmap().
 */
int table_unmap_again(struct table *t, u64 idx, int rc);

#endif
