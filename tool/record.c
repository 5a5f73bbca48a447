// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c - lines of key=value. Neither keys nor values have blanks in them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "record.h"
#include "root.h"

#define FORMAT	"vfio_pseries 1"

int record_open(struct records *r, const char *file)
{
	memset(r, 0, sizeof(*r));
	r->text = root_read("%s/%s", RECORD_FOLDER, file);
	if (!r->text)
		return errno;
	if (strncmp(r->text, FORMAT "\n", strlen(FORMAT) + 1) && strcmp(r->text, FORMAT)) {
		record_close(r);
		return EPROTO;
	}
	r->next = strchr(r->text, '\n');
	if (r->next)
		r->next++;
	return 0;
}

void record_explain(int rc)
{
	if (!root_exists("/sys/module/vfio_pseries"))
		error("the module is not loaded; \"modprobe vfio_pseries\" loads it");
	else if (rc == EACCES || rc == EPERM)
		error("%s: root alone may read it; try with sudo", RECORD_FOLDER);
	else if (rc == EPROTO)
		error("%s: another format than this program's; use the tcectl that belongs to "
		      "the loaded module", RECORD_FOLDER);
	else if (!root_exists("%s", RECORD_FOLDER))
		error("%s is not there; \"mount -t debugfs debugfs /sys/kernel/debug\"",
		      RECORD_FOLDER);
	else
		error("%s: %s", RECORD_FOLDER, strerror(rc));
}

bool record_next(struct records *r, const char *kind)
{
	size_t n = strlen(kind);

	while (r->next) {
		r->line = r->next;
		r->next = strchr(r->line, '\n');
		if (r->next)
			*r->next++ = 0;
		if (strncmp(r->line, kind, n) || r->line[n] != ' ')
			continue;
		for (char *c = r->line; *c; c++)
			if (*c == ' ')
				*c = '\n';
		return true;
	}
	return false;
}

/* Blanks of the current line have become newlines: where a value begins, and that ends it. */
static const char *record_value(const struct records *r, const char *key)
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

/* Copies, four at a time: one printf() may ask for several. */
const char *record_text(const struct records *r, const char *key)
{
	static char value[4][4096];
	static unsigned int turn;
	const char *from = record_value(r, key);
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

/* No copy: a number must not cost one of the four. */
uint64_t record_number(const struct records *r, const char *key)
{
	const char *text = record_value(r, key);

	return text ? strtoull(text, NULL, 0) : 0;
}

void record_close(struct records *r)
{
	free(r->text);
	memset(r, 0, sizeof(*r));
}
