// SPDX-License-Identifier: GPL-2.0-only
/*
 * persist.c - the records of persistent bindings, and their other files.
 *
 * Each device, or kind of devices, has a file of udev rules as its record. The rules set the
 * driver before any driver probes, and give the group's file its owner and mode. The record also
 * lists the other files. A listed file is removed together with the last record that lists it.
 *
 * Where driverctl is installed, driverctl sets the driver, by its own files.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/persist.h"
#include "json.h"
#include "message.h"
#include "system/subject.h"
#include "system/sysroot.h"

#define RULES		"/etc/udev/rules.d"
#define RECORD		"05-vfio-pseries-"
#define RECORD_END	".rules"
#define LOAD		"/etc/modules-load.d/vfio-pseries.conf"
#define IDLE		"/etc/modprobe.d/vfio-pseries-idle.conf"
#define HOOK		"/etc/initramfs-tools/hooks/vfio-pseries-bind"
#define DRACUT		"/etc/dracut.conf.d"
#define DRIVERCTL	"/etc/driverctl.d"
#define WITH		"# with: "

#define BY	\
	"# Written by \"tcectl device bind --persist\"; \"tcectl device unbind --forget\" " \
	"removes it.\n"

static const char load_text[] = BY
	"# The first is vfio_pseries where the kernel has that, by modprobe's rule for it.\n"
	"vfio_iommu_spapr_tce\nvfio-pci\n";

static const char idle_text[] = BY "options vfio-pci disable_idle_d3=1\n";

static const char hook_text[] =
	"#!/bin/sh\n" BY
	"# Host drivers in the initramfs leave alone what these rules are about.\n"
	"case ${1:-} in\nprereqs) exit 0 ;;\nesac\n"
	". /usr/share/initramfs-tools/hook-functions\n"
	"mkdir -p \"$DESTDIR/lib/udev/rules.d\"\n"
	"cp -p " RULES "/" RECORD "*" RECORD_END " \"$DESTDIR/lib/udev/rules.d\"\n";

bool persist_is_kind(const char *selector, uint16_t *vendor, uint16_t *device)
{
	unsigned int v, d;
	int n = 0;

	if (strlen(selector) != 9 || sscanf(selector, "%4x:%4x%n", &v, &d, &n) != 2 || n != 9)
		return false;
	*vendor = v;
	*device = d;
	return true;
}

static bool valid_mode(const char *mode)
{
	return strspn(mode, "01234567") == strlen(mode) && strlen(mode) >= 3 && strlen(mode) <= 4 &&
	       strtoul(mode, NULL, 8) <= 0777;
}

bool persist_valid(const struct persist *p)
{
	gid_t gid;

	if (p->mode && !valid_mode(p->mode))
		error("'%s' is no mode of a file; 660 and 0666 are", p->mode);
	else if (p->group && !account_group(&gid, p->group))
		error("there is no group '%s'; \"groupadd -r %s\" makes one", p->group, p->group);
	else
		return true;
	return false;
}

/* A selector as a part of a file's name */
static const char *name_of(const char *selector)
{
	static char name[32];
	char *c;

	snprintf(name, sizeof(name), "%s", selector);
	for (c = name; *c; c++)
		*c = *c == ':' ? '-' : tolower((unsigned char)*c);
	return name;
}

static struct plan_file *add(struct plan *plan, const char *folder, const char *name,
			     const char *text)
{
	struct plan_file *f = &plan->file[plan->files];

	if (plan->files == PERSIST_FILES)
		return f - 1;
	plan->files++;
	snprintf(f->path, sizeof(f->path), "%s%s", folder, name);
	f->text = must(strdup(text));
	f->before = sysroot_read("%s", f->path);
	return f;
}

/* Adds all functions of the PE except bridges. */
static void add_driverctl(struct plan *plan, const struct pe *pe)
{
	unsigned int i;
	char name[32];

	for (i = 0; i < pe->functions; i++) {
		if (pci_function_is_bridge(&pe->function[i]))
			continue;
		snprintf(name, sizeof(name), "/pci-%s", pe->function[i].bdf);
		add(plan, DRIVERCTL, name, "vfio-pci\n");
	}
}

static bool has_driverctl(void)
{
	return sysroot_exists("/usr/sbin/driverctl") || sysroot_exists("/usr/bin/driverctl");
}

