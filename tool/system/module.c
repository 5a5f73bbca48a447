// SPDX-License-Identifier: GPL-2.0-only
/*
 * module.c - the module's files in debugfs as a table of PEs. A machine may have a thousand PEs,
 * so each file is read only once, for all of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/debugfs.h"
#include "system/module.h"
#include "system/pe.h"

/**
 * struct known - all PEs that the module knows
 * @pe:   @n of them
 * @rc:   why the PEs are not known, an errno value
 * @read: the module was asked
 */
static struct known {
	struct module_pe *pe;
	size_t n;
	int rc;
	bool read;
} known;

static struct module_pe *find(const char *node)
{
	size_t i;

	for (i = 0; node && i < known.n; i++)
		if (!strcmp(known.pe[i].node, node))
			return &known.pe[i];
	return NULL;
}

/* Opens a file. Prints an error if the wait for it took too long. */
static int ask(struct debugfs_lines *r, const char *file)
{
	int rc = debugfs_open(r, file);

	if (rc == ETIMEDOUT)
		debugfs_explain(rc);
	return rc;
}

static void add_pe(const struct debugfs_lines *r)
{
	const char *node = debugfs_text(r, "node");
	const char *owner = debugfs_text(r, "owner");
	struct module_pe *pe;

	known.pe = must(realloc(known.pe, (known.n + 1) * sizeof(*known.pe)));
	pe = &known.pe[known.n++];
	memset(pe, 0, sizeof(*pe));
	snprintf(pe->node, sizeof(pe->node), "%s", node ? node : "");
	pe->owner = owner && !strcmp(owner, "user") ? "user" : "host";
	pe->buid = debugfs_number(r, "buid");
	pe->pgsizes = debugfs_number(r, "pgsizes");
	pe->possible = UNKNOWN;
}

/* Adds a window to its PE, whose line is above the window's. */
static void add_window(const struct debugfs_lines *r)
{
	const char *kind = debugfs_text(r, "kind");
	struct module_pe *pe = known.n ? &known.pe[known.n - 1] : NULL;
	struct window *w;

	if (!pe || !kind || pe->windows == MODULE_WINDOWS)
		return;
	w = &pe->window[pe->windows++];
	w->kind = !strcmp(kind, "default") ? "default" : "user";
	w->liobn = debugfs_number(r, "liobn");
	w->start = debugfs_number(r, "start");
	w->size = debugfs_number(r, "size");
	w->page_shift = debugfs_number(r, "shift");
	w->present = debugfs_number(r, "present");
	w->lent = debugfs_number(r, "lent");
	pe->raw += debugfs_number(r, "raw");
}

static void add_table(const struct debugfs_lines *r)
{
	struct module_pe *pe = known.n ? &known.pe[known.n - 1] : NULL;
	struct module_table *t;

	if (!pe || pe->tables == MODULE_TABLES)
		return;
	t = &pe->table[pe->tables++];
	t->liobn = debugfs_number(r, "liobn");
	t->used = debugfs_number(r, "used");
}

static void read_pes(void)
{
	struct debugfs_lines r;

	if (known.read)
		return;
	known.read = true;
	known.rc = ask(&r, "pes");
	if (known.rc)
		return;
	while (debugfs_next(&r, NULL)) {
		if (debugfs_is(&r, "pe"))
			add_pe(&r);
		else if (debugfs_is(&r, "window"))
			add_window(&r);
		else if (debugfs_is(&r, "table"))
			add_table(&r);
	}
	debugfs_close(&r);
}

const struct module_pe *module_find(const char *node)
{
	read_pes();
	return find(node);
}

int module_silent(void)
{
	read_pes();
	return known.rc;
}

void module_ask_firmware(void)
{
	struct debugfs_lines r;

	read_pes();
	if (!known.n || ask(&r, "possible"))
		return;
	while (debugfs_next(&r, "possible")) {
		struct module_pe *pe = find(debugfs_text(&r, "node"));

		if (!pe || debugfs_number(&r, "error"))
			continue;
		pe->possible = debugfs_number(&r, "windows");
		pe->max_tces = debugfs_number(&r, "tces");
		pe->pgsizes |= debugfs_number(&r, "pgsizes");
	}
	debugfs_close(&r);
}

/* Adds a window's counts to the PE. A window of several PEs counts for each. */
static void count_window(const struct debugfs_lines *r, struct module_pe *pe)
{
	if (!pe)
		return;
	pe->mapped += debugfs_number(r, "mapped");
	pe->unknown += debugfs_number(r, "unknown");
	pe->failed += debugfs_number(r, "failed");
}

void module_ask_windows(void)
{
	struct debugfs_lines r;

	read_pes();
	if (!known.n)
		return;
	known.rc = ask(&r, "windows");
	if (known.rc)
		return;
	while (debugfs_next(&r, "window")) {
		const char *nodes = debugfs_text(&r, "nodes");
		char *copy = must(strdup(nodes ? nodes : ""));
		char *node, *rest = copy;

		while ((node = strsep(&rest, ",")))
			count_window(&r, find(node));
		free(copy);
	}
	debugfs_close(&r);
}
