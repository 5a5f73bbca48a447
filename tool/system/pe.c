// SPDX-License-Identifier: GPL-2.0-only
/*
 * pe.c - the sources of what is known of a PE.
 *
 * sysfs has the functions and the group; the device tree has firmware's and the host's windows;
 * the module has the owner, a user's windows, and what else is possible.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/module.h"
#include "system/pe.h"
#include "system/sysroot.h"

static void add_window(struct pe *pe, const struct window *w)
{
	if (pe->windows < PE_WINDOWS)
		pe->window[pe->windows++] = *w;
}

static void add_module(struct pe *pe, const struct module_pe *m)
{
	unsigned int i;

	pe->known = true;
	pe->owner = m->owner;
	pe->buid = m->buid;
	pe->pgsizes = m->pgsizes;
	pe->possible = m->possible;
	pe->max_tces = m->max_tces;
	pe->raw = m->raw;
	for (i = 0; i < m->windows; i++)
		add_window(pe, &m->window[i]);
}

/* The host's tables belong to windows of the device tree as well as to the default one. */
static void add_counts(struct pe *pe, const struct module_pe *m)
{
	unsigned int i, k;

	for (i = 0; i < pe->windows; i++)
		for (k = 0; k < m->tables; k++) {
			if (pe->window[i].liobn != m->table[k].liobn)
				continue;
			pe->window[i].counted = true;
			pe->window[i].used = m->table[k].used;
		}
}

static void add_function(struct pe *pe, const struct pci_function *f)
{
	enum eeh eeh;

	if (pe->functions == PE_FUNCTIONS)
		return;
	pe->function[pe->functions++] = *f;
	if (f->group >= 0)
		pe->group = f->group;
	eeh = eeh_of(f->bdf);
	if (eeh > pe->eeh)
		pe->eeh = eeh;
}

/**
 * struct all - the functions of all PEs, read once
 * @function: @n of them
 * @shown:    functions whose PE was already shown
 */
static struct all {
	struct pci_function *function;
	bool *shown;
	size_t n;
	bool read;
} all;

static bool keep_function(const struct pci_function *f, void *data)
{
	(void)data;
	all.function = must(realloc(all.function, (all.n + 1) * sizeof(*all.function)));
	all.function[all.n++] = *f;
	return true;
}

static void read_functions(void)
{
	if (!all.read)
		pci_function_each(keep_function, NULL);
	all.read = true;
	if (!all.shown)
		all.shown = must(calloc(all.n + 1, sizeof(*all.shown)));
}

static struct pe *pe_load(const char *node)
{
	struct pe *pe = must(calloc(1, sizeof(*pe)));
	const struct module_pe *m = module_find(node);
	struct window w;
	size_t i;

	snprintf(pe->node, sizeof(pe->node), "%s", node);
	pe->group = -1;
	pe->possible = UNKNOWN;
	for (i = 0; i < all.n; i++) {
		if (strcmp(all.function[i].node, node))
			continue;
		all.shown[i] = true;
		add_function(pe, &all.function[i]);
	}
	pe->ddw = dt_has_ddw(node);
	pe->reset = dt_has_reset(node);
	pe->limited = dt_has_limited(node);
	if (m)
		add_module(pe, m);
	else if (dt_default_window(node, &w))
		add_window(pe, &w);
	if (dt_host_window(node, &w))
		add_window(pe, &w);
	if (m)
		add_counts(pe, m);
	return pe;
}

bool pe_is_limited(const struct pe *pe)
{
	unsigned int i;

	for (i = 0; i < pe->windows; i++)
		if (pe->window[i].present && pe->window[i].start == 4ULL << 30)
			return true;
	return false;
}

static bool stop_at(const char *name, void *data)
{
	(void)name;
	(void)data;
	return false;
}

/* By an empty folder over it, as podman and Docker do for any container. */
static bool firmware_is_hidden(void)
{
	return sysroot_exists("/sys/firmware") && sysroot_each(stop_at, NULL, "/sys/firmware");
}

struct pe *pe_of(const struct pci_function *f)
{
	if (!f->node[0] && firmware_is_hidden()) {
		error("%s: what firmware says of it is hidden from this container; "
		      "\"podman run --security-opt unmask=/sys/firmware\"", f->bdf);
		return NULL;
	}
	if (!f->node[0]) {
		error("%s: firmware gives this device no DMA window; a partition's devices have "
		      "one, other machines need no tcectl", f->bdf);
		return NULL;
	}
	read_functions();
	module_ask_firmware();
	return pe_load(f->node);
}

/* Has the host a dynamic window of its own? It is removed when a user takes the PE. */
static bool has_host_window(const struct pe *pe)
{
	unsigned int i;

	for (i = 0; i < pe->windows; i++)
		if (!strcmp(pe->window[i].kind, "host"))
			return true;
	return false;
}

bool pe_is_users(const struct pe *pe)
{
	return pe->owner && !strcmp(pe->owner, "user");
}

const char *pe_ddw_reason(const struct pe *pe)
{
	if (!pe->ddw)
		return "firmware offers none for this PE (no ibm,ddw-applicable)";
	if (!pe->reset)
		return "firmware has no reset, so the default window has to stay";
	if (!pe->possible && !pe_is_users(pe) && !has_host_window(pe))
		return "firmware has no window left for this PE";
	return NULL;
}

unsigned int pe_each(void (*show)(struct pe *pe))
{
	unsigned int n = 0;
	struct pe *pe;
	size_t i;

	read_functions();
	for (i = 0; i < all.n; i++) {
		if (all.shown[i] || !all.function[i].node[0])
			continue;
		pe = pe_load(all.function[i].node);
		show(pe);
		free(pe);
		n++;
	}
	return n;
}