static void add_initramfs(struct plan *plan, const char *selector)
{
	char name[64], text[256];

	if (sysroot_exists("/usr/share/initramfs-tools"))
		add(plan, HOOK, "", hook_text);
	if (!sysroot_exists("/usr/bin/dracut") && !sysroot_exists("/usr/sbin/dracut"))
		return;
	snprintf(name, sizeof(name), "/vfio-pseries-%s.conf", name_of(selector));
	snprintf(text, sizeof(text), BY "install_items+=\" " RULES "/" RECORD "%s" RECORD_END
		 " \"\n", name_of(selector));
	add(plan, DRACUT, name, text);
}

static void driver_rules(const struct persist *p, FILE *to)
{
	uint16_t vendor, device;
	unsigned int i;

	if (persist_is_kind(p->selector, &vendor, &device)) {
		fprintf(to, "ACTION==\"add\", SUBSYSTEM==\"pci\", ATTR{vendor}==\"0x%04x\", "
			"ATTR{device}==\"0x%04x\", ATTR{driver_override}=\"vfio-pci\"\n",
			vendor, device);
		return;
	}
	for (i = 0; i < p->pe->functions && !has_driverctl(); i++)
		if (!pci_function_is_bridge(&p->pe->function[i]))
			fprintf(to, "ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"%s\", "
				"ATTR{driver_override}=\"vfio-pci\"\n", p->pe->function[i].bdf);
}

/* The rules find a group by its devices: its number may be another one at the next boot. */
static void access_rules(const struct persist *p, FILE *to)
{
	uint16_t vendor, device;

	if (!p->group && !p->mode)
		return;
	fprintf(to, "ACTION==\"add\", SUBSYSTEM==\"vfio\", ");
	if (persist_is_kind(p->selector, &vendor, &device))
		fprintf(to, "PROGRAM==\"/bin/sh -c 'grep -qx PCI_ID=%04X:%04X "
			"/sys/kernel/iommu_groups/%%k/devices/*/uevent'\", ", vendor, device);
	else
		fprintf(to, "TEST==\"/sys/kernel/iommu_groups/%%k/devices/%s\", ", p->selector);
	if (p->group)
		fprintf(to, "GROUP:=\"%s\", ", p->group);
	fprintf(to, "MODE:=\"%s\"\n", p->mode ? p->mode : "0660");
}

static char *rules_text(const struct persist *p, const struct plan *plan)
{
	char *text = NULL;
	size_t size;
	FILE *to = must(open_memstream(&text, &size));
	unsigned int i;

	fprintf(to, "# Written by \"tcectl device bind --persist %s\"; "
		"\"tcectl device unbind --forget %s\" removes\n# it and these:\n", p->selector,
		p->selector);
	for (i = 1; i < plan->files; i++)
		fprintf(to, WITH "%s\n", plan->file[i].path);
	driver_rules(p, to);
	access_rules(p, to);
	fclose(to);
	return must(text);
}

void persist_plan(const struct persist *p, struct plan *plan)
{
	struct plan_file *record;
	char name[64];

	memset(plan, 0, sizeof(*plan));
	snprintf(name, sizeof(name), "/" RECORD "%s" RECORD_END, name_of(p->selector));
	record = add(plan, RULES, name, "");
	add(plan, LOAD, "", load_text);
	if (p->no_idle_d3)
		add(plan, IDLE, "", idle_text);
	if (p->pe && has_driverctl())
		add_driverctl(plan, p->pe);
	else
		add_initramfs(plan, p->selector);
	free(record->text);
	record->text = rules_text(p, plan);
}

void persist_free(struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->files; i++) {
		free(plan->file[i].text);
		free(plan->file[i].before);
	}
}

/* The command that makes the initramfs anew, so that it gets these files. */
static const char *initramfs_command(void)
{
	if (sysroot_exists("/usr/share/initramfs-tools"))
		return "update-initramfs -u";
	return sysroot_exists("/usr/bin/dracut") || sysroot_exists("/usr/sbin/dracut") ?
		"dracut --force" : NULL;
}

static void show_initramfs(FILE *to)
{
	const char *command = initramfs_command();

	if (command)
		fprintf(to, "afterwards, for what the initramfs has of it: %s\n", command);
}

void persist_show(const struct plan *plan)
{
	FILE *to = json ? stderr : stdout;
	unsigned int i;

	for (i = 0; i < plan->files; i++) {
		const char *line = plan->file[i].text;

		fprintf(to, "%s:\n", plan->file[i].path);
		for (; *line; line += strcspn(line, "\n") + 1)
			fprintf(to, "    %.*s\n", (int)strcspn(line, "\n"), line);
	}
	show_initramfs(to);
}

