// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot.c - the files that the next boot will read. Each question looks for a line that does what is
 * wanted, whoever wrote it. A line that does it in a way that is not known here is not found.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/boot.h"
#include "message.h"
#include "system/sysroot.h"

#define VFIO		"vfio-pci"
#define FOLDERS(name)	{ "/etc/" name, "/run/" name, "/usr/local/lib/" name, "/usr/lib/" name, \
			  "/lib/" name, NULL }

static const char *const rules[] = FOLDERS("udev/rules.d");
static const char *const options[] = FOLDERS("modprobe.d");
static const char *const loads[] = FOLDERS("modules-load.d");

/**
 * struct search - a search for a line
 * @folder: in the files of this folder
 * @fits:   is this the line? It may change the line.
 * @data:   for @fits
 */
struct search {
	const char *folder;
	bool (*fits)(char *line, void *data);
	void *data;
};

/* A backslash at a line's end makes one line of two. */
static void join_lines(char *text)
{
	char *at;

	while ((at = strstr(text, "\\\n")))
		at[0] = at[1] = ' ';
}

static bool search_file(const char *name, void *data)
{
	const struct search *s = data;
	char *text = sysroot_read("%s/%s", s->folder, name);
	char *line, *rest = text;
	bool found = false;

	if (text)
		join_lines(text);
	while (!found && rest && (line = strsep(&rest, "\n"))) {
		line += strspn(line, " \t");
		found = *line && *line != '#' && s->fits(line, s->data);
	}
	free(text);
	return !found;
}

static bool has_line(const char *const *folders, bool (*fits)(char *line, void *data), void *data)
{
	struct search s = { .fits = fits, .data = data };

	for (; *folders; folders++) {
		s.folder = *folders;
		if (!sysroot_each(search_file, &s, "%s", *folders))
			return true;
	}
	return false;
}

/* In the name of a module, '-' is the same as '_'. */
static char plain(char c)
{
	return c == '-' ? '_' : c;
}

/* Is the module named by @n bytes of @word? */
static bool is_name(const char *word, size_t n, const char *module)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (plain(word[i]) != plain(module[i]))
			return false;
	return !module[n];
}

/**
 * struct setting - a search for a module's parameter
 * @module, @name: which
 * @fits:          is this value the wanted one?
 * @data:          for @fits
 */
struct setting {
	const char *module;
	const char *name;
	bool (*fits)(const char *value, const void *data);
	const void *data;
};

/* NAME=VALUE, or NAME alone for a switch that is on */
static bool is_set(const struct setting *s, const char *word)
{
	size_t n = strcspn(word, "=");

	return n == strlen(s->name) && !strncmp(word, s->name, n) &&
	       s->fits(word[n] ? word + n + 1 : "Y", s->data);
}

/* options MODULE NAME=VALUE... */
static bool is_option(char *line, void *data)
{
	const struct setting *s = data;
	unsigned int n = 0;
	char *word;

	while ((word = strsep(&line, " \t"))) {
		if (!*word)
			continue;
		if (n == 0 && strcmp(word, "options"))
			return false;
		if (n == 1 && !is_name(word, strlen(word), s->module))
			return false;
		if (n++ > 1 && is_set(s, word))
			return true;
	}
	return false;
}

/* MODULE.NAME=VALUE on the kernel's command line, which modprobe reads as well */
static bool is_told_to_kernel(const struct setting *s)
{
	char *text = sysroot_read("/proc/cmdline");
	char *word, *rest = text;
	bool found = false;

	while (!found && rest && (word = strsep(&rest, " "))) {
		size_t n = strcspn(word, ".=");

		found = word[n] == '.' && is_name(word, n, s->module) &&
			is_set(s, word + n + 1);
	}
	free(text);
	return found;
}

static bool will_be_set(struct setting *s)
{
	return has_line(options, is_option, s) || is_told_to_kernel(s);
}

/* A switch as the kernel shows it: 'Y' or 'N'; 0 if it is none */
static char switch_of(const char *value)
{
	if (!*value || value[1])
		return 0;
	return strchr("yY1", *value) ? 'Y' : strchr("nN0", *value) ? 'N' : 0;
}

static bool is_value(const char *value, const void *wanted)
{
	char is = switch_of(value);

	return !strcmp(value, wanted) || (is && is == switch_of(wanted));
}

