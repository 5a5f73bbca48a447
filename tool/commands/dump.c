// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump.c - "dump": what a window's TCEs hold, by the module's own shadow. Ranges that are
 * adjacent in both address spaces are shown as one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "message.h"
#include "system/debugfs.h"

/**
 * struct range - adjacent translations
 * @ioba:    first bus address
 * @size:    bytes; 0 for none
 * @hpa:     first host physical address
 * @perm:    "r", "w" or "rw": what the device may do
 * @unknown: the hypervisor may have another translation there
 */
struct range {
	uint64_t ioba;
	uint64_t size;
	uint64_t hpa;
	char perm[4];
	bool unknown;
};

static void print(const struct range *g)
{
	if (!g->size)
		return;
	if (!json) {
		printf("0x%016" PRIx64 "-0x%016" PRIx64 " -> 0x%016" PRIx64 " %-2s %s%s\n", g->ioba,
		       g->ioba + g->size - 1, g->hpa, g->perm, size_text(g->size),
		       g->unknown ? " (unknown)" : "");
		return;
	}
	json_object(NULL);
	json_hex("ioba", g->ioba);
	json_number("size", g->size);
	json_hex("hpa", g->hpa);
	json_string("perm", g->perm);
	json_bool("unknown", g->unknown);
	json_end();
}

static bool follows(const struct range *a, const struct range *b)
{
	return a->size && a->ioba + a->size == b->ioba && a->hpa + a->size == b->hpa &&
	       !strcmp(a->perm, b->perm) && a->unknown == b->unknown;
}

static void ranges(struct debugfs_lines *r, const char *window)
{
	struct range last = { 0 };

	while (debugfs_next(r, "run")) {
		struct range now = {
			.ioba = debugfs_number(r, "ioba"),
			.size = debugfs_number(r, "size"),
			.hpa = debugfs_number(r, "hpa"),
			.unknown = debugfs_number(r, "unknown"),
		};
		const char *id = debugfs_text(r, "window");
		const char *perm = debugfs_text(r, "perm");

		if (!id || strcmp(id, window))
			continue;
		snprintf(now.perm, sizeof(now.perm), "%s", perm ? perm : "-");
		if (follows(&last, &now)) {
			last.size += now.size;
			continue;
		}
		print(&last);
		last = now;
	}
	print(&last);
}

/* Finds a window by its id or by one of its LIOBNs, and gives its id. */
static bool find_window(const char *name, char *id, size_t size)
{
	struct debugfs_lines r;
	bool found = false;
	int rc = debugfs_open(&r, "windows");

	if (rc) {
		debugfs_explain(rc);
		return false;
	}
	while (!found && debugfs_next(&r, "window")) {
		const char *own = debugfs_text(&r, "id");
		char liobns[512];
		char *liobn, *rest = liobns;

		snprintf(liobns, sizeof(liobns), "%s", debugfs_text(&r, "liobns"));
		found = !strcmp(own, name);
		while (!found && (liobn = strsep(&rest, ",")))
			found = *liobn && (!strcmp(liobn, name) || !strcmp(liobn + 2, name));
		if (found)
			snprintf(id, size, "%s", own);
	}
	debugfs_close(&r);
	if (!found)
		error("%s: no user has such a window; \"tcectl stat\" shows those that there are",
		      name);
	return found;
}

int dump_show(int argc, char **argv)
{
	struct debugfs_lines r;
	char id[24];
	int rc;

	if (argc != 1)
		return command_usage("dump takes a window: its id or its LIOBN");
	if (!find_window(argv[0], id, sizeof(id)))
		return EXIT_FAILED;
	rc = debugfs_open(&r, "translations");
	if (rc) {
		debugfs_explain(rc);
		return EXIT_FAILED;
	}
	if (json)
		json_array(NULL);
	ranges(&r, id);
	if (json)
		json_end();
	debugfs_close(&r);
	return EXIT_OK;
}
