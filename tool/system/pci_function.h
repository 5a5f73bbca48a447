/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_function.h - a PCI function as sysfs shows it.
 */
#ifndef TCECTL_PCI_FUNCTION_H
#define TCECTL_PCI_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_FUNCTION_BDF	16

/**
 * struct pci_function - one PCI function
 * @bdf:    its name: domain:bus:device.function
 * @vendor: vendor id, @device: device id, @class: class and subclass
 * @driver: what it is bound to, "" for nothing
 * @group:  number of its IOMMU group, -1 for none
 * @node:   its PE's device-tree node, as a path in the tree; "" for none
 */
struct pci_function {
	char bdf[PCI_FUNCTION_BDF];
	uint16_t vendor;
	uint16_t device;
	uint16_t class;
	char driver[32];
	int group;
	char node[256];
};

/**
 * pci_function_load() - look at a function
 * @name: its BDF, the domain may be left out
 *
 * Return: false when there is no such function; prints nothing.
 */
bool pci_function_load(struct pci_function *f, const char *name);

/* The same as pci_function_load(), but prints an error if the function is missing. */
bool pci_function_find(struct pci_function *f, const char *name);

/* VFIO does not hand bridges to users, and leaves them to the host. */
bool pci_function_is_bridge(const struct pci_function *f);

/* Is it bound to VFIO? */
bool pci_function_is_assigned(const struct pci_function *f);

/**
 * enum pci_responds - what a function's configuration space says
 * @PCI_BLOCKED:    the kernel lets nobody read it now, as while it resets the function
 * @PCI_UNREADABLE: it cannot be read
 * @PCI_SILENT:     it reads as ff
 * @PCI_ANSWERS:    the function answers
 */
enum pci_responds { PCI_BLOCKED, PCI_UNREADABLE, PCI_SILENT, PCI_ANSWERS };

/* responds.c: does it answer? All functions are asked once, with patience. */
enum pci_responds pci_function_responds(const struct pci_function *f);

/**
 * pci_function_each() - all functions, in the order of their names
 * @fn: returns false to stop
 */
void pci_function_each(bool (*fn)(const struct pci_function *f, void *data), void *data);

/**
 * pci_function_use() - the host's use of a function, which an unbind would end
 * @why:  "disk nvme0n1 is mounted on /" and the like
 * @size: of @why
 *
 * Return: false when nothing is known to use it.
 */
bool pci_function_use(const struct pci_function *f, char *why, size_t size);

#endif
