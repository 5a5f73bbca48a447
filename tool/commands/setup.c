// SPDX-License-Identifier: GPL-2.0-only
/*
 * setup.c - "setup check": does a partition have what its cards need? What a card needs is data,
 * a file for each product; docs/admin.md has the words that can stand in it.
 *
 * A profile is checked when one of its cards is there, or when the user names it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "finding.h"
#include "json.h"
#include "message.h"
#include "commands/boot.h"
#include "commands/persist.h"
#include "system/pe.h"
#include "system/sysroot.h"
#include "system/subject.h"

#define SHIPPED	"/usr/share/vfio-pseries/setup.d"
#define OWN	"/etc/vfio-pseries/setup.d"

#define CARDS	8

/**
 * struct profile - what a product needs
 * @name:   for people: its file
 * @kind:   its cards, @kinds of them
 * @found:  how many of these cards are there
 * @group:  the group whose members use the cards; "" for none
 * @line:   the number of the line that is read
 * @locked: the number of the line about locked memory; 0 for none
 * @judged: false in the first pass, which only looks for cards; true in the second, which checks
 *          its lines
 */
struct profile {
	const char *name;
	struct { uint16_t vendor, device; } kind[CARDS];
	unsigned int kinds;
	unsigned int found;
	char group[64];
	unsigned int line;
	unsigned int locked;
	bool judged;
};

static unsigned int profiles;

static bool is_card(const struct profile *p, const struct pci_function *f)
{
	unsigned int i;

	for (i = 0; i < p->kinds; i++)
		if (p->kind[i].vendor == f->vendor && p->kind[i].device == f->device)
			return true;
	return false;
}

static bool count_card(const struct pci_function *f, void *data)
{
	struct profile *p = data;

	p->found += is_card(p, f);
	return true;
}

/* The profile's group, as an option for a command */
static const char *option_group(const struct profile *p)
{
	static char text[80];

	snprintf(text, sizeof(text), "%s%s", *p->group ? " --group " : "", p->group);
	return text;
}

static void check_driver(const struct pci_function *f, const char *remedy)
{
	if (!pci_function_is_assigned(f))
		found(FAILURE, f->bdf, remedy, "with %s, not with vfio-pci",
		      f->driver[0] ? f->driver : "no driver");
	else if (!boot_binds(f))
		found(WARNING, f->bdf, remedy, "with %s now; nothing binds it at the next boot",
		      f->driver);
	else
		found(GOOD, f->bdf, NULL, "with %s", f->driver);
}

/* Can the members of the profile's group open the file of the card's IOMMU group? */
static void check_file(const struct profile *p, const struct pci_function *f, const char *remedy)
{
	char file[32];
	struct stat st;
	gid_t gid;

	snprintf(file, sizeof(file), "/dev/vfio/%d", f->group);
	if (!*p->group || !account_group(&gid, p->group) || stat(sysroot_path("%s", file), &st))
		return;
	if ((st.st_mode & 06) != 06 && (st.st_gid != gid || (st.st_mode & 060) != 060))
		found(FAILURE, file, remedy, "not open to the group %s", p->group);
	else if (!boot_opens(f, p->group))
		found(WARNING, file, remedy, "open to the group %s now; nothing opens it at the "
		      "next boot", p->group);
	else
		found(GOOD, file, NULL, "open to the group %s", p->group);
}

static bool check_card(const struct pci_function *f, void *data)
{
	const struct profile *p = data;
	char remedy[160];

	if (!is_card(p, f))
		return true;
	snprintf(remedy, sizeof(remedy), "tcectl device bind --persist%s %04x:%04x",
		 option_group(p), f->vendor, f->device);
	check_driver(f, remedy);
	if (pci_function_is_assigned(f))
		check_file(p, f, remedy);
	return true;
}

