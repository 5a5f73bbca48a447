/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.h - what the next boot will do for a card, by the files that it will read: rules of udev,
 * driverctl's overrides, files of modprobe and modules-load, and the kernel's command line.
 */
#ifndef TCECTL_BOOT_H
#define TCECTL_BOOT_H

#include <stdbool.h>

#include "system/pci_function.h"

/* Will vfio-pci get the function? */
bool boot_binds(const struct pci_function *f);

/* Will the members of the group be able to open the file of the function's IOMMU group? */
bool boot_opens(const struct pci_function *f, const char *group);

/* Will the module's parameter have this value? */
bool boot_sets(const char *module, const char *name, const char *value);

/* Will the module be loaded? */
bool boot_loads(const char *module);

#endif
