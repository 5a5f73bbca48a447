// SPDX-License-Identifier: GPL-2.0-only
/*
 * stat.c - "stat": the counters that the module keeps for each window of a user.
 *
 * With --watch, each counter is followed by its growth per second.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "commands/metrics.h"
#include "json.h"
#include "message.h"
#include "patience.h"
#include "system/debugfs.h"

static const char *const counters[] = {
	"mapped", "unknown", "shadow", "put", "indirect", "stuff", "batches", "tces", "busy",
	"failed",
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))
#define FIRST_RATE 3

static const char *const meaning[COUNTERS] = {
	"TCEs mapped", "TCEs quarantined", "bytes of shadow", "H_PUT_TCE", "H_PUT_TCE_INDIRECT",
	"H_STUFF_TCE", "batches", "TCEs written", "busy answers", "failures",
};

/**
 * struct sample - a window's counters at one time
 * @id:    the window
 * @value: the counters
 */
struct sample {
	char id[24];
	uint64_t value[COUNTERS];
};

/**
 * struct samples - those of all windows
 * @sample: @n of them
 */
struct samples {
	struct sample *sample;
	size_t n;
};

static const struct sample *find(const struct samples *s, const char *id)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->sample[i].id, id))
			return &s->sample[i];
	return NULL;
}

static void take(struct samples *s, const struct debugfs_lines *r)
{
	struct sample *now;
	size_t i;

	s->sample = must(realloc(s->sample, (s->n + 1) * sizeof(*s->sample)));
	now = &s->sample[s->n++];
	snprintf(now->id, sizeof(now->id), "%s", debugfs_text(r, "id"));
	for (i = 0; i < COUNTERS; i++)
		now->value[i] = debugfs_number(r, counters[i]);
}

static void list_json(const char *name, const char *list)
{
	char text[4096];
	char *one, *rest = text;

	snprintf(text, sizeof(text), "%s", list ? list : "");
	json_array(name);
	while ((one = strsep(&rest, ",")))
		if (*one)
			json_string(NULL, one);
	json_end();
}

static void window_json(const struct debugfs_lines *r)
{
	size_t i;

	json_object(NULL);
	json_string("window", debugfs_text(r, "id"));
	list_json("liobns", debugfs_text(r, "liobns"));
	list_json("nodes", debugfs_text(r, "nodes"));
	json_hex("start", debugfs_number(r, "start"));
	json_number("size", debugfs_number(r, "size"));
	json_number("page_size", 1ULL << (debugfs_number(r, "shift") & 63));
	for (i = 0; i < COUNTERS; i++)
		json_number(counters[i], debugfs_number(r, counters[i]));
	json_end();
}

static void window_text(const struct debugfs_lines *r, const struct sample *old,
			unsigned int seconds)
{
	size_t i;

	printf("window %s  LIOBN %s  bus address 0x%" PRIx64 ", %s in pages of %s\n",
	       debugfs_text(r, "id"), debugfs_text(r, "liobns"), debugfs_number(r, "start"),
	       size_text(debugfs_number(r, "size")),
	       size_text(1ULL << (debugfs_number(r, "shift") & 63)));
	for (i = 0; i < COUNTERS; i++) {
		uint64_t value = debugfs_number(r, counters[i]);

		printf("  %-18s %12" PRIu64, meaning[i], value);
		if (old && i >= FIRST_RATE)
			printf("  %10" PRIu64 "/s", (value - old->value[i]) / seconds);
		printf("\n");
	}
}

static int show(const struct samples *old, struct samples *now, unsigned int seconds)
{
	struct debugfs_lines r;
	int rc = debugfs_open(&r, "windows");

	if (rc) {
		debugfs_explain(rc);
		return EXIT_FAILED;
	}
	if (json)
		json_array(NULL);
	while (debugfs_next(&r, "window")) {
		take(now, &r);
		if (json)
			window_json(&r);
		else
			window_text(&r, find(old, debugfs_text(&r, "id")), seconds);
	}
	if (json)
		json_end();
	else if (!now->n)
		printf("no user has a window\n");
	debugfs_close(&r);
	return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}

static int watch(unsigned int seconds)
{
	struct samples old = { 0 }, now = { 0 };
	int rc;

	for (;;) {
		patience_again();
		rc = show(&old, &now, seconds);
		free(old.sample);
		old = now;
		memset(&now, 0, sizeof(now));
		if (rc)
			break;
		sleep(seconds);
		if (!json)
			printf("\n");
	}
	free(old.sample);
	return rc;
}

int stat_show(int argc, char **argv)
{
	struct samples none = { 0 }, now = { 0 };
	int rc;

	if (argc == 2 && !strcmp(argv[0], "--watch") && atoi(argv[1]) > 0)
		return watch(atoi(argv[1]));
	if (argc == 1 && !strcmp(argv[0], "--openmetrics"))
		return metrics();
	if (argc)
		return command_usage("stat takes nothing, --openmetrics, or --watch and seconds");
	rc = show(&none, &now, 1);
	free(now.sample);
	return rc;
}
