/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioas_v1.h - the older API: memory is not registered, but charged by ENABLE and pinned by MAP.
 */
#ifndef VFIO_PSERIES_IOAS_V1_H
#define VFIO_PSERIES_IOAS_V1_H

#include <linux/types.h>

struct space;

/**
 * space_unlock_memory() - nothing is charged any more
 *
 * But for what is on its way into a MAP: those calls give that back themselves.
 *
 * Context: may sleep; takes the user's mmap_lock. The space's lock is held for writing.
 */
void space_unlock_memory(struct space *s);

/**
 * space_map_loose() - space_map() for a space of this API
 *
 * Context: faults user pages in: no lock may be held. Return: as space_map().
 */
int space_map_loose(struct space *s, u64 ioba, u64 ua, u64 size, u64 perm);

#endif
