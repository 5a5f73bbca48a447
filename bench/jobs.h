/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jobs.h - the jobs that are measured.
 *
 * "make bench" runs them in an emulated partition, "tcectl bench" on the machine on which it
 * runs.
 */
#ifndef BENCH_JOBS_H
#define BENCH_JOBS_H

#include <time.h>

#include "target.h"

/**
 * struct job - a job
 * @name:    docs/benchmark.md says what it is
 * @threads: threads that share its work
 * @tces:    entries that one repetition changes
 * @repeat:  repetitions
 * @since:   when it began
 */
struct job {
	const char *name;
	unsigned int threads;
	uint64_t tces;
	unsigned int repeat;
	struct timespec since;
};

/**
 * struct watch - the caller's functions around each job; their own time is not measured
 * @start: before a job
 * @stop:  after it; @seconds is for all repetitions
 */
struct watch {
	void (*start)(const struct job *j);
	void (*stop)(const struct job *j, double seconds);
};

/*
 * Does every job once on an open target, with pages of 1 << @shift bytes, and closes the target
 * if it has a close. Ends the process when something fails.
 */
void jobs_run(const struct target *t, unsigned int shift, const struct watch *w);

#endif
