// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup.c - the unified hierarchy as sysfs shows it. The BPF programs that check a group's
 * access to device files can be counted, but not read.
 */
#include <ctype.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system/cgroup.h"
#include "system/pe.h"
#include "system/sysroot.h"

#define DEPTH	12

static bool ends(const char *text, size_t length, const char *with)
{
	size_t n = strlen(with);

	return length > n && !strncmp(text + length - n, with, n);
}

/* Calls @fn for each part of a path. */
static void each_part(const char *path, void (*fn)(const char *part, size_t length, void *data),
		      void *data)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n)
			fn(path, n, data);
		path += n + (path[n] == '/');
	}
}

/* The last part that @fits */
struct part {
	bool (*fits)(const char **part, size_t *length);
	char *to;
	size_t size;
};

static void keep_part(const char *part, size_t length, void *data)
{
	struct part *p = data;

	if (p->fits(&part, &length))
		snprintf(p->to, p->size, "%.*s", (int)length, part);
}

/* PREFIX-ID.scope, PREFIX-ID or ID alone */
static bool is_container(const char **part, size_t *length)
{
	const char *end = *part + *length;
	const char *at;

	if (ends(*part, *length, ".scope"))
		end -= strlen(".scope");
	for (at = end; at > *part && isxdigit((unsigned char)at[-1]); at--)
		;
	*part = at;
	*length = end - at;
	return *length == 64;
}

/* A unit's folder: a service or a scope, but not a container's scope */
static bool is_unit(const char **part, size_t *length)
{
	const char *at = *part;
	size_t n = *length;

	return (ends(at, n, ".service") || ends(at, n, ".scope")) && !is_container(&at, &n);
}

void cgroup_unit(const char *path, char *unit, size_t size)
{
	struct part p = { is_unit, unit, size };

	*unit = 0;
	each_part(path, keep_part, &p);
}

void cgroup_container(const char *path, char *id, size_t size)
{
	struct part p = { is_container, id, size };

	*id = 0;
	each_part(path, keep_part, &p);
}

uint64_t cgroup_memory_max(const char *path)
{
	uint64_t lowest = UNKNOWN;
	char at[PATH_MAX];
	char *slash;

	snprintf(at, sizeof(at), "%s", path);
	while ((slash = strrchr(at, '/')) && at[1]) {
		char *text = sysroot_read(CGROUP_ROOT "%s/memory.max", at);
		uint64_t limit = text && isdigit((unsigned char)*text) ?
			strtoull(text, NULL, 10) : UNKNOWN;

		if (limit < lowest)
			lowest = limit;
		free(text);
		*slash = 0;
	}
	return lowest;
}

enum cgroup_devices cgroup_devices(const char *path)
{
	union bpf_attr query = {
		.query.attach_type = BPF_CGROUP_DEVICE,
		.query.query_flags = BPF_F_QUERY_EFFECTIVE,
	};
	int fd, rc;

	if (!sysroot_is_live())
		return CGROUP_UNKNOWN;
	fd = open(sysroot_path(CGROUP_ROOT "%s", path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return CGROUP_UNKNOWN;
	query.query.target_fd = fd;
	rc = syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query));
	close(fd);
	if (rc)
		return CGROUP_UNKNOWN;
	return query.query.prog_cnt ? CGROUP_JUDGED : CGROUP_FREE;
}

/* A search through folders */
struct search {
	const char *name;
	char *path;
	size_t size;
	const char *at;
	unsigned int depth;
};

static bool look_in(const char *name, void *data)
{
	struct search *s = data;
	char below[PATH_MAX];
	struct search next = { s->name, s->path, s->size, below, s->depth + 1 };

	snprintf(below, sizeof(below), "%s/%s", s->at, name);
	if (!strcmp(name, s->name)) {
		snprintf(s->path, s->size, "%s", below);
		return false;
	}
	return s->depth == DEPTH || !sysroot_exists(CGROUP_ROOT "%s/cgroup.procs", below) ||
	       sysroot_each(look_in, &next, CGROUP_ROOT "%s", below);
}

bool cgroup_find(const char *name, char *path, size_t size)
{
	struct search s = { name, path, size, "", 0 };

	return !sysroot_each(look_in, &s, CGROUP_ROOT);
}

/* A search for the first process below a folder; folders called "payload" are searched first */
struct first {
	const char *at;
	unsigned int depth;
	bool payload;
	int pid;
};

static bool process_in(const char *name, void *data)
{
	struct first *f = data;
	char below[PATH_MAX];
	struct first next = { below, f->depth + 1, false, 0 };

	if (f->payload && !strstr(name, "payload"))
		return true;
	snprintf(below, sizeof(below), "%s/%s", f->at, name);
	if (f->depth == DEPTH || !sysroot_exists(CGROUP_ROOT "%s/cgroup.procs", below))
		return true;
	f->pid = sysroot_number(CGROUP_ROOT "%s/cgroup.procs", below);
	if (!f->pid)
		sysroot_each(process_in, &next, CGROUP_ROOT "%s", below);
	if (!f->pid)
		f->pid = next.pid;
	return !f->pid;
}

int cgroup_process(const char *path)
{
	struct first f = { path, 0, true, 0 };

	sysroot_each(process_in, &f, CGROUP_ROOT "%s", path);
	if (!f.pid)
		f.pid = sysroot_number(CGROUP_ROOT "%s/cgroup.procs", path);
	f.payload = false;
	if (!f.pid)
		sysroot_each(process_in, &f, CGROUP_ROOT "%s", path);
	return f.pid;
}
