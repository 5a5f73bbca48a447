// SPDX-License-Identifier: GPL-2.0-only
/*
 * pe.c - putting a PE together from sysfs (functions, group), the device tree
 * (windows of firmware's and the host's) and the module (who owns it, a user's
 * windows, what else is possible).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "pe.h"
#include "record.h"

static void add_window(struct pe *pe, const struct window *w)
{
	if (pe->windows < PE_WINDOWS)
		pe->window[pe->windows++] = *w;
}

/* The current record is of this PE. */
static bool is_of(const struct records *r, const struct pe *pe)
{
	const char *node = record_text(r, "node");

	return node && !strcmp(node, pe->node);
}

static void ask_module_windows(struct pe *pe)
{
	struct records r;
	struct window w;

	if (record_open(&r, "pes"))
		return;
	while (record_next(&r, "window")) {
		const char *kind = record_text(&r, "kind");

		if (!is_of(&r, pe) || !kind)
			continue;
		memset(&w, 0, sizeof(w));
		w.kind = !strcmp(kind, "default") ? "default" : "user";
		w.liobn = record_number(&r, "liobn");
		w.start = record_number(&r, "start");
		w.size = record_number(&r, "size");
		w.page_shift = record_number(&r, "shift");
		w.present = record_number(&r, "present");
		w.lent = record_number(&r, "lent");
		add_window(pe, &w);
	}
	record_close(&r);
}

static void ask_module(struct pe *pe)
{
	struct records r;

	if (record_open(&r, "pes"))
		return;
	while (!pe->known && record_next(&r, "pe")) {
		const char *owner = record_text(&r, "owner");

		if (!is_of(&r, pe))
			continue;
		pe->known = true;
		pe->owner = owner && !strcmp(owner, "user") ? "user" : "host";
		pe->buid = record_number(&r, "buid");
		pe->pgsizes = record_number(&r, "pgsizes");
	}
	record_close(&r);
	if (pe->known)
		ask_module_windows(pe);
}

/* What firmware would still give: the module asks it when this is read. */
static void ask_firmware(struct pe *pe)
{
	struct records r;

	if (!pe->known || record_open(&r, "possible"))
		return;
	while (record_next(&r, "possible")) {
		if (!is_of(&r, pe) || record_number(&r, "error"))
			continue;
		pe->possible = record_number(&r, "windows");
		pe->max_tces = record_number(&r, "tces");
		pe->pgsizes |= record_number(&r, "pgsizes");
	}
	record_close(&r);
}

static bool add_function(const struct function *f, void *data)
{
	struct pe *pe = data;

	if (strcmp(f->node, pe->node) || pe->functions == PE_FUNCTIONS)
		return true;
	pe->function[pe->functions++] = *f;
	if (f->group >= 0)
		pe->group = f->group;
	return true;
}

static struct pe *pe_load(const char *node)
{
	struct pe *pe = must(calloc(1, sizeof(*pe)));
	struct window w;

	snprintf(pe->node, sizeof(pe->node), "%s", node);
	pe->group = -1;
	pe->possible = UNKNOWN;
	function_each(add_function, pe);
	pe->ddw = tree_has_ddw(node);
	pe->reset = tree_has_reset(node);
	ask_module(pe);
	if (!pe->known && tree_default_window(node, &w))
		add_window(pe, &w);
	if (tree_host_window(node, &w))
		add_window(pe, &w);
	return pe;
}

struct pe *pe_of(const struct function *f)
{
	struct pe *pe;

	if (!f->node[0]) {
		error("%s: firmware gives this device no DMA window; a partition's devices have "
		      "one, other machines need no tcectl", f->bdf);
		return NULL;
	}
	pe = pe_load(f->node);
	ask_firmware(pe);
	return pe;
}

/* The host's own dynamic window makes room when a user takes the PE. */
static bool has_host_window(const struct pe *pe)
{
	unsigned int i;

	for (i = 0; i < pe->windows; i++)
		if (!strcmp(pe->window[i].kind, "host"))
			return true;
	return false;
}

static bool is_users(const struct pe *pe)
{
	return pe->owner && !strcmp(pe->owner, "user");
}

const char *pe_ddw_reason(const struct pe *pe)
{
	if (!pe->ddw)
		return "firmware offers none for this PE (no ibm,ddw-applicable)";
	if (!pe->reset)
		return "firmware has no reset, so the default window has to stay";
	if (!pe->possible && !is_users(pe) && !has_host_window(pe))
		return "firmware has no window left for this PE";
	return NULL;
}

/* The functions that a PE was shown for already, by its node */
struct seen {
	char (*node)[256];
	unsigned int n;
	void (*show)(struct pe *pe);
};

static bool once_per_pe(const struct function *f, void *data)
{
	struct seen *seen = data;
	struct pe *pe;
	unsigned int i;

	for (i = 0; i < seen->n; i++)
		if (!strcmp(seen->node[i], f->node))
			return true;
	if (!f->node[0])
		return true;
	seen->node = must(realloc(seen->node, (seen->n + 1) * sizeof(*seen->node)));
	memcpy(seen->node[seen->n++], f->node, sizeof(f->node));
	pe = pe_load(f->node);
	seen->show(pe);
	free(pe);
	return true;
}

unsigned int pe_each(void (*show)(struct pe *pe))
{
	struct seen seen = { .show = show };

	function_each(once_per_pe, &seen);
	free(seen.node);
	return seen.n;
}
