/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * container.h - containers for the VFIO core: one driver, containers named by id.
 */
#ifndef VFIO_PSERIES_CONTAINER_H
#define VFIO_PSERIES_CONTAINER_H

#include <linux/types.h>

struct ioas;

/**
 * container_driver_register() - offer the v2 API to VFIO
 *
 * Return: 0 or the error of the VFIO core.
 */
int container_driver_register(void);

/**
 * container_driver_unregister() - undo it; VFIO has no container of ours left
 *
 * Nobody is in a call of VFIO's after that. Context: sleeps for a grace period of tasks.
 */
void container_driver_unregister(void);

/**
 * container_kill_all() - end every user's IOAS before a reboot
 *
 * From now on calls on all containers, new ones included, return -ENODEV. A user whose windows
 * cannot be removed in a limited time keeps them (pe_in_use()).
 *
 * Context: sleeps, for a limited time that users cannot extend.
 */
void container_kill_all(void);

/**
 * container_each() - call @fn for each container until a call does not return 0
 * @first: the lowest id
 *
 * In ascending order of ids. A reference to the container is held while @fn runs. @fn may find it
 * dead, and may sleep. Return: what the last call returned, 0 without a container.
 */
int container_each(u32 first, int (*fn)(u32 id, struct ioas *s, void *data), void *data);

#endif
