/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * message.h - messages on standard error, and numbers for people.
 */
#ifndef TCECTL_MESSAGE_H
#define TCECTL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

/* The program's exit status; the last one is "health"'s alone */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_KNOWN = 3 };

/* Prints a line on standard error, with "tcectl: " before it. */
void error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Returns @p; ends the program if it is NULL. */
void *must(void *p);

/* Bytes as "64K", "1G"; valid until eight more calls. */
const char *size_text(uint64_t bytes);

/* Bytes from such a text, or from a plain number; false when it is neither. */
bool size_parse(const char *text, uint64_t *bytes);

/* A mask of page sizes as "4K 64K 16M" */
const char *sizes_text(uint64_t mask);

#endif