/* card VENDOR:DEVICE */
static bool word_card(struct profile *p, char *const *word)
{
	if (p->kinds == CARDS ||
	    !persist_is_kind(word[0], &p->kind[p->kinds].vendor, &p->kind[p->kinds].device))
		return false;
	p->kinds++;
	return true;
}

/* group NAME */
static bool word_group(struct profile *p, char *const *word)
{
	char remedy[96];
	gid_t gid;

	snprintf(p->group, sizeof(p->group), "%s", word[0]);
	if (!p->judged)
		return true;
	snprintf(remedy, sizeof(remedy), "groupadd -r %s", word[0]);
	if (account_group(&gid, word[0]))
		found(GOOD, "group", NULL, "%s", word[0]);
	else
		found(FAILURE, "group", remedy, "there is no group %s", word[0]);
	return true;
}

static bool is_loaded(const char *module)
{
	char name[64];
	char *c;

	snprintf(name, sizeof(name), "%s", module);
	for (c = name; *c; c++)
		*c = *c == '-' ? '_' : *c;
	return sysroot_exists("/sys/module/%s", name);
}

/* Is @fn true for one of the names? "|" separates them. */
static bool any_of(const char *names, bool (*fn)(const char *module))
{
	char *copy = must(strdup(names));
	char *one, *rest = copy;
	bool yes = false;

	while (!yes && (one = strsep(&rest, "|")))
		yes = *one && fn(one);
	free(copy);
	return yes;
}

/* module NAME, or NAME|OTHER when one of them is enough */
static bool word_module(struct profile *p, char *const *word)
{
	const char *bar = strrchr(word[0], '|');
	const char *wanted = bar ? bar + 1 : word[0];
	char remedy[160];

	if (!p->judged)
		return true;
	snprintf(remedy, sizeof(remedy), "modprobe %s", wanted);
	if (any_of(word[0], is_loaded))
		found(GOOD, "module", NULL, "%s is loaded", word[0]);
	else
		found(FAILURE, "module", remedy, "%s is not loaded", word[0]);
	snprintf(remedy, sizeof(remedy), "echo %s >>/etc/modules-load.d/vfio-pci.conf", wanted);
	if (!any_of(word[0], boot_loads))
		found(WARNING, "module", remedy, "nothing loads %s at the next boot", word[0]);
	return true;
}

/* parameter MODULE NAME VALUE */
static bool word_parameter(struct profile *p, char *const *word)
{
	char remedy[320];
	char *value;
	bool same;

	if (!word[1] || !word[2])
		return false;
	if (!p->judged)
		return true;
	value = sysroot_read("/sys/module/%s/parameters/%s", word[0], word[1]);
	same = value && !strcmp(value, word[2]);
	snprintf(remedy, sizeof(remedy), "echo \"options %s %s=%s\" >/etc/modprobe.d/%s-%s.conf%s",
		 word[0], word[1], word[2], word[0], word[1], same ? "" : ", and load it anew");
	if (!same)
		found(FAILURE, "parameter", remedy, "%s of %s is %s, and should be %s", word[1],
		      word[0], value ? value : "not known", word[2]);
	else if (!boot_sets(word[0], word[1], word[2]))
		found(WARNING, "parameter", remedy, "%s of %s is %s now; nothing sets it at the "
		      "next boot", word[1], word[0], value);
	else
		found(GOOD, "parameter", NULL, "%s of %s is %s", word[1], word[0], value);
	free(value);
	return true;
}

/* memlock SIZE: for the group's members, after a login */
static bool word_memlock(struct profile *p, char *const *word)
{
	struct subject s = { .uid = ~0U, .gid = ~0U };
	uint64_t size;
	char remedy[256];
	bool enough;

	if (!size_parse(word[0], &size))
		return false;
	p->locked = p->line;
	if (!p->judged)
		return true;
	if (!account_group(&s.gid, p->group))
		return true;
	account_limit(&s);
	enough = s.locked_max >= size;
	snprintf(remedy, sizeof(remedy), "echo \"@%s - memlock %" PRIu64 "\" "
		 ">/etc/security/limits.d/vfio.conf, then a new login", p->group, size >> 10);
	found(enough ? GOOD : FAILURE, "locked memory", enough ? NULL : remedy,
	      "the group %s may lock %s (%s)%s%s", p->group,
	      s.locked_max == UNKNOWN ? "all" : size_text(s.locked_max), s.limit_from,
	      enough ? "" : ", and takes ", enough ? "" : word[0]);
	return true;
}

