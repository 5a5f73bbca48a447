/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioas_v1.h - the older API: memory is not registered, but charged by ENABLE and pinned by MAP.
 */
#ifndef VFIO_PSERIES_IOAS_V1_H
#define VFIO_PSERIES_IOAS_V1_H

#include <linux/types.h>

struct ioas;

/**
 * ioas_unlock_memory() - nothing is charged any more
 *
 * But for what is on its way into a MAP: those calls give that back themselves.
 *
 * Context: may sleep; takes the user's mmap_lock. The IOAS's lock is held for writing.
 */
void ioas_unlock_memory(struct ioas *s);

/**
 * ioas_map_v1() - ioas_map() for an IOAS of this API
 *
 * Context: faults user pages in: no lock may be held. Return: as ioas_map().
 */
int ioas_map_v1(struct ioas *s, u64 ioba, u64 ua, u64 size, u64 perm);

#endif
