/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * finding.h - what a check has found, in a line, and the command that mends it.
 *
 * What keeps a device from being used is a failure, what may keep some users from working is a
 * warning; the exit status tells of failures alone.
 */
#ifndef TCECTL_FINDING_H
#define TCECTL_FINDING_H

#include <stdbool.h>

enum level { GOOD, WARNING, FAILURE };

/* One finding; @remedy is NULL when there is nothing to do or nothing that helps. */
void finding(enum level level, const char *about, const char *text, const char *remedy);

/* The same with a text as of printf() */
void found(enum level level, const char *about, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* How many failures there were */
unsigned int finding_failures(void);

#endif
