/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * finding.h - the result of a check in one line, with the command that solves a problem.
 *
 * A failure keeps a device from being used. A warning may keep some users from working. The exit
 * status depends on failures alone.
 */
#ifndef TCECTL_FINDING_H
#define TCECTL_FINDING_H

#include <stdbool.h>

enum level { GOOD, WARNING, FAILURE };

/* One finding; @remedy is NULL for one that is GOOD, and for no other. */
void finding(enum level level, const char *about, const char *text, const char *remedy);

/* The same with a printf() format */
void found(enum level level, const char *about, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The number of failures so far */
unsigned int finding_failures(void);

#endif
