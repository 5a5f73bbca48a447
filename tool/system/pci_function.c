// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci_function.c - finding PCI functions and the PE that each belongs to.
 *
 * A PE belongs to the device-tree node that has the default window's property: the function's own
 * node or the nearest one above it. If the host has removed the default window, the kernel has
 * saved the property under another name.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/device_tree.h"
#include "system/pci_function.h"
#include "system/sysroot.h"

#define CLASS_BRIDGE	0x06

static void find_node(struct pci_function *f)
{
	char *path = sysroot_real("/sys/bus/pci/devices/%s/of_node", f->bdf);
	char *node;

	f->node[0] = 0;
	if (path && !strncmp(path, DEVICE_TREE, strlen(DEVICE_TREE))) {
		node = path + strlen(DEVICE_TREE);
		if (dt_pe_node(node))
			snprintf(f->node, sizeof(f->node), "%s", node);
	}
	free(path);
}

static int find_group(const struct pci_function *f)
{
	char *link = sysroot_link("/sys/bus/pci/devices/%s/iommu_group", f->bdf);
	int group = link ? atoi(link) : -1;

	free(link);
	return group;
}

static void find_driver(struct pci_function *f)
{
	char *link = sysroot_link("/sys/bus/pci/devices/%s/driver", f->bdf);

	snprintf(f->driver, sizeof(f->driver), "%s", link ? link : "");
	free(link);
}

/* Names come from the command line: only a BDF may become a part of a path. */
static bool valid(const char *bdf)
{
	return strlen(bdf) < PCI_FUNCTION_BDF && strspn(bdf, "0123456789abcdef:.") == strlen(bdf) &&
	       strchr(bdf, ':') && strchr(bdf, '.') && !strstr(bdf, "..");
}

bool pci_function_load(struct pci_function *f, const char *name)
{
	const char *colon = strchr(name, ':');
	bool short_name = colon && !strchr(colon + 1, ':');
	char *c;

	memset(f, 0, sizeof(*f));
	if (snprintf(f->bdf, sizeof(f->bdf), "%s%s", short_name ? "0000:" : "", name) >=
	    (int)sizeof(f->bdf))
		return false;
	for (c = f->bdf; *c; c++)
		*c = tolower((unsigned char)*c);
	if (!valid(f->bdf) || !sysroot_exists("/sys/bus/pci/devices/%s", f->bdf))
		return false;
	f->vendor = sysroot_number("/sys/bus/pci/devices/%s/vendor", f->bdf);
	f->device = sysroot_number("/sys/bus/pci/devices/%s/device", f->bdf);
	f->class = sysroot_number("/sys/bus/pci/devices/%s/class", f->bdf) >> 8;
	f->group = find_group(f);
	find_driver(f);
	find_node(f);
	/* The function may have been removed meanwhile. */
	return sysroot_exists("/sys/bus/pci/devices/%s", f->bdf);
}

bool pci_function_find(struct pci_function *f, const char *name)
{
	if (pci_function_load(f, name))
		return true;
	error("%s: there is no such device; \"tcectl pe list\" shows those that there are", name);
	return false;
}

bool pci_function_is_bridge(const struct pci_function *f)
{
	return f->class >> 8 == CLASS_BRIDGE;
}

bool pci_function_is_assigned(const struct pci_function *f)
{
	return !strncmp(f->driver, "vfio", 4);
}

struct each {
	bool (*fn)(const struct pci_function *f, void *data);
	void *data;
};

static bool each_name(const char *name, void *data)
{
	struct each *each = data;
	struct pci_function f;

	return !pci_function_load(&f, name) || each->fn(&f, each->data);
}

void pci_function_each(bool (*fn)(const struct pci_function *f, void *data), void *data)
{
	struct each each = { fn, data };

	sysroot_each(each_name, &each, "/sys/bus/pci/devices");
}
