// SPDX-License-Identifier: GPL-2.0-only
/*
 * counters.c - the module's lines, summed up. A window's counters begin and end with it, so only
 * differences while the windows stay the same mean anything.
 */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/counters.h"
#include "system/debugfs.h"

static bool has_node(const char *list, const char *node)
{
	char *copy = must(strdup(list ? list : ""));
	char *one, *rest = copy;
	bool found = false;

	while (!found && (one = strsep(&rest, ",")))
		found = !strcmp(one, node);
	free(copy);
	return found;
}

static void add(struct counters *c, const struct records *r)
{
	c->windows++;
	c->mapped += record_number(r, "mapped");
	c->put += record_number(r, "put");
	c->indirect += record_number(r, "indirect");
	c->stuff += record_number(r, "stuff");
	c->batches += record_number(r, "batches");
	c->tces += record_number(r, "tces");
	c->busy += record_number(r, "busy");
	c->failed += record_number(r, "failed");
}

bool counters_read(const char *node, struct counters *c)
{
	struct records r;

	memset(c, 0, sizeof(*c));
	if (record_open(&r, "windows"))
		return false;
	while (record_next(&r, "window"))
		if (has_node(record_text(&r, "nodes"), node))
			add(c, &r);
	record_close(&r);
	return true;
}

bool counters_key(const char *node, const char *file, const char *kind, const char *key,
		  uint64_t *value)
{
	struct records r;
	bool found = false;

	if (record_open(&r, file))
		return false;
	while (!found && record_next(&r, kind)) {
		const char *its = record_text(&r, "node");

		found = its && !strcmp(its, node) && record_text(&r, key);
		if (found)
			*value = record_number(&r, key);
	}
	record_close(&r);
	return found;
}

bool counters_liobn(const char *node, uint64_t start, uint64_t *liobn)
{
	struct records r;
	bool found = false;

	if (record_open(&r, "pes"))
		return false;
	while (!found && record_next(&r, "window")) {
		const char *its = record_text(&r, "node");

		found = its && !strcmp(its, node) && record_number(&r, "start") == start &&
			record_number(&r, "present");
		if (found)
			*liobn = record_number(&r, "liobn");
	}
	record_close(&r);
	return found;
}
