/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * subject.h - the subject that shall use a device: a process, a unit of systemd or a user.
 *
 * Numbers of users and groups are those of this program's user namespace, and not those of the
 * process's own.
 */
#ifndef TCECTL_SUBJECT_H
#define TCECTL_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SUBJECT_GROUPS	256
#define SUBJECT_RANGES	16
#define SUBJECT_TEXT	64
#define SUBJECT_PATH	512

/**
 * struct subject_range - numbers of a user namespace that follow each other
 * @inside:  the first, as the namespace counts
 * @outside: the same number, as this program counts
 * @count:   how many
 */
struct subject_range {
	uint32_t inside;
	uint32_t outside;
	uint32_t count;
};

/**
 * struct subject_map - how a user namespace counts users, or groups
 * @range: its ranges, @ranges of them
 */
struct subject_map {
	struct subject_range range[SUBJECT_RANGES];
	unsigned int ranges;
};

/**
 * struct subject - the user of a device, now or in the future
 * @name:        for people: "process 4711 (qemu)"
 * @pid:         the process; 0: there is none yet
 * @unit:        its unit, "" if not known
 * @user:        the user's name, "" if not known
 * @uid, @gid:   user and group for access to files
 * @group:       further groups, @groups of them
 * @caps:        effective capabilities, a mask
 * @own_users:   it lives in a user namespace of its own
 * @uids, @gids: that namespace's numbers
 * @locked_max:  soft limit of locked memory in bytes, UNKNOWN for none
 * @limit_from:  where that limit comes from
 * @locked:      what is locked already
 * @cgroup:      its control group, below /sys/fs/cgroup; "" if not known
 * @devices:     its path below the v1 hierarchy of devices; "" if not known
 * @label:       its security context; "" for none
 * @no_devices:  the unit hides device files from it (PrivateDevices)
 * @only:        devices that the unit allows, "" for all
 */
struct subject {
	char name[2 * SUBJECT_TEXT];
	pid_t pid;
	char unit[SUBJECT_TEXT];
	char user[SUBJECT_TEXT];
	uid_t uid;
	gid_t gid;
	gid_t group[SUBJECT_GROUPS];
	unsigned int groups;
	uint64_t caps;
	bool own_users;
	struct subject_map uids;
	struct subject_map gids;
	uint64_t locked_max;
	char limit_from[2 * SUBJECT_TEXT];
	uint64_t locked;
	char cgroup[SUBJECT_PATH];
	char devices[SUBJECT_PATH];
	char label[SUBJECT_PATH];
	bool no_devices;
	char only[SUBJECT_PATH];
};

/* All of these return false after an error message. */

/* process.c: by a process's number */
bool subject_of_pid(struct subject *s, const char *pid);

/* account.c: by a user's name, as after a login */
bool subject_of_user(struct subject *s, const char *user);

/* unit.c: the unit's first process, or what its files say if it does not run */
bool subject_of_unit(struct subject *s, const char *unit);

/* account.c: user, group and further groups by name or number */
bool account_read(struct subject *s, const char *user);
bool account_group(gid_t *gid, const char *group);

/* account.c: the limit that pam_limits sets for this user and these groups */
void account_limit(struct subject *s);

/* process.c: the limit of locked memory of a process, UNKNOWN for none */
uint64_t process_locked_max(const char *pid);

/* process.c: of this program itself what its limit of locked memory depends on, and no more */
void subject_of_self(struct subject *s);

/*
 * process.c: does the limit count? Not for a process with CAP_IPC_LOCK in the first user namespace;
 * a capability that it has in another one is not accepted.
 */
bool subject_is_limited(const struct subject *s);

/* process.c: is the path, as the process names it, on a mount without device files? */
bool process_nodev(const struct subject *s, const char *path);

/**
 * subject_may_use() - access.c: can the subject open a file for reading and writing, by mode and
 * owner?
 * @st:   the file
 * @why:  gets the reason in words: which of the mode's bits apply to whom
 * @size: of @why
 */
struct stat;
bool subject_may_use(const struct subject *s, const struct stat *st, char *why, size_t size);

bool subject_in_group(const struct subject *s, gid_t gid);

#endif
