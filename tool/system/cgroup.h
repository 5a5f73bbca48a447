/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cgroup.h - control groups: their unit and container, and what they allow.
 */
#ifndef TCECTL_CGROUP_H
#define TCECTL_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_ROOT	"/sys/fs/cgroup"

/* The unit in whose control group a path is: the last part that is no container; "" for none */
void cgroup_unit(const char *path, char *unit, size_t size);

/* The container: a name of 64 hex digits, after any prefix that a runtime uses; "" for none */
void cgroup_container(const char *path, char *id, size_t size);

/* The lowest memory.max on the way to the root; UNKNOWN for none */
uint64_t cgroup_memory_max(const char *path);

/* What is known of the programs that check a group's use of device files */
enum cgroup_devices { CGROUP_FREE, CGROUP_JUDGED, CGROUP_UNKNOWN };
enum cgroup_devices cgroup_devices(const char *path);

/**
 * cgroup_find() - the control group of that name, anywhere in the tree
 * @name: of its folder
 * @path: gets its path, below CGROUP_ROOT
 */
bool cgroup_find(const char *name, char *path, size_t size);

/* The first process in it or below it, a container's own before its monitor; 0 for none. */
int cgroup_process(const char *path);

#endif
