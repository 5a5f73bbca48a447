// SPDX-License-Identifier: GPL-2.0-only
/*
 * access.c - the kernel's rule for opening a file, applied to another process or user.
 *
 * For the owner, the owner's mode bits count; for a member of the group, the group's; for all
 * others, the last three. CAP_DAC_OVERRIDE gives access if the user namespace has numbers for the
 * file's owner and group.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "system/subject.h"

#define CAP_DAC_OVERRIDE	1

/* Translates our user or group number to the namespace's; false when it has none */
static bool inside(const struct subject_map *map, uint32_t outside, uint32_t *number)
{
	unsigned int i;

	for (i = 0; i < map->ranges; i++) {
		const struct subject_range *r = &map->range[i];

		if (outside < r->outside || outside - r->outside >= r->count)
			continue;
		*number = r->inside + outside - r->outside;
		return true;
	}
	return false;
}

static bool overrides(const struct subject *s, const struct stat *st)
{
	uint32_t number;

	if (!(s->caps >> CAP_DAC_OVERRIDE & 1))
		return false;
	return !s->own_users || (inside(&s->uids, st->st_uid, &number) &&
				 inside(&s->gids, st->st_gid, &number));
}

static const char *name_inside(const struct subject *s, char *text, size_t size)
{
	uint32_t number;

	if (!s->own_users)
		*text = 0;
	else if (inside(&s->uids, s->uid, &number))
		snprintf(text, size, ", which is user %u in its user namespace", number);
	else
		snprintf(text, size, ", who has no number in its user namespace");
	return text;
}

bool subject_may_use(const struct subject *s, const struct stat *st, char *why, size_t size)
{
	const char *by = "others";
	char own[64];
	unsigned int bits = st->st_mode & 7;

	if (s->uid == st->st_uid) {
		by = "the owner";
		bits = st->st_mode >> 6 & 7;
	} else if (subject_in_group(s, st->st_gid)) {
		by = "the group";
		bits = st->st_mode >> 3 & 7;
	}
	if ((bits & 6) != 6 && overrides(s, st)) {
		snprintf(why, size, "user %u may override the mode", s->uid);
		return true;
	}
	snprintf(why, size, "mode %04o, owner %u, group %u; user %u%s is judged as %s",
		 st->st_mode & 07777, st->st_uid, st->st_gid, s->uid,
		 name_inside(s, own, sizeof(own)), by);
	return (bits & 6) == 6;
}
