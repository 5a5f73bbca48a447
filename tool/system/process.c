// SPDX-License-Identifier: GPL-2.0-only
/*
 * process.c - a process as /proc shows it. The process may end at any time: missing data then
 * counts as data that never existed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/pe.h"
#include "system/subject.h"
#include "system/sysroot.h"

#define CAP_IPC_LOCK	14

/* The text after "KEY:" in lines of this form; NULL without that key */
static const char *value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	while (text) {
		if (!strncmp(text, key, n) && text[n] == ':')
			return text + n + 1;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

/* The last of the four numbers of "Uid:" and "Gid:" is the one for access to files. */
static uint32_t fs_id(const char *status, const char *key)
{
	const char *at = value_of(status, key);
	uint32_t id = 0;

	if (!at || sscanf(at, "%*u %*u %*u %" SCNu32, &id) != 1)
		return ~0U;
	return id;
}

static void read_groups(struct subject *s, const char *status)
{
	const char *at = value_of(status, "Groups");
	char *end;

	while (at && *at && *at != '\n' && s->groups < SUBJECT_GROUPS) {
		s->group[s->groups] = strtoul(at, &end, 10);
		if (end == at)
			break;
		s->groups++;
		at = end + strspn(end, " \t");
	}
}

static uint64_t kilobytes(const char *status, const char *key)
{
	const char *at = value_of(status, key);

	return at ? strtoull(at, NULL, 10) << 10 : 0;
}

static bool read_status(struct subject *s)
{
	char *status = sysroot_read("/proc/%d/status", s->pid);
	const char *caps, *comm;
	char name[32] = "";

	if (!status)
		return false;
	caps = value_of(status, "CapEff");
	comm = value_of(status, "Name");
	if (comm)
		sscanf(comm, "%31s", name);
	snprintf(s->name, sizeof(s->name), "process %d (%s)", s->pid, name);
	s->uid = fs_id(status, "Uid");
	s->gid = fs_id(status, "Gid");
	read_groups(s, status);
	s->caps = caps ? strtoull(caps, NULL, 16) : 0;
	s->locked = kilobytes(status, "VmLck");
	free(status);
	return true;
}

static void read_map(const char *pid, struct subject_map *map, const char *file)
{
	char *text = sysroot_read("/proc/%s/%s", pid, file);
	char *line, *rest = text;

	while (rest && map->ranges < SUBJECT_RANGES && (line = strsep(&rest, "\n"))) {
		struct subject_range *r = &map->range[map->ranges];

		if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu32, &r->inside, &r->outside,
			   &r->count) == 3)
			map->ranges++;
	}
	free(text);
}

/* The first user namespace has one range with all numbers, each mapped to itself. */
static bool is_first_namespace(const struct subject_map *map)
{
	const struct subject_range *r = map->range;

	return !map->ranges || (map->ranges == 1 && !r->inside && !r->outside && r->count == ~0U);
}

uint64_t process_locked_max(const char *pid)
{
	char *limits = sysroot_read("/proc/%s/limits", pid);
	char *line = limits ? strstr(limits, "Max locked memory") : NULL;
	uint64_t limit = UNKNOWN;

	if (line)
		sscanf(line, "Max locked memory %" SCNu64, &limit);
	free(limits);
	return limit;
}

bool subject_is_limited(const struct subject *s)
{
	return s->locked_max != UNKNOWN && (s->own_users || !(s->caps >> CAP_IPC_LOCK & 1));
}

void subject_of_self(struct subject *s)
{
	char *status = sysroot_read("/proc/self/status");
	const char *caps = status ? value_of(status, "CapEff") : NULL;

	memset(s, 0, sizeof(*s));
	s->caps = caps ? strtoull(caps, NULL, 16) : 0;
	read_map("self", &s->uids, "uid_map");
	s->own_users = !is_first_namespace(&s->uids);
	s->locked_max = process_locked_max("self");
	free(status);
}

/* A line of /proc/PID/cgroup is NUMBER:CONTROLLERS:PATH; the unified hierarchy's is 0::PATH. */
static void read_cgroups(struct subject *s)
{
	char *text = sysroot_read("/proc/%d/cgroup", s->pid);
	char *line, *rest = text;

	while (rest && (line = strsep(&rest, "\n"))) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = 0;
		if (!strcmp(controllers, ":") && !strncmp(line, "0:", 2))
			snprintf(s->cgroup, sizeof(s->cgroup), "%s", path);
		else if (!strcmp(controllers, ":devices"))
			snprintf(s->devices, sizeof(s->devices), "%s", path);
	}
	free(text);
}

static void read_label(struct subject *s)
{
	char *label = sysroot_read("/proc/%d/attr/current", s->pid);

	snprintf(s->label, sizeof(s->label), "%s", label ? label : "");
	free(label);
}

bool subject_of_pid(struct subject *s, const char *pid)
{
	memset(s, 0, sizeof(*s));
	if (!*pid || strspn(pid, "0123456789") != strlen(pid) || strlen(pid) > 9) {
		error("%s: not the number of a process", pid);
		return false;
	}
	s->pid = atoi(pid);
	if (!read_status(s)) {
		error("%s: there is no such process; \"ps -e\" shows those that there are", pid);
		return false;
	}
	read_map(pid, &s->uids, "uid_map");
	read_map(pid, &s->gids, "gid_map");
	s->own_users = !is_first_namespace(&s->uids);
	s->locked_max = process_locked_max(pid);
	snprintf(s->limit_from, sizeof(s->limit_from), "/proc/%s/limits", pid);
	read_cgroups(s);
	read_label(s);
	return true;
}

/* A path is on the mount whose mount point is its longest leading part. */
bool process_nodev(const struct subject *s, const char *path)
{
	char *text = sysroot_read("/proc/%d/mountinfo", s->pid);
	char *line, *rest = text;
	char where[256], options[256];
	size_t longest = 0;
	bool nodev = false;

	while (rest && (line = strsep(&rest, "\n"))) {
		size_t n;

		if (sscanf(line, "%*s %*s %*s %*s %255s %255s", where, options) != 2)
			continue;
		n = strlen(where);
		if (n < longest || strncmp(path, where, n) || (n > 1 && path[n] && path[n] != '/'))
			continue;
		longest = n;
		nodev = strstr(options, "nodev");
	}
	free(text);
	return nodev;
}
