// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs.c - lines of key=value. Neither keys nor values have blanks in them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "patience.h"
#include "system/debugfs.h"
#include "system/sysroot.h"

#define FORMAT	"vfio_pseries 1"

/* Runs in a child: the read may wait for long while the module works on the PE. */
static int copy_file(int out, void *data)
{
	const char *file = data;
	unsigned char *bytes;
	size_t size, done = 0;
	ssize_t n;

	bytes = sysroot_bytes(&size, "%s/%s", DEBUGFS_FOLDER, file);
	if (!bytes)
		return errno;
	for (; done < size; done += n) {
		n = write(out, bytes + done, size - done);
		if (n <= 0)
			return errno;
	}
	free(bytes);
	return 0;
}

int debugfs_open(struct debugfs_lines *r, const char *file)
{
	size_t size;
	int rc;

	memset(r, 0, sizeof(*r));
	rc = patient(copy_file, (void *)file, &r->text, &size);
	if (rc) {
		debugfs_close(r);
		return rc;
	}
	while (size && r->text[size - 1] == '\n')
		r->text[--size] = 0;
	if (strncmp(r->text, FORMAT "\n", strlen(FORMAT) + 1) && strcmp(r->text, FORMAT)) {
		debugfs_close(r);
		return EPROTO;
	}
	r->next = strchr(r->text, '\n');
	if (r->next)
		r->next++;
	return 0;
}

void debugfs_explain(int rc)
{
	if (!sysroot_exists("/sys/module/vfio_pseries"))
		error("the module is not loaded; \"modprobe vfio_pseries\" loads it");
	else if (rc == EACCES || rc == EPERM)
		error("%s: root alone may read it; try with sudo", DEBUGFS_FOLDER);
	else if (rc == ETIMEDOUT)
		error("the module is at work for a program with what is asked for, for longer than "
		      "%d seconds; windows and owners are not known now, try again later",
		      PATIENCE_SECONDS);
	else if (rc == EPROTO)
		error("%s: another format than this program's; use the tcectl that belongs to "
		      "the loaded module", DEBUGFS_FOLDER);
	else if (!sysroot_exists("%s", DEBUGFS_FOLDER))
		error("%s is not there; \"mount -t debugfs debugfs /sys/kernel/debug\"",
		      DEBUGFS_FOLDER);
	else
		error("%s: %s", DEBUGFS_FOLDER, strerror(rc));
}

/* The line's first word, which ends with @end */
static bool is_kind(const char *line, const char *kind, char end)
{
	size_t n = strlen(kind);

	return !strncmp(line, kind, n) && line[n] == end;
}

bool debugfs_is(const struct debugfs_lines *r, const char *kind)
{
	return is_kind(r->line, kind, '\n');
}

bool debugfs_next(struct debugfs_lines *r, const char *kind)
{
	while (r->next) {
		r->line = r->next;
		r->next = strchr(r->line, '\n');
		if (r->next)
			*r->next++ = 0;
		if (kind && !is_kind(r->line, kind, ' '))
			continue;
		for (char *c = r->line; *c; c++)
			if (*c == ' ')
				*c = '\n';
		return true;
	}
	return false;
}

/*
 * Where a value begins. The current line's blanks have become newlines: a newline ends the value.
 */
static const char *debugfs_value(const struct debugfs_lines *r, const char *key)
{
	size_t n = strlen(key);
	const char *at = r->line;

	while ((at = strchr(at, '\n'))) {
		at++;
		if (!strncmp(at, key, n) && at[n] == '=')
			return at + n + 1;
	}
	return NULL;
}

/* Keeps four copies: one printf() may need several. */
const char *debugfs_text(const struct debugfs_lines *r, const char *key)
{
	static char value[4][4096];
	static unsigned int turn;
	const char *from = debugfs_value(r, key);
	size_t length;
	char *to;

	if (!from)
		return NULL;
	to = value[turn++ % 4];
	length = strcspn(from, "\n");
	if (length > sizeof(value[0]) - 1)
		length = sizeof(value[0]) - 1;
	memcpy(to, from, length);
	to[length] = 0;
	return to;
}

/* Makes no copy: a number must not use up one of the four. */
uint64_t debugfs_number(const struct debugfs_lines *r, const char *key)
{
	const char *text = debugfs_value(r, key);

	return text ? strtoull(text, NULL, 0) : 0;
}

void debugfs_close(struct debugfs_lines *r)
{
	free(r->text);
	memset(r, 0, sizeof(*r));
}
