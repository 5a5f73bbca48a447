/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * container.h - VFIO's view: one driver, containers named by id.
 */
#ifndef VFIO_PSERIES_CONTAINER_H
#define VFIO_PSERIES_CONTAINER_H

#include <linux/types.h>

struct ioas;

/**
 * container_driver_register() - offer the v2 API to VFIO
 *
 * Return: 0 or what VFIO says.
 */
int container_driver_register(void);

/**
 * container_driver_unregister() - VFIO has no container of ours left
 */
void container_driver_unregister(void);

/**
 * container_kill_all() - end every user's IOAS, for a reboot
 *
 * Calls on them say -ENODEV from now on, on new ones as well. A user whose windows
 * cannot be taken within a time keeps them (pe_in_use()).
 *
 * Context: sleeps, for a limited time whatever users do.
 */
void container_kill_all(void);

/**
 * container_each() - call @fn for containers until one call does not return 0
 * @first: the lowest id to begin with
 *
 * Ids go up. A container is kept while @fn runs, which may find it dead and may
 * sleep. Return: what the last call said, 0 without a container.
 */
int container_each(u32 first, int (*fn)(u32 id, struct ioas *s, void *data), void *data);

#endif
