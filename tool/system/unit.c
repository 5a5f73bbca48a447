// SPDX-License-Identifier: GPL-2.0-only
/*
 * unit.c - a unit of systemd: its first process or, while it does not run, what its files say.
 *
 * The program reads the files itself and does not ask systemctl: a recorded system has the files,
 * too. In the list of folders, later folders override earlier ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/cgroup.h"
#include "system/pe.h"
#include "system/subject.h"
#include "system/sysroot.h"

static const char *const folders[] = {
	"/lib/systemd/system", "/usr/lib/systemd/system", "/usr/local/lib/systemd/system",
	"/run/systemd/generator", "/run/systemd/system", "/etc/systemd/system",
};

#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

/* systemd's default if system.conf has none */
#define DEFAULT_LOCKED	(8ULL << 20)

/**
 * struct unit - what a unit's files say
 * @user, @group, @also: User=, Group=, SupplementaryGroups=
 * @locked:              LimitMEMLOCK=, the soft one; "" for none
 * @from:                which file says that
 * @file:                the one that is read
 * @policy:              DevicePolicy=
 */
struct unit {
	char user[SUBJECT_TEXT];
	char group[SUBJECT_TEXT];
	char also[SUBJECT_PATH];
	char locked[SUBJECT_TEXT];
	char from[2 * SUBJECT_TEXT];
	char file[2 * SUBJECT_PATH];
	char policy[SUBJECT_TEXT];
	struct subject *s;
};

/* Adds a line's value to a list; an empty value empties the list. */
static void append(char *list, size_t size, const char *value)
{
	size_t n = *value ? strlen(list) : 0;

	snprintf(list + n, size - n, "%s%s", n ? " " : "", value);
}

static void unit_key(struct unit *u, const char *key, const char *value)
{
	if (!strcmp(key, "User"))
		snprintf(u->user, sizeof(u->user), "%s", value);
	else if (!strcmp(key, "Group"))
		snprintf(u->group, sizeof(u->group), "%s", value);
	else if (!strcmp(key, "SupplementaryGroups"))
		append(u->also, sizeof(u->also), value);
	else if (!strcmp(key, "DeviceAllow"))
		append(u->s->only, sizeof(u->s->only), value);
	else if (!strcmp(key, "DevicePolicy"))
		snprintf(u->policy, sizeof(u->policy), "%s", value);
	else if (!strcmp(key, "PrivateDevices"))
		u->s->no_devices = strchr("1ytYT", *value) || !strcmp(value, "on");
	else if (!strcmp(key, "LimitMEMLOCK")) {
		snprintf(u->locked, sizeof(u->locked), "%.*s", (int)strcspn(value, ":"), value);
		snprintf(u->from, sizeof(u->from), "%.127s", u->file);
	}
}

static bool unit_read(struct unit *u)
{
	char *text = sysroot_read("%s", u->file);
	char *line, *rest = text;

	while (rest && (line = strsep(&rest, "\n"))) {
		char *key = line + strspn(line, " \t");
		char *value = strchr(key, '=');
		char *end;

		if (!value || *key == '#' || *key == ';')
			continue;
		*value++ = 0;
		key[strcspn(key, " \t")] = 0;
		value += strspn(value, " \t");
		end = value + strlen(value);
		while (end > value && strchr(" \t\r", end[-1]))
			*--end = 0;
		unit_key(u, key, value);
	}
	free(text);
	return text;
}

/* A file of NAME.d */
struct dropin {
	struct unit *u;
	const char *folder;
	const char *name;
};

static bool dropin(const char *name, void *data)
{
	struct dropin *d = data;
	size_t n = strlen(name);

	if (n < 5 || strcmp(name + n - 5, ".conf"))
		return true;
	snprintf(d->u->file, sizeof(d->u->file), "%s/%s.d/%s", d->folder, d->name, name);
	unit_read(d->u);
	return true;
}