static const struct word {
	const char *name;
	bool (*fn)(struct profile *p, char *const *word);
} words[] = {
	{ "card", word_card }, { "group", word_group }, { "module", word_module },
	{ "parameter", word_parameter }, { "memlock", word_memlock },
};

/* Return: false when the line is not valid. */
static bool read_line(struct profile *p, char *line)
{
	char *part[5] = { NULL };
	unsigned int n = 0;
	size_t i;
	char *one;

	line[strcspn(line, "#")] = 0;
	while (n < 5 && (one = strsep(&line, " \t")))
		if (*one)
			part[n++] = one;
	if (!n)
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].name, part[0]))
			return part[1] && words[i].fn(p, part + 1);
	return false;
}

static bool read_profile(struct profile *p, const char *text)
{
	char *copy = must(strdup(text));
	char *line, *rest = copy;
	bool good = true;

	p->kinds = 0;
	p->line = 0;
	while (good && (line = strsep(&rest, "\n"))) {
		p->line++;
		good = read_line(p, line);
	}
	if (!good)
		error("%s: line %u makes no sense; tcectl(8) has the words", p->name, p->line);
	free(copy);
	return good;
}

/* The limit is that of the group's members. */
static bool is_complete(const struct profile *p)
{
	if (p->locked && !*p->group)
		error("%s: line %u is about the locked memory of a group, and no line says which "
		      "one: add \"group NAME\"", p->name, p->locked);
	return !p->locked || *p->group;
}

/* Return: false when the file is not valid. */
static bool check_profile(const char *path, bool named)
{
	struct profile p = { .name = path };
	char *text = sysroot_read("%s", path);
	bool good;

	if (!text) {
		error("%s: cannot be read", path);
		return false;
	}
	good = read_profile(&p, text) && is_complete(&p);
	if (good)
		pci_function_each(count_card, &p);
	if (good && (p.found || named)) {
		profiles++;
		found(p.found ? GOOD : FAILURE, "cards", p.found ? NULL : "give the partition one, "
		      "on the console or in its profile; \"lspci -n\" shows what it has",
		      "%u of %s", p.found, path);
		p.judged = true;
		read_profile(&p, text);
		pci_function_each(check_card, &p);
	}
	free(text);
	return good;
}

struct folder {
	const char *path;
	bool good;
};

/* The administrator's file replaces a shipped file of the same name. */
static bool check_named(const char *name, void *data)
{
	struct folder *folder = data;
	size_t n = strlen(name);
	char path[320];

	if (n < 5 || strcmp(name + n - 5, ".conf") ||
	    (!strcmp(folder->path, SHIPPED) && sysroot_exists(OWN "/%s", name)))
		return true;
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	folder->good &= check_profile(path, false);
	return true;
}

static bool check_folders(void)
{
	struct folder shipped = { SHIPPED, true }, own = { OWN, true };

	sysroot_each(check_named, &shipped, SHIPPED);
	sysroot_each(check_named, &own, OWN);
	if (!profiles)
		finding(GOOD, "cards", "none that a profile in " SHIPPED " or " OWN " is about",
			NULL);
	return shipped.good && own.good;
}

int setup_check(int argc, char **argv)
{
	bool good;

	if (argc > 1)
		return command_usage("setup check takes a file, or nothing");
	if (json)
		json_array(NULL);
	good = argc ? check_profile(argv[0], true) : check_folders();
	if (json)
		json_end();
	return good && !finding_failures() ? EXIT_OK : EXIT_FAILED;
}
