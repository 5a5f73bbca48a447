// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor_subject.c - what keeps a process, unit or user from using a device. Each check looks for
 * one reason of a failure and names the command that removes it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands/doctor_subject.h"
#include "finding.h"
#include "message.h"
#include "system/capacity.h"
#include "system/cgroup.h"
#include "system/selinux.h"
#include "system/sysroot.h"

#define CONTAINER	"/dev/vfio/vfio"

/* The module's own memory for a TCE, which counts as locked, too */
#define SHADOW_BYTES	12

#define REMEDY	640

static void introduce(const struct subject *s)
{
	char id[80], container[128] = "";

	cgroup_container(s->cgroup, id, sizeof(id));
	if (*id)
		snprintf(container, sizeof(container), ", container %.12s", id);
	found(GOOD, "for", NULL, "%s, user %u, group %u%s%s%s%s", s->name, s->uid, s->gid,
	      s->pid && *s->unit ? ", unit " : "", s->pid ? s->unit : "", container,
	      s->own_users ? ", in a user namespace of its own" : "");
}

/* The command that makes a file of the host visible to the process */
static void hand_in(const struct subject *s, const char *path, char *remedy)
{
	if (s->no_devices)
		snprintf(remedy, REMEDY, "systemctl edit %s: [Service] PrivateDevices=no", s->unit);
	else
		snprintf(remedy, REMEDY, "start it with the file: podman run --device " CONTAINER
			 "%s%s ...", strcmp(path, CONTAINER) ? " --device " : "",
			 strcmp(path, CONTAINER) ? path : "");
}

/* The command that gives access to the file: by the file's group, if that group may use it */
static void let_in(const struct subject *s, const struct stat *st, const char *path, char *remedy)
{
	bool by_group = (st->st_mode & 060) == 060 && st->st_gid;

	if (by_group && s->own_users)
		snprintf(remedy, REMEDY, "usermod -aG %u USER, and podman run --group-add "
			 "keep-groups ... (with crun)", st->st_gid);
	else if (by_group && *s->unit)
		snprintf(remedy, REMEDY, "systemctl edit %s: [Service] SupplementaryGroups=%u",
			 s->unit, st->st_gid);
	else if (by_group)
		snprintf(remedy, REMEDY, "usermod -aG %u %s, then a new login", st->st_gid,
			 *s->user ? s->user : "USER");
	else
		snprintf(remedy, REMEDY, "chown %u %s; for good, give it to a group of his: tcectl "
			 "device bind --persist --group NAME BDF", s->uid, path);
}

/* Finds a file in the subject's mount namespace, and compares it with the host's */
static bool find_file(const struct subject *s, const char *path, struct stat *st)
{
	char remedy[REMEDY];
	struct stat host;
	int rc;

	if (stat(sysroot_path("%s", path), &host)) {
		found(FAILURE, path, strcmp(path, CONTAINER) ? "tcectl device bind BDF" :
		      "modprobe vfio-pci", "the host has no such file");
		return false;
	}
	*st = host;
	if (!s->pid)
		return true;
	rc = stat(sysroot_path("/proc/%d/root%s", s->pid, path), st) ? errno : 0;
	hand_in(s, path, remedy);
	if (rc == EACCES || rc == EPERM)
		finding(WARNING, path, "its view of files is for root alone to look at",
			"run this as root");
	else if (rc)
		found(FAILURE, path, remedy, "not in its mount namespace");
	else if (st->st_rdev != host.st_rdev)
		found(FAILURE, path, remedy, "what it has by that name is an older device file: "
		      "the number is another one now");
	return !rc && st->st_rdev == host.st_rdev;
}

static void check_file(const struct subject *s, const char *path)
{
	char why[256], remedy[REMEDY];
	struct stat st;

	if (!s->pid && s->no_devices) {
		hand_in(s, path, remedy);
		finding(FAILURE, path, "the unit hides device files (PrivateDevices)", remedy);
		return;
	}
	if (!find_file(s, path, &st))
		return;
	let_in(s, &st, path, remedy);
	if (!subject_may_use(s, &st, why, sizeof(why)))
		found(FAILURE, path, remedy, "may not be opened: %s", why);
	else if (s->pid && process_nodev(s, path))
		finding(FAILURE, path, "its mount lets no device file be opened (nodev)",
			"give the file by --device, not as a volume");
	else
		found(GOOD, path, NULL, "may be opened: %s", why);
}

