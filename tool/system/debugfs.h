/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs.h - what the module says of itself in debugfs: lines "KIND key=value ...".
 * docs/debugfs.md has the kinds and keys.
 */
#ifndef TCECTL_DEBUGFS_H
#define TCECTL_DEBUGFS_H

#include <stdbool.h>
#include <stdint.h>

#define RECORD_FOLDER	"/sys/kernel/debug/vfio_pseries"

/**
 * struct records - the lines of one file
 * @text: the file, cut to pieces as it is read
 * @next: the line that comes next
 * @line: the current one, for record_text()
 */
struct records {
	char *text;
	char *next;
	char *line;
};

/**
 * record_open() - read one of the module's files
 *
 * Return: 0, or an errno value: ENOENT (no module, or no debugfs), EACCES, EPROTO (a
 * format that this program does not know), ETIMEDOUT (see patience.h).
 */
int record_open(struct records *r, const char *file);

/* Says on standard error why record_open() failed, and the remedy. */
void record_explain(int rc);

/* The next line of this kind, or of any for NULL; false at the end. */
bool record_next(struct records *r, const char *kind);

/* Is the current line of this kind? */
bool record_is(const struct records *r, const char *kind);

/* A value of the current line, valid until the next; NULL without such a key. */
const char *record_text(const struct records *r, const char *key);
uint64_t record_number(const struct records *r, const char *key);

void record_close(struct records *r);

#endif
