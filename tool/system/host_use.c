// SPDX-License-Identifier: GPL-2.0-only
/*
 * host_use.c - what the host does with a function: a mounted disk, swap, a disk below
 * another one (LVM, RAID, encryption), a network interface that is up.
 *
 * A block device or interface belongs to the function if its folder in sysfs is below the
 * function's. NVMe disks with several paths are found through the subsystem that the function's
 * controller is in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/pci_function.h"
#include "system/sysroot.h"

#define IFF_UP	1

/**
 * struct host_use - a search
 * @f:    the function
 * @why:  where the answer goes
 * @size: of @why
 */
struct host_use {
	const struct pci_function *f;
	char *why;
	size_t size;
};

static bool below(const char *path, const char *bdf)
{
	size_t n = strlen(bdf);
	const char *at = path;

	while ((at = strstr(at, bdf))) {
		if (at > path && at[-1] == '/' && (at[n] == '/' || !at[n]))
			return true;
		at += n;
	}
	return false;
}

/* Ends the search at a controller of the NVMe subsystem at @data that belongs to the function. */
struct subsystem {
	const char *path;
	const char *bdf;
};

static bool other_controller(const char *name, void *data)
{
	const struct subsystem *s = data;
	char *real = sysroot_real("%s/%s", s->path, name);
	bool ours = real && below(real, s->bdf);

	free(real);
	return !ours;
}

static bool is_of(const struct pci_function *f, const char *class, const char *name)
{
	char *path = sysroot_real("/sys/class/%s/%s", class, name);
	bool yes = path && below(path, f->bdf);
	char *last = path && !yes && strstr(path, "/nvme-subsystem/") ? strrchr(path, '/') : NULL;

	if (last) {
		struct subsystem s = { path, f->bdf };

		*last = 0;
		yes = !sysroot_each(other_controller, &s, "%s", path);
	}
	free(path);
	return yes;
}

/* Finds where a disk is mounted: by its number, or by its name (btrfs has numbers of its own). */
static bool is_mounted(struct host_use *u, const char *disk)
{
	char *number = sysroot_read("/sys/class/block/%s/dev", disk);
	char *mounts = sysroot_read("/proc/self/mountinfo");
	char *line, *rest = mounts;
	char dev[32], where[256], name[256];
	bool found = false;

	while (!found && rest && (line = strsep(&rest, "\n"))) {
		const char *dash = strstr(line, " - ");

		if (sscanf(line, "%*s %*s %31s %*s %255s", dev, where) != 2)
			continue;
		if (!dash || sscanf(dash + 3, "%*s %255s", name) != 1)
			name[0] = 0;
		found = (number && !strcmp(dev, number)) ||
			(!strncmp(name, "/dev/", 5) && !strcmp(name + 5, disk));
	}
	if (found)
		snprintf(u->why, u->size, "disk %s is mounted on %s", disk, where);
	free(mounts);
	free(number);
	return found;
}

static bool is_swap(struct host_use *u, const char *disk)
{
	char *swaps = sysroot_read("/proc/swaps");
	char *line, *rest = swaps;
	size_t n = strlen(disk);
	bool found = false;

	while (!found && rest && (line = strsep(&rest, "\n")))
		found = !strncmp(line, "/dev/", 5) && !strncmp(line + 5, disk, n) &&
			strchr(" \t", line[5 + n]);
	if (found)
		snprintf(u->why, u->size, "disk %s is used for swap", disk);
	free(swaps);
	return found;
}

static bool holder(const char *name, void *data)
{
	struct host_use *u = data;

	snprintf(u->why, u->size, "%s", name);
	return false;
}

static bool is_held(struct host_use *u, const char *disk)
{
	char upper[64];
	struct host_use by = { .why = upper, .size = sizeof(upper) };

	if (sysroot_each(holder, &by, "/sys/class/block/%s/holders", disk))
		return false;
	snprintf(u->why, u->size, "disk %s is a part of %s", disk, upper);
	return true;
}

static bool look_at_disk(const char *name, void *data)
{
	struct host_use *u = data;

	return !is_of(u->f, "block", name) ||
	       !(is_mounted(u, name) || is_swap(u, name) || is_held(u, name));
}

static bool look_at_interface(const char *name, void *data)
{
	struct host_use *u = data;

	if (!is_of(u->f, "net", name) ||
	    !(sysroot_number("/sys/class/net/%s/flags", name) & IFF_UP))
		return true;
	snprintf(u->why, u->size, "network interface %s is up", name);
	return false;
}

bool pci_function_use(const struct pci_function *f, char *why, size_t size)
{
	struct host_use u = { f, why, size };

	return !sysroot_each(look_at_disk, &u, "/sys/class/block") ||
	       !sysroot_each(look_at_interface, &u, "/sys/class/net");
}
