// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench.c - "bench": the jobs of "make bench" on this machine, by the driver that is loaded.
 * Every job runs five times, or as often as the user asks, for each size of IOMMU pages that
 * memory is available for. The median counts.
 *
 * Hypercalls are those that the module counts for existing windows. They are not known for jobs
 * that create or remove a window.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../../bench/jobs.h"
#include "../../lib/tap.h"
#include "args.h"
#include "command.h"
#include "commands/vfio_user.h"
#include "json.h"
#include "message.h"
#include "system/counters.h"
#include "system/sysroot.h"

#define RUNS		5
#define MOST_RUNS	99
#define JOBS		64
#define MAX_SHIFT	24	/* larger pages: too few for the jobs that have threads */
#define ROUND_LIMIT	1200	/* seconds; the kernel's own driver is slow */

/**
 * struct measured - a job with one size of pages
 * @job:     the job
 * @shift:   log2 of the page size
 * @seconds: of one repetition, by run
 * @counted: the hypercalls are known
 * @calls:   of all repetitions
 */
struct measured {
	struct job job;
	char name[16];
	unsigned int shift;
	double seconds[MOST_RUNS];
	bool counted;
	struct counters calls;
};

/* Shared with the processes that do the jobs, one after the other */
static struct {
	uint64_t sizes;
	unsigned int n;
	struct measured all[JOBS];
} *results;

static char node[256];
static char bdf[16];
static unsigned int shift;
static unsigned int runs = RUNS;
static unsigned int run_number;
static bool counting;
static struct counters begin;

/* --- in the process that does the jobs --- */

static struct measured *place(const struct job *j)
{
	struct measured *m;
	unsigned int i;

	for (i = 0; i < results->n; i++) {
		m = &results->all[i];
		if (m->shift == shift && !strcmp(m->name, j->name) && m->job.threads == j->threads)
			return m;
	}
	if (results->n == JOBS)
		tap_fail("more jobs than there is room for");
	m = &results->all[results->n++];
	m->job = *j;
	m->shift = shift;
	snprintf(m->name, sizeof(m->name), "%s", j->name);
	return m;
}

static void job_starts(const struct job *j)
{
	(void)j;
	counting = counters_read(node, &begin) && begin.windows;
}

/* What the windows counted belongs to the job if it neither created nor removed a window. */
static void count(struct measured *m)
{
	struct counters now;

	if (!counting || !counters_read(node, &now) || now.windows != begin.windows)
		return;
	m->counted = true;
	m->calls.put = now.put - begin.put;
	m->calls.indirect = now.indirect - begin.indirect;
	m->calls.stuff = now.stuff - begin.stuff;
}

static void job_stops(const struct job *j, double seconds)
{
	struct measured *m = place(j);

	m->seconds[run_number] = seconds / j->repeat;
	count(m);
}

static void one_round(void)
{
	static const struct watch watch = { .start = job_starts, .stop = job_stops };

	target_vfio.open(bdf);
	jobs_run(&target_vfio, shift, &watch);
}

static void ask_sizes(void)
{
	results->sizes = target_page_sizes(bdf);
}

/* --- in the process that starts the jobs --- */

static bool failed;

static void result(const struct tap_test *t, enum tap_result how, const char *why)
{
	(void)t;
	if (how == TAP_OK)
		return;
	error("%s: %s", bdf, why);
	failed = true;
}

/* Runs @run in a process of its own: the end of that process releases the PE in any case */
static bool in_child(void (*run)(void))
{
	const struct tap_test alone[] = {
		{ .name = "round", .run = run, .limit = ROUND_LIMIT },
		{ }
	};
	const struct tap_test *const suites[] = { alone, NULL };
	static const struct tap_hooks hooks = { .result = result };
	static char *const all[] = { NULL };

	if (vfio_user_interrupted()) {
		error("interrupted");
		return false;
	}
	return !tap_run(suites, &hooks, all) && !failed;
}

/* Bytes of free huge pages of the default size; @size gets that size */
static uint64_t free_huge(uint64_t *size)
{
	char *text = sysroot_read("/proc/meminfo");
	char *line = text ? strstr(text, "Hugepagesize:") : NULL;
	uint64_t kilobytes = 0;

	if (line)
		sscanf(line, "Hugepagesize: %" SCNu64, &kilobytes);
	free(text);
	*size = kilobytes << 10;
	return *size * sysroot_number("/sys/kernel/mm/hugepages/hugepages-%" PRIu64
				      "kB/free_hugepages", kilobytes);
}

/* Is there memory, of ordinary or of huge pages, that can be mapped with this page size? */
static bool has_memory(unsigned int page_shift)
{
	uint64_t size = 1ULL << page_shift, huge;

	target_huge = size > (uint64_t)sysconf(_SC_PAGESIZE);
	if (!target_huge)
		return true;
	return page_shift <= MAX_SHIFT && free_huge(&huge) >= MEMORY_SIZE && huge >= size;
}

