/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_function.h - a PCI function as sysfs shows it.
 */
#ifndef TCECTL_PCI_FUNCTION_H
#define TCECTL_PCI_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUNCTION_BDF	16

/**
 * struct function - one PCI function
 * @bdf:    its name: domain:bus:device.function
 * @vendor: vendor id, @device: device id, @class: class and subclass
 * @driver: what it is bound to, "" for nothing
 * @group:  number of its IOMMU group, -1 for none
 * @node:   its PE's device-tree node, as a path in the tree; "" for none
 */
struct function {
	char bdf[FUNCTION_BDF];
	uint16_t vendor;
	uint16_t device;
	uint16_t class;
	char driver[32];
	int group;
	char node[256];
};

/**
 * function_load() - look at a function
 * @name: its BDF, the domain may be left out
 *
 * Return: false when there is no such function (which was not said yet).
 */
bool function_load(struct function *f, const char *name);

/* function_load(), and says that it is missing. */
bool function_find(struct function *f, const char *name);

/* Bridges are not handed to users; VFIO lets them be. */
bool function_is_bridge(const struct function *f);

/* Is it bound to VFIO? */
bool function_is_assigned(const struct function *f);

/* Does it answer? 0 when its configuration space reads as ff, -1 when that cannot be read. */
int function_responds(const struct function *f);

/**
 * function_each() - all functions, in the order of their names
 * @fn: returns false to stop
 */
void function_each(bool (*fn)(const struct function *f, void *data), void *data);

/**
 * function_use() - what the host does with it, which an unbind would end
 * @why:  "disk nvme0n1 is mounted on /" and the like
 * @size: of @why
 *
 * Return: false when nothing is known to use it.
 */
bool function_use(const struct function *f, char *why, size_t size);

#endif
