// SPDX-License-Identifier: GPL-2.0-only
/* facts.c - a table in memory that is shared with children. One process at a time writes to it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "message.h"
#include "selftest/facts.h"

#define FACTS	96

struct fact {
	char key[48];
	char value[1024];
};

static struct facts {
	unsigned int n;
	struct fact fact[FACTS];
} *facts;

void facts_init(void)
{
	facts = mmap(NULL, sizeof(*facts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	must(facts == MAP_FAILED ? NULL : facts);
}

static struct fact *place(const char *key)
{
	unsigned int i;

	for (i = 0; i < facts->n; i++)
		if (!strcmp(facts->fact[i].key, key))
			return &facts->fact[i];
	if (facts->n < FACTS)
		facts->n++;
	return &facts->fact[facts->n - 1];
}

void facts_add(const char *key, const char *format, ...)
{
	struct fact *to = place(key);
	va_list args;

	snprintf(to->key, sizeof(to->key), "%s", key);
	va_start(args, format);
	vsnprintf(to->value, sizeof(to->value), format, args);
	va_end(args);
}

void facts_each(void (*fn)(const char *key, const char *value, void *data), void *data)
{
	unsigned int i;

	for (i = 0; i < facts->n; i++)
		fn(facts->fact[i].key, facts->fact[i].value, data);
}
