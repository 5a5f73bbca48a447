/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * holder.h - which processes have a group, or a device of it, open.
 */
#ifndef TCECTL_HOLDER_H
#define TCECTL_HOLDER_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct holder - a process that has a group or a device open
 * @pid:       its number
 * @group:     the group that it has open; -1: it only has the device @bdf open
 * @bdf:       the device, where the kernel tells it (7.x); else ""
 * @command:   the process's name
 * @unit:      its unit of systemd, "" for none
 * @container: its container, 64 hex digits, "" for none
 */
struct holder {
	int pid;
	int group;
	char bdf[16];
	char command[32];
	char unit[64];
	char container[72];
};

/**
 * holder_each() - calls @fn once for each process that has the group or the device open
 * @group: the group, @bdf: a device of it
 * @fn:    returns false to stop
 *
 * All processes are looked at once. An ordinary user only sees his own.
 */
struct pe;
void holder_each(const struct pe *pe, bool (*fn)(const struct holder *h, void *data), void *data);

/* "process 4711 (qemu) of unit machine-1.scope, container 0123456789ab", valid until the next */
const char *holder_text(const struct holder *h);

/* The first holder, as text; NULL when none is seen */
const char *holder_first(const struct pe *pe);

#endif
