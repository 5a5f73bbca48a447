// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci_function.c - finding PCI functions and the PE that each belongs to.
 *
 * A PE hangs on the device-tree node that has the default window's property:
 * the function's own or the nearest one above it. Where the host has given the
 * default window up, the kernel has saved the property under another name.
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

static void find_node(struct function *f)
{
	char *path = root_real("/sys/bus/pci/devices/%s/of_node", f->bdf);
	char *node;

	f->node[0] = 0;
	if (path && !strncmp(path, TREE, strlen(TREE))) {
		node = path + strlen(TREE);
		if (tree_pe_node(node))
			snprintf(f->node, sizeof(f->node), "%s", node);
	}
	free(path);
}

static int find_group(const struct function *f)
{
	char *link = root_link("/sys/bus/pci/devices/%s/iommu_group", f->bdf);
	int group = link ? atoi(link) : -1;

	free(link);
	return group;
}

static void find_driver(struct function *f)
{
	char *link = root_link("/sys/bus/pci/devices/%s/driver", f->bdf);

	snprintf(f->driver, sizeof(f->driver), "%s", link ? link : "");
	free(link);
}

/* Names come from the command line: nothing but a BDF may become a part of a path. */
static bool valid(const char *bdf)
{
	return strlen(bdf) < FUNCTION_BDF && strspn(bdf, "0123456789abcdef:.") == strlen(bdf) &&
	       strchr(bdf, ':') && strchr(bdf, '.') && !strstr(bdf, "..");
}

bool function_load(struct function *f, const char *name)
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
	if (!valid(f->bdf) || !root_exists("/sys/bus/pci/devices/%s", f->bdf))
		return false;
	f->vendor = root_number("/sys/bus/pci/devices/%s/vendor", f->bdf);
	f->device = root_number("/sys/bus/pci/devices/%s/device", f->bdf);
	f->class = root_number("/sys/bus/pci/devices/%s/class", f->bdf) >> 8;
	f->group = find_group(f);
	find_driver(f);
	find_node(f);
	/* It may have gone while it was looked at. */
	return root_exists("/sys/bus/pci/devices/%s", f->bdf);
}

bool function_find(struct function *f, const char *name)
{
	if (function_load(f, name))
		return true;
	error("%s: there is no such device; \"tcectl pe list\" shows those that there are", name);
	return false;
}

bool function_is_bridge(const struct function *f)
{
	return f->class >> 8 == CLASS_BRIDGE;
}

bool function_is_assigned(const struct function *f)
{
	return !strncmp(f->driver, "vfio", 4);
}

int function_responds(const struct function *f)
{
	unsigned char id[4];

	if (!root_start(id, sizeof(id), "/sys/bus/pci/devices/%s/config", f->bdf))
		return -1;
	return (id[0] & id[1] & id[2] & id[3]) != 0xff;
}

struct each {
	bool (*fn)(const struct function *f, void *data);
	void *data;
};

static bool each_name(const char *name, void *data)
{
	struct each *each = data;
	struct function f;

	return !function_load(&f, name) || each->fn(&f, each->data);
}

void function_each(bool (*fn)(const struct function *f, void *data), void *data)
{
	struct each each = { fn, data };

	root_each(each_name, &each, "/sys/bus/pci/devices");
}