bool boot_sets(const char *module, const char *name, const char *value)
{
	struct setting s = { module, name, is_value, value };

	return will_be_set(&s);
}

/* vfio-pci's ids=VENDOR:DEVICE[:...],... */
static bool has_id(const char *value, const void *data)
{
	const struct pci_function *f = data;
	unsigned int vendor, device;

	for (; value; value = strchr(value, ',')) {
		value += *value == ',';
		if (sscanf(value, "%x:%x", &vendor, &device) == 2 && vendor == f->vendor &&
		    device == f->device)
			return true;
	}
	return false;
}

/* A rule that sets the function's driver: it names the function, or its kind */
static bool sets_driver(char *line, void *data)
{
	const struct pci_function *f = data;
	char vendor[32], device[32];

	if (!strstr(line, "driver_override") || !strstr(line, VFIO))
		return false;
	snprintf(vendor, sizeof(vendor), "ATTR{vendor}==\"0x%04x\"", f->vendor);
	snprintf(device, sizeof(device), "ATTR{device}==\"0x%04x\"", f->device);
	return strstr(line, f->bdf) || (strstr(line, vendor) && strstr(line, device));
}

static bool has_override(const struct pci_function *f)
{
	char *text = sysroot_read("/etc/driverctl.d/pci-%s", f->bdf);
	bool yes = text && !strcmp(text, VFIO);

	free(text);
	return yes;
}

bool boot_binds(const struct pci_function *f)
{
	struct setting ids = { VFIO, "ids", has_id, f };

	return has_override(f) || has_line(rules, sets_driver, (void *)f) || will_be_set(&ids);
}

/**
 * struct access - a search for a rule for a group's file
 * @group: who shall be able to open it
 * @f:     a function of the IOMMU group
 * @line:  the rule
 * @named: it names a function of the IOMMU group, or its kind
 */
struct access {
	const char *group;
	const struct pci_function *f;
	const char *line;
	bool named;
};

/* The value behind KEY== KEY:= or KEY= in a rule; "" without it */
static void value_of(const char *line, const char *key, char *value, size_t size)
{
	const char *at = strstr(line, key);

	*value = 0;
	if (!at)
		return;
	at += strlen(key);
	at += strspn(at, ":=");
	if (*at == '"')
		snprintf(value, size, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
}

static bool names_function(const struct pci_function *f, void *data)
{
	struct access *a = data;
	char kind[32];

	snprintf(kind, sizeof(kind), "PCI_ID=%04X:%04X", f->vendor, f->device);
	if (f->group == a->f->group)
		a->named |= strstr(a->line, f->bdf) || strstr(a->line, kind);
	return !a->named;
}

/* A rule for the files of some IOMMU groups names these by number, or by what is in them. */
static bool is_for(struct access *a)
{
	char kernel[64], number[16];

	value_of(a->line, "KERNEL", kernel, sizeof(kernel));
	snprintf(number, sizeof(number), "%d", a->f->group);
	if (*kernel && fnmatch(kernel, number, 0))
		return false;
	if (!strstr(a->line, "TEST==") && !strstr(a->line, "PROGRAM=="))
		return true;
	a->named = false;
	pci_function_each(names_function, a);
	return a->named;
}

/* With a group and no mode, udev makes it 0660. */
static bool lets_in(char *line, void *data)
{
	struct access *a = data;
	char group[64], mode[16];
	unsigned long bits;

	if (!strstr(line, "SUBSYSTEM==\"vfio\""))
		return false;
	a->line = line;
	value_of(line, "GROUP", group, sizeof(group));
	value_of(line, "MODE", mode, sizeof(mode));
	bits = *mode ? strtoul(mode, NULL, 8) : *group ? 0660 : 0;
	return ((bits & 06) == 06 || ((bits & 060) == 060 && !strcmp(group, a->group))) &&
	       is_for(a);
}

bool boot_opens(const struct pci_function *f, const char *group)
{
	struct access a = { .group = group, .f = f };

	return has_line(rules, lets_in, &a);
}

static bool is_module(char *line, void *data)
{
	return is_name(line, strcspn(line, " \t"), data);
}

bool boot_loads(const char *module)
{
	return has_line(loads, is_module, (void *)module);
}
