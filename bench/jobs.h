/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jobs.h - what is measured: "make bench" does these jobs in an emulated partition, "tcectl bench"
 * on the machine it runs on.
 */
#ifndef BENCH_JOBS_H
#define BENCH_JOBS_H

#include <time.h>

#include "target.h"

/**
 * struct job - one of them
 * @name:    docs/benchmark.md says what it is
 * @threads: that share its work
 * @tces:    entries that one repetition is about
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
 * struct watch - who looks on; what these two take is not measured
 * @start: before a job
 * @stop:  after it; @seconds is for all repetitions
 */
struct watch {
	void (*start)(const struct job *j);
	void (*stop)(const struct job *j, double seconds);
};

/*
 * Does every job once on a target that was opened, with pages of 1 << @shift bytes, and closes it
 * where the target has a close. Ends the process when something fails.
 */
void jobs_run(const struct target *t, unsigned int shift, const struct watch *w);

#endif