static bool measure(void)
{
	for (run_number = 0; run_number < runs; run_number++)
		for (shift = 12; shift <= MAX_SHIFT; shift++)
			if ((results->sizes >> shift & 1) && has_memory(shift) &&
			    !in_child(one_round))
				return false;
	return true;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(const struct measured *m)
{
	double sorted[MOST_RUNS];

	memcpy(sorted, m->seconds, runs * sizeof(sorted[0]));
	qsort(sorted, runs, sizeof(sorted[0]), by_size);
	return sorted[runs / 2];
}

static uint64_t per_repetition(const struct measured *m, uint64_t calls)
{
	return calls / m->job.repeat;
}

static void hcalls_json(const struct measured *m)
{
	if (!m->counted) {
		json_string("hcalls", NULL);
		return;
	}
	json_object("hcalls");
	json_number("put", per_repetition(m, m->calls.put));
	json_number("get", 0); /* none, by design */
	json_number("indirect", per_repetition(m, m->calls.indirect));
	json_number("stuff", per_repetition(m, m->calls.stuff));
	json_end();
}

static void print_json(void)
{
	struct utsname name;

	uname(&name);
	json_object(NULL);
	json_string("kernel", name.release);
	json_number("page_size", sysconf(_SC_PAGESIZE));
	json_array("jobs");
	for (unsigned int i = 0; i < results->n; i++) {
		const struct measured *m = &results->all[i];

		json_object(NULL);
		json_string("job", m->name);
		json_string("driver", vfio_user_driver());
		json_number("page_shift", m->shift);
		json_number("tces", m->job.tces);
		json_number("threads", m->job.threads);
		json_seconds("seconds", median(m));
		hcalls_json(m);
		json_end();
	}
	json_end();
	json_end();
}

static const char *time_text(double s)
{
	static char text[24];

	if (s >= 1)
		snprintf(text, sizeof(text), "%.2f s", s);
	else if (s >= 0.0001)
		snprintf(text, sizeof(text), "%.2f ms", s * 1e3);
	else
		snprintf(text, sizeof(text), "%.1f us", s * 1e6);
	return text;
}

static void print_line(const struct measured *m)
{
	printf("  %-13s %7u %9" PRIu64 " %11s ", m->name, m->job.threads, m->job.tces,
	       time_text(median(m)));
	if (m->counted)
		printf("%10" PRIu64 "\n",
		       per_repetition(m, m->calls.put + m->calls.indirect + m->calls.stuff));
	else
		printf("%10s\n", "-");
}

static void print_text(void)
{
	unsigned int now = 0;

	printf("Driver: %s; 256 MiB in a window of 4 GiB; medians of %u runs\n", vfio_user_driver(),
	       runs);
	for (shift = 12; shift <= MAX_SHIFT; shift++)
		for (unsigned int i = 0; i < results->n; i++) {
			const struct measured *m = &results->all[i];

			if (m->shift != shift)
				continue;
			if (now != shift)
				printf("\nIOMMU pages of %s\n  %-13s %7s %9s %11s %10s\n",
				       size_text(1ULL << shift), "job", "threads", "TCEs", "time",
				       "hypercalls");
			now = shift;
			print_line(m);
		}
}

/* Names the page sizes that the windows offer, but that there is no memory for */
static void say_unmeasured(void)
{
	for (shift = 12; shift < 64; shift++)
		if ((results->sizes >> shift & 1) && !has_memory(shift))
			error("pages of %s are not measured: that takes 256M of free huge pages "
			      "at least as large, and pages of 16M at most",
			      size_text(1ULL << shift));
}

static int run(void)
{
	results = mmap(NULL, sizeof(*results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	must(results == MAP_FAILED ? NULL : results);
	vfio_user_hold_interrupts();
	if (!in_child(ask_sizes))
		return EXIT_FAILED;
	say_unmeasured();
	if (!measure())
		return EXIT_FAILED;
	if (json)
		print_json();
	else
		print_text();
	return EXIT_OK;
}

/* Takes whole numbers only; false for anything else. */
static bool parse_runs(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	runs = n;
	return *text >= '1' && *text <= '9' && !*end && n <= MOST_RUNS;
}

int bench(int argc, char **argv)
{
	const char *wanted = NULL;
	const struct arg options[] = { { "--runs", &wanted, NULL }, { } };
	struct pci_function f;
	struct pe *pe;
	int rc = EXIT_FAILED;

	if (!args_parse(options, &argc, argv))
		return EXIT_USAGE;
	if (argc != 1)
		return command_usage("bench takes a device and --runs N");
	if (wanted && !parse_runs(wanted))
		return command_usage("--runs %s: a number from 1 to %u", wanted, MOST_RUNS);
	pe = vfio_user_find(argv[0], &f, MEMORY_SIZE + (4 << 20));
	if (pe && !pe->ddw) {
		error("%s: firmware has no dynamic windows for it, and the jobs take one of 4G",
		      f.bdf);
	} else if (pe && vfio_user_can_start(&f)) {
		snprintf(bdf, sizeof(bdf), "%s", f.bdf);
		snprintf(node, sizeof(node), "%s", pe->node);
		rc = run();
	}
	free(pe);
	return rc;
}
