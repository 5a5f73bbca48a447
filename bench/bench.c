// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench.c - a program that does every job once and says how long each took
 *
 * bench CHANNEL DRIVER SHIFT BDF LABEL
 *
 * With BENCH_HUGE in the environment its memory is huge pages: the same pieces in every run. For
 * each job there is a line on the channel,
 *
 *	# bench DRIVER SHIFT JOB THREADS TCES REPEAT LABEL SECONDS
 *
 * where TCES is what one repetition changes and SECONDS is for all of them. With a LABEL above 0
 * the host's trace is marked before each job (with the line's LABEL) and after it (with the next
 * number). Marks cost time: pass 0 to measure time. The next free label is printed at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "mark.h"
#include "tap.h"

static const char *driver;
static unsigned int shift;
static unsigned int label;

static void set_mark(unsigned int number)
{
	if (label && mark(number))
		tap_fail("the trace cannot be marked");
}

static void mark_start(const struct job *j)
{
	(void)j;
	set_mark(label);
}

static void mark_stop(const struct job *j, double seconds)
{
	set_mark(label + 1);
	tap_note("bench %s %u %s %u %llu %u %u %.9f", driver, shift, j->name, j->threads,
		 (unsigned long long)j->tces, j->repeat, label, seconds);
	if (label)
		label += 2;
}

int main(int argc, char **argv)
{
	static const struct watch watch = { .start = mark_start, .stop = mark_stop };
	const struct target *target;

	if (argc != 6) {
		fprintf(stderr, "usage: bench CHANNEL DRIVER SHIFT BDF LABEL\n");
		return 2;
	}
	tap_open(argv[1]);
	driver = argv[2];
	shift = atoi(argv[3]);
	label = atoi(argv[5]);
	target_huge = getenv("BENCH_HUGE");
	target = strcmp(driver, "floor") ? &target_vfio : &target_floor;
	target->open(argv[4]);
	jobs_run(target, shift, &watch);
	printf("%u\n", label);
	return 0;
}