static int write_file(const struct plan_file *f, const char *text)
{
	return sysroot_create(text, !strcmp(f->path, HOOK) ? 0755 : 0644, "%s", f->path);
}

static void put_back(const struct plan *plan, unsigned int files)
{
	while (files--) {
		const struct plan_file *f = &plan->file[files];
		char *before;

		if (!f->before) {
			sysroot_remove("%s", f->path);
			continue;
		}
		/* sysroot_read() has removed the newline at its end. */
		before = must(malloc(strlen(f->before) + 2));
		sprintf(before, "%s\n", f->before);
		write_file(f, before);
		free(before);
	}
}

bool persist_write(const struct plan *plan)
{
	unsigned int i;
	int rc;

	for (i = 0; i < plan->files; i++) {
		rc = write_file(&plan->file[i], plan->file[i].text);
		if (!rc)
			continue;
		error("%s: %s%s; nothing was written", plan->file[i].path, strerror(rc),
		      rc == EACCES ? ", this takes root" : "");
		put_back(plan, i);
		return false;
	}
	return true;
}

void persist_take_back(const struct plan *plan)
{
	put_back(plan, plan->files);
}

/* A search through the records */
struct debugfs_search {
	const char *what;
	const char *not_in;
	char name[80];
};

static bool is_record(const char *name)
{
	size_t n = strlen(name), end = strlen(RECORD_END);

	return !strncmp(name, RECORD, strlen(RECORD)) && n > end &&
	       !strcmp(name + n - end, RECORD_END);
}

static bool not_found_in(const char *name, void *data)
{
	struct debugfs_search *s = data;
	char *text;
	bool found;

	if (!is_record(name) || (s->not_in && !strcmp(name, s->not_in)))
		return true;
	text = sysroot_read(RULES "/%s", name);
	found = text && strstr(text, s->what);
	free(text);
	if (found)
		snprintf(s->name, sizeof(s->name), "%s", name);
	return !found;
}

/* Finds a record, other than @not_in, that has @what in its text; "" for none */
static void find_record(struct debugfs_search *s, const char *what, const char *not_in)
{
	s->what = what;
	s->not_in = not_in;
	s->name[0] = 0;
	sysroot_each(not_found_in, s, RULES);
}

static int remove_one(const char *path)
{
	int rc = sysroot_remove("%s", path);

	if (rc && rc != ENOENT) {
		error("%s: %s%s", path, strerror(rc), rc == EACCES ? "; this takes root" : "");
		return -1;
	}
	if (!rc)
		fprintf(json ? stderr : stdout, "removed %s\n", path);
	return !rc;
}

/* The record is removed last: until then the user can repeat the command. */
static int forget_record(const char *name)
{
	struct debugfs_search other;
	char *text = sysroot_read(RULES "/%s", name);
	char *line, *rest = text;
	char path[192];
	int n = 0, rc = 0;

	while (rest && rc >= 0 && (line = strsep(&rest, "\n"))) {
		if (strncmp(line, WITH, strlen(WITH)))
			continue;
		find_record(&other, line, name);
		if (*other.name)
			continue;
		rc = remove_one(line + strlen(WITH));
		n += rc;
	}
	free(text);
	snprintf(path, sizeof(path), RULES "/%s", name);
	if (rc >= 0)
		rc = remove_one(path);
	return rc < 0 ? rc : n + rc;
}

int persist_forget(const char *selector)
{
	struct debugfs_search record;
	uint16_t vendor, device;
	char what[64];
	int n;

	if (persist_is_kind(selector, &vendor, &device))
		snprintf(what, sizeof(what), "ATTR{vendor}==\"0x%04x\", ATTR{device}==\"0x%04x\"",
			 vendor, device);
	else
		snprintf(what, sizeof(what), "%s", selector);
	find_record(&record, what, NULL);
	n = *record.name ? forget_record(record.name) : 0;
	/* An initramfs that was made meanwhile has these files until it is renewed. */
	if (n > 0)
		show_initramfs(json ? stderr : stdout);
	return n;
}

void persist_apply(const struct persist *p, const struct pe *pe)
{
	const char *path = sysroot_path("/dev/vfio/%d", pe->group);
	gid_t gid;

	if (p->group && sysroot_is_live() && account_group(&gid, p->group) &&
	    chown(path, -1, gid))
		error("%s: %s", path, strerror(errno));
	if ((p->group || p->mode) && chmod(path, p->mode ? strtoul(p->mode, NULL, 8) : 0660))
		error("%s: %s", path, strerror(errno));
}
