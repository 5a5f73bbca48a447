/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts.h - what was found out about a machine: "key: value", for the report of "test".
 */
#ifndef TCECTL_FACTS_H
#define TCECTL_FACTS_H

/* Begins with none; tests, which are other processes, add to the same. */
void facts_init(void);

/* A key that is there already gets the new value. */
void facts_add(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));

void facts_each(void (*fn)(const char *key, const char *value, void *data), void *data);

#endif
