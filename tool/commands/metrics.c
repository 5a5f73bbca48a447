// SPDX-License-Identifier: GPL-2.0-only
/*
 * metrics.c - "stat --openmetrics". All samples of a family stand together, so the module is
 * asked once, and each family walks through that answer. No other window has the same labels in
 * this boot: a window's counters begin at its creation.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/metrics.h"
#include "message.h"
#include "system/debugfs.h"
#include "system/module.h"
#include "system/pe.h"

/**
 * struct family - samples of one meaning
 * @name:  without the prefix, and without the "_total" of a counter
 * @type:  "gauge" or "counter"
 * @unit:  the unit that the name ends with, NULL if none
 * @help:  for people
 * @key:   the module's name for it
 * @label: of samples of one family: "call=..."
 */
struct family {
	const char *name;
	const char *type;
	const char *unit;
	const char *help;
	const char *key;
	const char *label;
};

static const struct family families[] = {
	{ "window_size_bytes", "gauge", "bytes", "Bus addresses of a user's window", "size", "" },
	{ "window_mapped_tces", "gauge", NULL, "TCEs that are valid", "mapped", "" },
	{ "window_quarantined_tces", "gauge", NULL, "TCEs whose state is not known", "unknown",
	  "" },
	{ "window_shadow_bytes", "gauge", "bytes", "The module's copy of a window", "shadow", "" },
	{ "window_hypercalls", "counter", NULL, "Hypercalls that wrote TCEs", "put",
	  ",call=\"H_PUT_TCE\"" },
	{ "window_hypercalls", NULL, NULL, NULL, "indirect", ",call=\"H_PUT_TCE_INDIRECT\"" },
	{ "window_hypercalls", NULL, NULL, NULL, "stuff", ",call=\"H_STUFF_TCE\"" },
	{ "window_batches", "counter", NULL, "Batches of TCEs", "batches", "" },
	{ "window_written_tces", "counter", NULL, "TCEs written", "tces", "" },
	{ "window_busy", "counter", NULL, "Batches that the hypervisor was too busy for", "busy",
	  "" },
	{ "window_refused", "counter", NULL, "Batches that the hypervisor refused", "failed", "" },
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

/**
 * struct sample - a window
 * @labels: its own
 * @value:  one for each line of the table
 */
struct sample {
	char labels[640];
	uint64_t value[FAMILIES];
};

static struct sample *samples;
static size_t n_samples;

static void take(const struct debugfs_lines *r)
{
	const char *liobns = debugfs_text(r, "liobns");
	const char *nodes = debugfs_text(r, "nodes");
	struct sample *s;
	size_t i;

	samples = must(realloc(samples, (n_samples + 1) * sizeof(*samples)));
	s = &samples[n_samples++];
	snprintf(s->labels, sizeof(s->labels), "window=\"%s\",liobns=\"%.200s\",nodes=\"%.400s\"",
		 debugfs_text(r, "id"), liobns ? liobns : "", nodes ? nodes : "");
	for (i = 0; i < FAMILIES; i++)
		s->value[i] = debugfs_number(r, families[i].key);
}

static void describe(const char *name, const char *type, const char *unit, const char *help)
{
	printf("# TYPE vfio_pseries_%s %s\n", name, type);
	if (unit)
		printf("# UNIT vfio_pseries_%s %s\n", name, unit);
	printf("# HELP vfio_pseries_%s %s.\n", name, help);
}

static bool is_counter(size_t i)
{
	while (!families[i].type)
		i--;
	return !strcmp(families[i].type, "counter");
}

static void print_family(size_t i)
{
	const struct family *f = &families[i];
	size_t w;

	if (f->type)
		describe(f->name, f->type, f->unit, f->help);
	for (w = 0; w < n_samples; w++)
		printf("vfio_pseries_%s%s{%s%s} %" PRIu64 "\n", f->name,
		       is_counter(i) ? "_total" : "", samples[w].labels, f->label,
		       samples[w].value[i]);
}

static void print_pe(struct pe *pe)
{
	if (pe->owner)
		printf("vfio_pseries_pe_in_use{node=\"%s\",group=\"%d\"} %d\n", pe->node,
		       pe->group, pe_is_users(pe));
}

int metrics(void)
{
	struct debugfs_lines r;
	int rc = debugfs_open(&r, "windows");
	size_t i;

	if (rc) {
		debugfs_explain(rc);
		return EXIT_FAILED;
	}
	while (debugfs_next(&r, "window"))
		take(&r);
	debugfs_close(&r);
	describe("pe_in_use", "gauge", NULL, "Has a user the PE, or the host");
	pe_each(print_pe);
	for (i = 0; i < FAMILIES; i++)
		print_family(i);
	printf("# EOF\n");
	free(samples);
	return EXIT_OK;
}
