// SPDX-License-Identifier: GPL-2.0-only
/* finding.c - findings as text, or as elements of a JSON array that the caller has begun. */
#include <stdarg.h>
#include <stdio.h>

#include "finding.h"
#include "json.h"

static unsigned int failures;

static const char *level_text(enum level level)
{
	return level == GOOD ? "ok" : level == WARNING ? "warning" : "failure";
}

void finding(enum level level, const char *about, const char *text, const char *remedy)
{
	failures += level == FAILURE;
	if (!json) {
		printf("%-8s %s: %s\n", level_text(level), about, text);
		if (remedy)
			printf("         -> %s\n", remedy);
		return;
	}
	json_object(NULL);
	json_string("level", level_text(level));
	json_string("about", about);
	json_string("text", text);
	json_string("remedy", remedy);
	json_end();
}

void found(enum level level, const char *about, const char *remedy, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	finding(level, about, text, remedy);
}

unsigned int finding_failures(void)
{
	return failures;
}
