// SPDX-License-Identifier: GPL-2.0-only
/* json.c - the writer, which knows each level's kind and whether a comma is due. */
#include <inttypes.h>
#include <stdio.h>

#include "json.h"

#define DEPTH	16

bool json;
bool json_pretty;

static char closing[DEPTH];
static bool first[DEPTH] = { true };
static unsigned int depth;

static void quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void line(void)
{
	unsigned int i;

	if (!json_pretty || !depth)
		return;
	putchar('\n');
	for (i = 0; i < depth; i++)
		printf("  ");
}

static void begin_value(const char *name)
{
	if (!first[depth])
		putchar(',');
	first[depth] = false;
	line();
	if (!name)
		return;
	quoted(name);
	printf(json_pretty ? ": " : ":");
}

static void nest(const char *name, char open, char close)
{
	begin_value(name);
	putchar(open);
	if (depth < DEPTH - 1)
		depth++;
	closing[depth] = close;
	first[depth] = true;
}

void json_object(const char *name)
{
	nest(name, '{', '}');
}

void json_array(const char *name)
{
	nest(name, '[', ']');
}

void json_end(void)
{
	bool empty = first[depth];
	char close = closing[depth];

	depth--;
	if (!empty && json_pretty) {
		unsigned int i;

		putchar('\n');
		for (i = 0; i < depth; i++)
			printf("  ");
	}
	putchar(close);
	if (depth)
		return;
	putchar('\n');
	first[0] = true;
}

void json_string(const char *name, const char *value)
{
	begin_value(name);
	if (value)
		quoted(value);
	else
		printf("null");
}

void json_number(const char *name, uint64_t value)
{
	begin_value(name);
	printf("%" PRIu64, value);
}

void json_seconds(const char *name, double value)
{
	begin_value(name);
	printf("%.9f", value);
}

void json_hex(const char *name, uint64_t value)
{
	begin_value(name);
	printf("\"0x%" PRIx64 "\"", value);
}

void json_bool(const char *name, bool value)
{
	begin_value(name);
	printf(value ? "true" : "false");
}