static void raise_limit(const struct subject *s, uint64_t need, char *remedy)
{
	char id[80];

	cgroup_container(s->cgroup, id, sizeof(id));
	if (*id || s->own_users)
		snprintf(remedy, REMEDY, "podman run --ulimit memlock=%" PRIu64 ":%" PRIu64 " ..., "
			 "which a rootless one can ask for only if its user may: "
			 "/etc/security/limits.d/vfio.conf \"USER - memlock %" PRIu64 "\"",
			 need, need, need >> 10);
	else if (*s->unit && strstr(s->unit, ".service"))
		snprintf(remedy, REMEDY, "systemctl edit %s: [Service] LimitMEMLOCK=%" PRIu64,
			 s->unit, need);
	else
		snprintf(remedy, REMEDY, "/etc/security/limits.d/vfio.conf: \"%s - memlock %" PRIu64
			 "\", then a new login", *s->user ? s->user : "USER", need >> 10);
}

static void check_limit(const struct subject *s, uint64_t size)
{
	uint64_t shadow = size / machine_page_size() * SHADOW_BYTES;
	uint64_t need = (s->locked + size + shadow + 0xfffff) & ~0xfffffULL;
	char remedy[REMEDY];

	raise_limit(s, need, remedy);
	if (!subject_is_limited(s))
		found(GOOD, "locked memory", NULL, "%s", s->locked_max == UNKNOWN ? "no limit" :
		      "the limit does not count for it (CAP_IPC_LOCK)");
	else if (!size)
		found(GOOD, "locked memory", NULL, "up to %s (%s), %s of it in use; --size says "
		      "whether that is enough", size_text(s->locked_max), s->limit_from,
		      size_text(s->locked));
	else if (s->locked_max < s->locked + size + shadow)
		found(FAILURE, "locked memory", remedy, "up to %s (%s), and it takes %s: %s to be "
		      "registered, %s for the module's copy of TCEs, %s in use already",
		      size_text(s->locked_max), s->limit_from, size_text(s->locked + size + shadow),
		      size_text(size), size_text(shadow), size_text(s->locked));
	else
		found(GOOD, "locked memory", NULL, "up to %s (%s), enough for %s",
		      size_text(s->locked_max), s->limit_from, size_text(size));
}

/* Pinned memory is charged to the control group. */
static void check_memory(const struct subject *s, uint64_t size)
{
	uint64_t limit = *s->cgroup ? cgroup_memory_max(s->cgroup) : UNKNOWN;
	char remedy[REMEDY];

	if (!size || limit == UNKNOWN)
		return;
	snprintf(remedy, REMEDY, "raise it: MemoryMax= of the unit, podman run --memory, a pod's "
		 "limits.memory");
	if (limit < size)
		found(FAILURE, "memory", remedy, "its control group may have %s, less than %s",
		      size_text(limit), size_text(size));
	else
		found(GOOD, "memory", NULL, "its control group may have %s", size_text(limit));
}

/* The number of VFIO's group files, from /proc/devices; 0 if not known */
static unsigned int vfio_major(void)
{
	char *text = sysroot_read("/proc/devices");
	char *line, *rest = text;
	unsigned int major = 0, number;
	char name[32];

	while (!major && rest && (line = strsep(&rest, "\n")))
		if (sscanf(line, "%u %31s", &number, name) == 2 && !strcmp(name, "vfio"))
			major = number;
	free(text);
	return major;
}

/* Is "a *:* rwm" or "c 235:* rw" among the lines? */
static bool list_allows(char *list, unsigned int major)
{
	unsigned int number;
	char *line;
	char type;

	while ((line = strsep(&list, "\n"))) {
		if (line[0] == 'a')
			return true;
		if (sscanf(line, "%c %u:", &type, &number) == 2 && type == 'c' && number == major)
			return true;
	}
	return false;
}

