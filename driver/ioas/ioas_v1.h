/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioas_v1.h - the v1 API: memory is not registered, but charged by ENABLE and pinned by MAP.
 */
#ifndef VFIO_PSERIES_IOAS_V1_H
#define VFIO_PSERIES_IOAS_V1_H

#include <linux/types.h>

struct ioas;

/**
 * ioas_unlock_memory() - uncharge all locked memory
 *
 * Except the pages of running MAPs: those calls uncharge them themselves.
 *
 * Context: may sleep; takes the user's mmap_lock. The IOAS's lock is held for writing.
 */
void ioas_unlock_memory(struct ioas *s);

/**
 * ioas_map_v1() - ioas_map() for an IOAS of the v1 API
 *
 * Context: faults user pages in: no lock may be held. Return: as ioas_map().
 */
int ioas_map_v1(struct ioas *s, u64 ioba, u64 ua, u64 size, u64 perm);

#endif
