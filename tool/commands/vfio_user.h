/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio_user.h - tcectl as a user of a PE: "test" and "bench" use a device as QEMU or DPDK would.
 */
#ifndef TCECTL_VFIO_USER_H
#define TCECTL_VFIO_USER_H

#include "system/pe.h"

/**
 * vfio_user_find() - a device that this user can use now
 * @name:   its BDF
 * @f:      the device
 * @locked: bytes of memory that the caller will lock
 *
 * Return: its PE, to be freed; NULL after an error message that names the obstacle and its
 * remedy.
 */
struct pe *vfio_user_find(const char *name, struct pci_function *f, uint64_t locked);

/* The last check before the device is used: is it a device of the running system? */
bool vfio_user_can_start(const struct pci_function *f);

/* The driver that serves containers: "vfio_pseries", "in-tree", or "unknown" if both are loaded */
const char *vfio_user_driver(void);

/*
 * From now on an interrupt does not end the program at once: a running child comes to its end
 * first. vfio_user_interrupted() tells whether there was an interrupt.
 */
void vfio_user_hold_interrupts(void);
bool vfio_user_interrupted(void);

#endif
