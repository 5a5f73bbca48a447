// SPDX-License-Identifier: GPL-2.0-only
/*
 * counters.c - the module's lines, summed up. A window's counters begin and end with the window.
 * So a difference means something only while the windows stay the same.
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

static void add(struct counters *c, const struct debugfs_lines *r)
{
	c->windows++;
	c->mapped += debugfs_number(r, "mapped");
	c->put += debugfs_number(r, "put");
	c->indirect += debugfs_number(r, "indirect");
	c->stuff += debugfs_number(r, "stuff");
	c->batches += debugfs_number(r, "batches");
	c->tces += debugfs_number(r, "tces");
	c->busy += debugfs_number(r, "busy");
	c->failed += debugfs_number(r, "failed");
}

bool counters_read(const char *node, struct counters *c)
{
	struct debugfs_lines r;

	memset(c, 0, sizeof(*c));
	if (debugfs_open(&r, "windows"))
		return false;
	while (debugfs_next(&r, "window"))
		if (has_node(debugfs_text(&r, "nodes"), node))
			add(c, &r);
	debugfs_close(&r);
	return true;
}

bool counters_key(const char *node, const char *file, const char *kind, const char *key,
		  uint64_t *value)
{
	struct debugfs_lines r;
	bool found = false;

	if (debugfs_open(&r, file))
		return false;
	while (!found && debugfs_next(&r, kind)) {
		const char *its = debugfs_text(&r, "node");

		found = its && !strcmp(its, node) && debugfs_text(&r, key);
		if (found)
			*value = debugfs_number(&r, key);
	}
	debugfs_close(&r);
	return found;
}

bool counters_liobn(const char *node, uint64_t start, uint64_t *liobn)
{
	struct debugfs_lines r;
	bool found = false;

	if (debugfs_open(&r, "pes"))
		return false;
	while (!found && debugfs_next(&r, "window")) {
		const char *its = debugfs_text(&r, "node");

		found = its && !strcmp(its, node) && debugfs_number(&r, "start") == start &&
			debugfs_number(&r, "present");
		if (found)
			*liobn = debugfs_number(&r, "liobn");
	}
	debugfs_close(&r);
	return found;
}
