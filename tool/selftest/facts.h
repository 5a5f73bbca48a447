/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts.h - facts about a machine, "key: value", for the report of "tcectl test".
 */
#ifndef TCECTL_FACTS_H
#define TCECTL_FACTS_H

/* Begins with no facts. Tests, which are other processes, add to the same table. */
void facts_init(void);

/* An existing key gets the new value. */
void facts_add(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));

void facts_each(void (*fn)(const char *key, const char *value, void *data), void *data);

#endif
