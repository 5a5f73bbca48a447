// SPDX-License-Identifier: GPL-2.0-only
/*
 * holder.c - open files as /proc shows them: a group by its name in /dev/vfio, a device by the
 * kernel's fdinfo, since all devices' files have the same name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/cgroup.h"
#include "system/holder.h"
#include "system/pe.h"
#include "system/sysroot.h"

/**
 * struct holders - all holders
 * @holder: @n of them
 * @pid:    the process that is being looked at
 * @read:   all processes have been looked at
 */
static struct holders {
	struct holder *holder;
	size_t n;
	int pid;
	bool read;
} all;

static bool is_known(int group, const char *bdf)
{
	size_t i;

	for (i = all.n; i-- && all.holder[i].pid == all.pid;)
		if (all.holder[i].group == group && !strcmp(all.holder[i].bdf, bdf))
			return true;
	return false;
}

static void describe(struct holder *h)
{
	char *command = sysroot_read("/proc/%d/comm", h->pid);
	char *cgroups = sysroot_read("/proc/%d/cgroup", h->pid);
	char *unified = cgroups ? strstr(cgroups, "0::") : NULL;

	snprintf(h->command, sizeof(h->command), "%s", command ? command : "?");
	if (unified)
		unified[strcspn(unified, "\n")] = 0;
	cgroup_unit(unified ? unified + 3 : "", h->unit, sizeof(h->unit));
	cgroup_container(unified ? unified + 3 : "", h->container, sizeof(h->container));
	free(command);
	free(cgroups);
}

static void add(int group, const char *bdf)
{
	struct holder *h;

	if (is_known(group, bdf))
		return;
	all.holder = must(realloc(all.holder, (all.n + 1) * sizeof(*all.holder)));
	h = &all.holder[all.n++];
	memset(h, 0, sizeof(*h));
	h->pid = all.pid;
	h->group = group;
	snprintf(h->bdf, sizeof(h->bdf), "%s", bdf);
	describe(h);
}

/* The device's place in sysfs, in Linux 7.x */
static void add_device(const char *fd)
{
	char *info = sysroot_read("/proc/%d/fdinfo/%s", all.pid, fd);
	char *path = info ? strstr(info, "vfio-device-syspath:") : NULL;
	char *last;

	if (path) {
		path[strcspn(path, "\n")] = 0;
		last = strrchr(path, '/');
		if (last)
			add(-1, last + 1);
	}
	free(info);
}

static bool look_at_file(const char *fd, void *data)
{
	char target[64], *end;
	unsigned long group;

	(void)data;
	if (!sysroot_target(target, sizeof(target), "/proc/%d/fd/%s", all.pid, fd))
		return true;
	if (!strcmp(target, "anon_inode:[vfio-device]"))
		add_device(fd);
	else if (!strncmp(target, "/dev/vfio/", strlen("/dev/vfio/"))) {
		group = strtoul(target + strlen("/dev/vfio/"), &end, 10);
		if (!*end && end > target + strlen("/dev/vfio/"))
			add(group, "");
	}
	return true;
}

static bool look_at_process(const char *name, void *data)
{
	(void)data;
	if (strspn(name, "0123456789") != strlen(name))
		return true;
	all.pid = atoi(name);
	sysroot_each(look_at_file, NULL, "/proc/%s/fd", name);
	return true;
}

static bool is_of(const struct holder *h, const struct pe *pe)
{
	unsigned int i;

	for (i = 0; i < pe->functions; i++)
		if (!strcmp(pe->function[i].bdf, h->bdf))
			return true;
	return h->group >= 0 && h->group == pe->group;
}

void holder_each(const struct pe *pe, bool (*fn)(const struct holder *h, void *data), void *data)
{
	int last = 0;
	size_t i;

	if (!all.read)
		sysroot_each(look_at_process, NULL, "/proc");
	all.read = true;
	for (i = 0; i < all.n; i++) {
		if (all.holder[i].pid == last || !is_of(&all.holder[i], pe))
			continue;
		last = all.holder[i].pid;
		if (!fn(&all.holder[i], data))
			return;
	}
}

const char *holder_text(const struct holder *h)
{
	static char text[256];

	snprintf(text, sizeof(text), "process %d (%s)%s%s%s%.12s", h->pid, h->command,
		 *h->unit ? " of unit " : "", h->unit, *h->container ? ", container " : "",
		 h->container);
	return text;
}

static bool keep_text(const struct holder *h, void *data)
{
	*(const char **)data = holder_text(h);
	return false;
}

const char *holder_first(const struct pe *pe)
{
	const char *text = NULL;

	holder_each(pe, keep_text, &text);
	return text;
}
