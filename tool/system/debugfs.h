/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs.h - the module's files in debugfs: lines "KIND key=value ...". docs/debugfs.md has the
 * kinds and keys.
 */
#ifndef TCECTL_DEBUGFS_H
#define TCECTL_DEBUGFS_H

#include <stdbool.h>
#include <stdint.h>

#define DEBUGFS_FOLDER	"/sys/kernel/debug/vfio_pseries"

/**
 * struct debugfs_lines - the lines of one file
 * @text: the file's text; each line is cut into pieces when its turn comes
 * @next: the next line
 * @line: the current one, for debugfs_text()
 */
struct debugfs_lines {
	char *text;
	char *next;
	char *line;
};

/**
 * debugfs_open() - read one of the module's files
 *
 * Return: 0, or an errno value: ENOENT (no module, or no debugfs), EACCES, EPROTO (a
 * format that this program does not know), ETIMEDOUT (see patience.h).
 */
int debugfs_open(struct debugfs_lines *r, const char *file);

/* Says on standard error why debugfs_open() failed, and the remedy. */
void debugfs_explain(int rc);

/* The next line of this kind, or of any for NULL; false at the end. */
bool debugfs_next(struct debugfs_lines *r, const char *kind);

/* Is the current line of this kind? */
bool debugfs_is(const struct debugfs_lines *r, const char *kind);

/* A value of the current line, valid until the next; NULL without such a key. */
const char *debugfs_text(const struct debugfs_lines *r, const char *key);
uint64_t debugfs_number(const struct debugfs_lines *r, const char *key);

void debugfs_close(struct debugfs_lines *r);

#endif
