// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysroot.c - reading and writing the kernel's files. The files are small, and their content can
 * change at any time: each is read in one go and never kept.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/sysroot.h"

const char *sysroot = "";

bool sysroot_is_live(void)
{
	return !*sysroot;
}

static const char *sysroot_vpath(const char *format, va_list args)
{
	static char path[2][PATH_MAX];
	static unsigned int turn;
	char *to = path[turn++ % 2];
	int n = snprintf(to, PATH_MAX, "%s", sysroot);

	if (n < PATH_MAX)
		vsnprintf(to + n, PATH_MAX - n, format, args);
	return to;
}

/* Puts the path below the root into @path, from the arguments after @format */
#define ROOT_PATH(path)					\
	do {						\
		va_list args;				\
							\
		va_start(args, format);			\
		(path) = sysroot_vpath(format, args);	\
		va_end(args);				\
	} while (0)

const char *sysroot_path(const char *format, ...)
{
	const char *path;

	ROOT_PATH(path);
	return path;
}

bool sysroot_exists(const char *format, ...)
{
	const char *path;

	ROOT_PATH(path);
	return !access(path, F_OK);
}

/* Reads all of a file, and puts a byte 0 behind it. */
static char *read_all(const char *path, size_t *size)
{
	size_t room = 4096, n = 0;
	char *text = malloc(room);
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && text && (got = read(fd, text + n, room - n - 1)) > 0) {
		n += got;
		if (room - n > 1)
			continue;
		room *= 2;
		text = realloc(text, room);
	}
	if (fd >= 0)
		close(fd);
	if (!text || fd < 0 || got < 0) {
		free(text);
		return NULL;
	}
	text[n] = 0;
	*size = n;
	return text;
}

char *sysroot_read(const char *format, ...)
{
	const char *path;
	size_t n;
	char *text;

	ROOT_PATH(path);
	text = read_all(path, &n);
	while (text && n && strchr(" \t\n", text[n - 1]))
		text[--n] = 0;
	return text;
}

unsigned char *sysroot_bytes(size_t *size, const char *format, ...)
{
	const char *path;

	ROOT_PATH(path);
	return (unsigned char *)read_all(path, size);
}

bool sysroot_start(unsigned char *bytes, size_t size, const char *format, ...)
{
	const char *path;
	ssize_t n = -1;
	int fd;

	ROOT_PATH(path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, bytes, size);
		close(fd);
	}
	return n == (ssize_t)size;
}

uint64_t sysroot_number(const char *format, ...)
{
	const char *path;
	uint64_t value;
	char *text;
	size_t n;

	ROOT_PATH(path);
	text = read_all(path, &n);
	value = text ? strtoull(text, NULL, 0) : 0;
	free(text);
	return value;
}

bool sysroot_target(char *target, size_t size, const char *format, ...)
{
	const char *path;
	ssize_t n;

	ROOT_PATH(path);
	n = readlink(path, target, size - 1);
	target[n > 0 ? n : 0] = 0;
	return n >= 0;
}

char *sysroot_link(const char *format, ...)
{
	char target[PATH_MAX];
	const char *path, *last;
	ssize_t n;

	ROOT_PATH(path);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return NULL;
	target[n] = 0;
	last = strrchr(target, '/');
	return strdup(last ? last + 1 : target);
}

char *sysroot_real(const char *format, ...)
{
	const char *path;
	char *real, *top;

	ROOT_PATH(path);
	real = realpath(path, NULL);
	if (!real || sysroot_is_live())
		return real;
	top = realpath(sysroot, NULL);
	if (top && !strncmp(real, top, strlen(top)))
		memmove(real, real + strlen(top), strlen(real + strlen(top)) + 1);
	free(top);
	return real;
}

int sysroot_write(const char *text, const char *format, ...)
{
	const char *path;
	ssize_t n;
	int fd, rc;

	ROOT_PATH(path);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = write(fd, text, strlen(text));
	rc = n < 0 ? errno : 0;
	close(fd);
	return rc;
}

/* Makes the folders above a file */
static void make_folders(const char *path)
{
	char folder[PATH_MAX];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	for (slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(folder, 0755);
		*slash = '/';
	}
}

static int write_new(const char *path, const char *text, unsigned int mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	size_t size = strlen(text);
	int rc = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, size) != (ssize_t)size || fchmod(fd, mode) || fsync(fd))
		rc = errno ? errno : EIO;
	close(fd);
	return rc;
}

int sysroot_create(const char *text, unsigned int mode, const char *format, ...)
{
	char part[PATH_MAX];
	const char *path;
	int rc;

	ROOT_PATH(path);
	make_folders(path);
	if (snprintf(part, sizeof(part), "%s.new", path) >= (int)sizeof(part))
		return ENAMETOOLONG;
	rc = write_new(part, text, mode);
	if (!rc && rename(part, path))
		rc = errno;
	if (rc)
		unlink(part);
	return rc;
}

int sysroot_remove(const char *format, ...)
{
	const char *path;

	ROOT_PATH(path);
	return unlink(path) ? errno : 0;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

bool sysroot_each(bool (*fn)(const char *name, void *data), void *data, const char *format, ...)
{
	struct dirent **names;
	const char *path;
	bool go_on = true;
	int i, n;

	ROOT_PATH(path);
	n = scandir(path, &names, not_hidden, versionsort);
	for (i = 0; i < n; i++) {
		if (go_on)
			go_on = fn(names[i]->d_name, data);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return go_on;
}