static void check_device_list(const struct subject *s, char *list)
{
	unsigned int major = vfio_major();

	if (!major)
		return;
	if (list_allows(list, major))
		finding(GOOD, "device control group", "lets VFIO's files be opened", NULL);
	else
		found(FAILURE, "device control group", "start it with the files: podman run "
		      "--device, DeviceAllow=char-vfio rw in a unit",
		      "%s: no line for character devices %u:*", s->devices, major);
}

/* A unit's DeviceAllow= */
static void check_device_allow(const struct subject *s)
{
	bool all = strstr(s->only, "char-vfio") || strstr(s->only, "/dev/vfio/");
	char remedy[REMEDY];

	snprintf(remedy, REMEDY, "systemctl edit %s: [Service] DeviceAllow=char-vfio rw and "
		 "DeviceAllow=" CONTAINER " rw", s->unit);
	found(all ? GOOD : FAILURE, "device control group", all ? NULL : remedy,
	      "the unit allows devices: %s", s->only);
}

static void check_device_group(const struct subject *s)
{
	char *list = *s->devices ? sysroot_read(CGROUP_ROOT "/devices%s/devices.list", s->devices)
		: NULL;
	enum cgroup_devices now = *s->cgroup ? cgroup_devices(s->cgroup) : CGROUP_UNKNOWN;

	if (list)
		check_device_list(s, list);
	else if (*s->only)
		check_device_allow(s);
	else if (now == CGROUP_FREE)
		finding(GOOD, "device control group", "judges no device file", NULL);
	else if (now == CGROUP_JUDGED)
		finding(WARNING, "device control group", "a program of its control group judges "
			"device files; what it says cannot be read",
			"if the file is there and opening it fails with EPERM: podman run "
			"--device, DeviceAllow=char-vfio rw in a unit");
	free(list);
}

/* Types that the policy does not confine, as far as we know */
static bool is_unconfined(const char *type)
{
	static const char *const types[] = {
		"unconfined_t", "unconfined_service_t", "spc_t", "init_t", "initrc_t", "kernel_t",
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(type, types[i]))
			return true;
	return false;
}

static void check_selinux(const struct subject *s, const char *path)
{
	bool use = selinux_boolean("container_use_devices") > 0;
	char type[128], file[128];

	selinux_type(s->label, type, sizeof(type));
	if (!*type || !selinux_enforcing())
		return;
	selinux_type_of(path, file, sizeof(file));
	if (is_unconfined(type))
		found(GOOD, "SELinux", NULL, "%s is not confined", type);
	else if (strncmp(type, "container", strlen("container")))
		found(WARNING, "SELinux", "if it is refused: ausearch -m avc -ts recent | "
		      "audit2allow -w", "%s is confined; whether it may use %s is not known", type,
		      *file ? file : path);
	else
		found(use ? GOOD : FAILURE, "SELinux", use ? NULL : "setsebool -P "
		      "container_use_devices 1, or for one container podman run --security-opt "
		      "label=disable", "%s %s use device files (container_use_devices is %s)", type,
		      use ? "may" : "may not", use ? "on" : "off");
}

static void check_capacity(const struct pe *pe, uint64_t size)
{
	struct capacity c;

	if (size && capacity_judge(&c, pe, size))
		finding(c.level, "capacity", c.text, c.remedy[0] ? c.remedy : NULL);
}

void doctor_subject(const struct subject *s, const struct pe *pe, uint64_t size)
{
	char group[32] = CONTAINER;

	introduce(s);
	check_file(s, CONTAINER);
	if (pe && pe->group >= 0) {
		snprintf(group, sizeof(group), "/dev/vfio/%d", pe->group);
		check_file(s, group);
	}
	check_limit(s, size);
	check_memory(s, size);
	check_device_group(s);
	check_selinux(s, group);
	if (pe)
		check_capacity(pe, size);
}
