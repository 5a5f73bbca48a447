/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_names.h - names of PCI devices and classes.
 */
#ifndef TCECTL_PCI_NAMES_H
#define TCECTL_PCI_NAMES_H

#include <stdint.h>

/* Both are valid until the next call of the same function; numbers when there is no name. */
const char *pci_name_of_device(uint16_t vendor, uint16_t device);
const char *pci_name_of_class(uint16_t class);

#endif
