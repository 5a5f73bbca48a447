// SPDX-License-Identifier: GPL-2.0-only
/*
 * account.c - a user's groups and limit of locked memory after a login, as pam_limits sets it.
 *
 * On the running system the C library knows all sources of users. A recorded system only has its
 * files.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/pe.h"
#include "system/subject.h"
#include "system/sysroot.h"

static struct passwd *recorded_user(const char *name)
{
	FILE *f = fopen(sysroot_path("/etc/passwd"), "re");
	struct passwd *pw = NULL;

	while (f && (pw = fgetpwent(f)) && strcmp(pw->pw_name, name))
		;
	if (f)
		fclose(f);
	return pw;
}

static void add_group(struct subject *s, gid_t gid)
{
	if (s->groups < SUBJECT_GROUPS)
		s->group[s->groups++] = gid;
}

static void recorded_groups(struct subject *s)
{
	FILE *f = fopen(sysroot_path("/etc/group"), "re");
	struct group *g;
	char **member;

	while (f && (g = fgetgrent(f)))
		for (member = g->gr_mem; *member; member++)
			if (!strcmp(*member, s->user))
				add_group(s, g->gr_gid);
	if (f)
		fclose(f);
}

bool account_read(struct subject *s, const char *user)
{
	struct passwd *pw = sysroot_is_live() ? getpwnam(user) : recorded_user(user);
	int n = SUBJECT_GROUPS;

	if (!pw && sysroot_is_live() && *user && strspn(user, "0123456789") == strlen(user))
		pw = getpwuid(strtoul(user, NULL, 10));
	if (!pw) {
		error("%s: there is no such user; \"getent passwd\" shows those that there are",
		      user);
		return false;
	}
	snprintf(s->user, sizeof(s->user), "%s", pw->pw_name);
	s->uid = pw->pw_uid;
	s->gid = pw->pw_gid;
	s->caps = pw->pw_uid ? 0 : ~0ULL;
	if (!sysroot_is_live())
		recorded_groups(s);
	else if (getgrouplist(pw->pw_name, pw->pw_gid, s->group, &n) >= 0)
		s->groups = n;
	return true;
}

bool subject_in_group(const struct subject *s, gid_t gid)
{
	unsigned int i;

	for (i = 0; i < s->groups; i++)
		if (s->group[i] == gid)
			return true;
	return s->gid == gid;
}

bool account_group(gid_t *gid, const char *group)
{
	struct group *g = NULL;
	FILE *f;

	if (sysroot_is_live()) {
		g = getgrnam(group);
	} else {
		f = fopen(sysroot_path("/etc/group"), "re");
		while (f && (g = fgetgrent(f)) && strcmp(g->gr_name, group))
			;
		if (f)
			fclose(f);
	}
	if (g)
		*gid = g->gr_gid;
	else if (*group && strspn(group, "0123456789") == strlen(group))
		*gid = strtoul(group, NULL, 10);
	else
		return false;
	return true;
}

/**
 * struct rule - the line of pam_limits that decides
 * @s:      the user
 * @rank:   1 for all, 2 for one of the user's groups, 3 for the user; the last line of the
 *          highest rank counts
 * @folder: the folder of its file
 */
struct rule {
	struct subject *s;
	int rank;
	const char *folder;
};

static int rank_of(const struct subject *s, const char *domain)
{
	gid_t gid;

	if (!strcmp(domain, s->user))
		return 3;
	if (*domain == '@')
		return account_group(&gid, domain + 1) && subject_in_group(s, gid) ? 2 : 0;
	/* A rule for everybody does not apply to root. */
	return !strcmp(domain, "*") && s->uid ? 1 : 0;
}

static void rule_line(struct rule *r, const char *line, const char *file)
{
	char domain[64], type[16], item[32], value[32];
	int rank;

	if (sscanf(line, " %63s %15s %31s %31s", domain, type, item, value) != 4 ||
	    domain[0] == '#' || strcmp(item, "memlock") || !strcmp(type, "hard"))
		return;
	rank = rank_of(r->s, domain);
	if (!rank || rank < r->rank)
		return;
	r->rank = rank;
	/* In KiB; "unlimited", "infinity" and -1 mean no limit. */
	r->s->locked_max = strspn(value, "0123456789") == strlen(value) ?
		strtoull(value, NULL, 10) << 10 : UNKNOWN;
	snprintf(r->s->limit_from, sizeof(r->s->limit_from), "%.127s", file);
}

static bool rule_file(const char *name, void *data)
{
	struct rule *r = data;
	char file[320];
	char *text, *line, *rest;
	size_t n = strlen(name);

	if (n < 5 || strcmp(name + n - 5, ".conf"))
		return true;
	snprintf(file, sizeof(file), "%s/%s", r->folder, name);
	rest = text = sysroot_read("%s", file);
	while (rest && (line = strsep(&rest, "\n")))
		rule_line(r, line, file);
	free(text);
	return true;
}

/* Without a rule, a session has the limit of the first process. */
void account_limit(struct subject *s)
{
	struct rule r = { .s = s, .folder = "/etc/security" };

	s->locked_max = process_locked_max("1");
	snprintf(s->limit_from, sizeof(s->limit_from), "the first process's, no rule of "
		 "pam_limits");
	rule_file("limits.conf", &r);
	r.folder = "/etc/security/limits.d";
	sysroot_each(rule_file, &r, "%s", r.folder);
}

bool subject_of_user(struct subject *s, const char *user)
{
	memset(s, 0, sizeof(*s));
	if (!account_read(s, user))
		return false;
	snprintf(s->name, sizeof(s->name), "user %s", s->user);
	account_limit(s);
	return true;
}