/* Return: false when the unit has no file. */
static bool unit_files(struct unit *u, const char *name)
{
	bool found = false;
	size_t i;

	for (i = FOLDERS; i-- && !found;) {
		snprintf(u->file, sizeof(u->file), "%s/%s", folders[i], name);
		found = unit_read(u);
	}
	for (i = 0; i < FOLDERS; i++) {
		struct dropin d = { u, folders[i], name };

		sysroot_each(dropin, &d, "%s/%s.d", folders[i], name);
	}
	return found;
}

static void default_limit(struct unit *u)
{
	char *text = sysroot_read("/etc/systemd/system.conf");
	char *at = text ? strstr(text, "\nDefaultLimitMEMLOCK=") : NULL;

	u->s->locked_max = DEFAULT_LOCKED;
	snprintf(u->s->limit_from, sizeof(u->s->limit_from), "systemd's default");
	if (at) {
		sscanf(at, "\nDefaultLimitMEMLOCK=%63[^:\n]", u->locked);
		snprintf(u->from, sizeof(u->from), "/etc/systemd/system.conf");
	}
	free(text);
}

static void unit_limit(struct unit *u)
{
	if (!*u->locked)
		default_limit(u);
	if (!*u->locked)
		return;
	if (!size_parse(u->locked, &u->s->locked_max))
		u->s->locked_max = UNKNOWN;
	snprintf(u->s->limit_from, sizeof(u->s->limit_from), "%s", u->from);
}

static bool unit_account(struct unit *u)
{
	char *group, *rest = u->also;

	if (!account_read(u->s, *u->user ? u->user : "root"))
		return false;
	if (*u->group && !account_group(&u->s->gid, u->group))
		error("%s: there is no such group, which the unit names", u->group);
	while ((group = strsep(&rest, " \t")))
		if (*group && u->s->groups < SUBJECT_GROUPS &&
		    account_group(&u->s->group[u->s->groups], group))
			u->s->groups++;
	return true;
}

/* Once DeviceAllow= names a device, even the policy "auto" no longer allows all devices. */
static void unit_devices(struct unit *u)
{
	if (!*u->s->only && (!strcmp(u->policy, "closed") || !strcmp(u->policy, "strict")))
		snprintf(u->s->only, sizeof(u->s->only), "none");
}

/* Fills in the subject of a unit that does not run, as it will be once it runs */
static bool unit_at_rest(struct unit *u, const char *unit)
{
	if (!unit_account(u))
		return false;
	unit_limit(u);
	snprintf(u->s->name, sizeof(u->s->name), "%s, which does not run", unit);
	return true;
}

/* Fills in the subject of a running unit; reads from its files only what a process does not show */
static bool unit_at_work(struct subject *s, int process)
{
	struct subject files = *s;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", process);
	if (!subject_of_pid(s, pid))
		return false;
	s->no_devices = files.no_devices;
	memcpy(s->only, files.only, sizeof(s->only));
	return true;
}

bool subject_of_unit(struct subject *s, const char *name)
{
	char unit[SUBJECT_TEXT], path[SUBJECT_PATH];
	struct unit u = { .s = s };
	int process = 0;
	bool known;

	memset(s, 0, sizeof(*s));
	if (!*name || strchr(name, '/') || strlen(name) > SUBJECT_TEXT - 9) {
		error("%s: not the name of a unit", name);
		return false;
	}
	snprintf(unit, sizeof(unit), "%s%s", name, strchr(name, '.') ? "" : ".service");
	known = unit_files(&u, unit);
	unit_devices(&u);
	if (cgroup_find(unit, path, sizeof(path)))
		process = cgroup_process(path);
	if (!process && !known) {
		error("%s: there is no such unit; \"systemctl list-units --all\" shows those that "
		      "there are", unit);
		return false;
	}
	if (!(process ? unit_at_work(s, process) : unit_at_rest(&u, unit)))
		return false;
	snprintf(s->unit, sizeof(s->unit), "%s", unit);
	return true;
}
