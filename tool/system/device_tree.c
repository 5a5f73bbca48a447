// SPDX-License-Identifier: GPL-2.0-only
/*
 * device_tree.c - properties of LoPAR's "ibm,dma-window", "ibm,ddw-applicable" and
 * "ibm,ddw-extensions", and the properties in which the kernel records its own windows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "system/device_tree.h"
#include "system/sysroot.h"

#define NO_LIOBN	0xffffffff
#define WINDOW		"ibm,dma-window"
#define WINDOW_SAVED	"ibm,dma-window-saved"

#define LOOKS		3
#define PAUSE_US	1000

static uint64_t cells(const unsigned char *at, unsigned int n)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < 4 * n; i++)
		value = value << 8 | at[i];
	return value;
}

/* A number from a node's property; @fallback without it. */
static unsigned int cell(const char *node, const char *name, unsigned int fallback)
{
	unsigned char *bytes;
	size_t size;

	bytes = sysroot_bytes(&size, "%s%s/%s", DEVICE_TREE, node, name);
	if (bytes && size >= 4)
		fallback = cells(bytes, 1);
	free(bytes);
	return fallback;
}

/*
 * Whoever takes a PE, or gives it back, removes the default window's property under one name and
 * adds it under the other. So a property that is not there is looked for a few times.
 */
static bool look_again(unsigned int *looks)
{
	if (++*looks == LOOKS)
		return false;
	usleep(PAUSE_US);
	return true;
}

static bool find_pe_node(char *node)
{
	char *slash;

	while (*node) {
		if (sysroot_exists("%s%s/" WINDOW, DEVICE_TREE, node) ||
		    sysroot_exists("%s%s/" WINDOW_SAVED, DEVICE_TREE, node))
			return true;
		slash = strrchr(node, '/');
		if (!slash)
			return false;
		*slash = 0;
	}
	return false;
}

bool dt_pe_node(char *node)
{
	char *whole = must(strdup(node));
	unsigned int looks = 0;
	bool found;

	do {
		strcpy(node, whole);
		found = find_pe_node(node);
	} while (!found && look_again(&looks));
	free(whole);
	return found;
}

/* How many cells an address or a size has: the window's own count or the node's parent's. */
static unsigned int dma_cells(const char *node, const char *what)
{
	char own[64], general[64], parent[256];
	char *slash;

	snprintf(own, sizeof(own), "ibm,#dma-%s-cells", what);
	snprintf(general, sizeof(general), "#%s-cells", what);
	snprintf(parent, sizeof(parent), "%s", node);
	slash = strrchr(parent, '/');
	if (slash)
		*slash = 0;
	return cell(node, own, cell(parent, general, !strcmp(what, "size") ? 1 : 2));
}

/* The default window's property; @present when it has the name that says so. */
static unsigned char *default_property(const char *node, size_t *size, bool *present)
{
	unsigned int looks = 0;
	unsigned char *bytes;

	do {
		bytes = sysroot_bytes(size, "%s%s/" WINDOW, DEVICE_TREE, node);
		*present = bytes;
		if (!bytes)
			bytes = sysroot_bytes(size, "%s%s/" WINDOW_SAVED, DEVICE_TREE, node);
	} while (!bytes && look_again(&looks));
	return bytes;
}

bool dt_default_window(const char *node, struct window *w)
{
	unsigned int na = dma_cells(node, "address"), ns = dma_cells(node, "size");
	unsigned char *bytes;
	size_t size;

	memset(w, 0, sizeof(*w));
	bytes = default_property(node, &size, &w->present);
	if (!bytes || na > 2 || ns > 2 || size < 4 * (1 + na + ns)) {
		free(bytes);
		return false;
	}
	w->kind = "default";
	w->liobn = cells(bytes, 1);
	w->start = cells(bytes + 4, na);
	w->size = cells(bytes + 4 + 4 * na, ns);
	w->page_shift = 12;
	free(bytes);
	return true;
}

/* LIOBN, padding to eight bytes apart, bus address, page shift, window shift */
static bool kernels_window(const char *node, const char *name, struct window *w)
{
	unsigned char *bytes;
	size_t size;
	size_t at;
	bool there;

	bytes = sysroot_bytes(&size, "%s%s/%s", DEVICE_TREE, node, name);
	there = bytes && size >= 20 && cells(bytes, 1) != NO_LIOBN;
	if (there) {
		at = size >= 24 ? 8 : 4;
		w->liobn = cells(bytes, 1);
		w->start = cells(bytes + at, 2);
		w->page_shift = cells(bytes + at + 8, 1);
		w->size = 1ULL << (cells(bytes + at + 12, 1) & 63);
	}
	free(bytes);
	return there;
}

bool dt_host_window(const char *node, struct window *w)
{
	memset(w, 0, sizeof(*w));
	w->kind = "host";
	w->present = true;
	w->direct = true;
	if (kernels_window(node, "linux,direct64-ddr-window-info", w))
		return true;
	w->direct = false;
	return kernels_window(node, "linux,dma64-ddr-window-info", w);
}

bool dt_has_ddw(const char *node)
{
	return sysroot_exists("%s%s/ibm,ddw-applicable", DEVICE_TREE, node);
}

/* "ibm,ddw-extensions" is a count and as many cells; 0 for a missing one. */
static uint32_t extension(const char *node, unsigned int number)
{
	unsigned char *bytes;
	uint32_t value = 0;
	size_t size;

	bytes = sysroot_bytes(&size, "%s%s/ibm,ddw-extensions", DEVICE_TREE, node);
	if (bytes && size >= 4 * (number + 1) && cells(bytes, 1) >= number)
		value = cells(bytes + 4 * number, 1);
	free(bytes);
	return value;
}

bool dt_has_reset(const char *node)
{
	return extension(node, 1);
}

bool dt_has_limited(const char *node)
{
	return extension(node, 3) == 1;
}

bool dt_is_partition(void)
{
	return sysroot_exists("%s/rtas/ibm,hypertas-functions", DEVICE_TREE);
}
