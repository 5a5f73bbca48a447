// SPDX-License-Identifier: GPL-2.0-only
/*
 * message.c - error messages, and numbers as text.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

void error(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "tcectl: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void *must(void *p)
{
	if (p)
		return p;
	error("out of memory");
	exit(EXIT_FAILED);
}

const char *size_text(uint64_t bytes)
{
	static const char units[] = " KMGTPE";
	static char text[8][24];
	static unsigned int turn;
	char *to = text[turn++ % 8];
	unsigned int unit = 0;

	while (unit < 6 && bytes && !(bytes & 1023)) {
		bytes >>= 10;
		unit++;
	}
	snprintf(to, sizeof(text[0]), "%" PRIu64 "%.*s", bytes, unit ? 1 : 0, units + unit);
	return to;
}

bool size_parse(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMGTPE";
	const char *unit;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*bytes = strtoull(text, &end, 0);
	unit = *end ? strchr(units, *end) : NULL;
	if (unit && !end[1]) {
		unsigned int shift = 10 * (unit - units + 1);

		if (*bytes << shift >> shift != *bytes)
			return false;
		*bytes <<= shift;
		end++;
	}
	return !errno && !*end;
}

const char *sizes_text(uint64_t mask)
{
	static char text[256];
	size_t n = 0;
	int bit;

	text[0] = 0;
	for (bit = 0; bit < 64; bit++)
		if (mask >> bit & 1)
			n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
				      size_text(1ULL << bit));
	return text;
}
