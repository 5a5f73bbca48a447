/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio_user.h - being a user of a PE: "test" and "bench" do with a device what QEMU or DPDK would.
 */
#ifndef TCECTL_VFIO_USER_H
#define TCECTL_VFIO_USER_H

#include "system/pe.h"

/**
 * vfio_user_find() - a device that this user can use now
 * @name:   its BDF
 * @f:      the device
 * @locked: bytes of memory that will be locked
 *
 * Return: its PE, to be freed; NULL when something is in the way, which was said on standard
 * error with what mends it.
 */
struct pe *vfio_user_find(const char *name, struct pci_function *f, uint64_t locked);

/* The last check before the device is used: it is one of the running system's. */
bool vfio_user_can_start(const struct pci_function *f);

/* Who serves containers: "vfio_pseries", "in-tree", or "unknown" where both are loaded */
const char *vfio_user_driver(void);

/*
 * From now on an interrupt does not end the program at once, but lets what runs in a child come to
 * its end; vfio_user_interrupted() says that there was one.
 */
void vfio_user_hold_interrupts(void);
bool vfio_user_interrupted(void);

#endif
