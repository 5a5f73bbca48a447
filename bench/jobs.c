// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs.c - the jobs, one after the other in one process; the time between jobs is not measured.
 *
 * A job that maps for the first time uses a range in which nothing was mapped before.
 */
#include <pthread.h>

#include "jobs.h"
#include "tap.h"

#define REPEAT		1000	/* of jobs on one page */
#define MAX_THREADS	4

static const struct target *target;
static const struct watch *watch;
static unsigned int shift;

static void start(struct job *j)
{
	watch->start(j);
	clock_gettime(CLOCK_MONOTONIC, &j->since);
}

static void stop(const struct job *j)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	watch->stop(j, now.tv_sec - j->since.tv_sec + (now.tv_nsec - j->since.tv_nsec) / 1e9);
}

static uint64_t pages(uint64_t bytes)
{
	return bytes >> shift;
}

/* A range that maps all of the memory, in part @number of the window's 16 parts. */
static struct range part(unsigned int number)
{
	return (struct range){ .first = number * pages(MEMORY_SIZE), .n = pages(MEMORY_SIZE) };
}

/* --- several threads, each with its part of a range --- */

static pthread_barrier_t gate;

struct share {
	pthread_t thread;
	struct range range;
	void (*act)(const struct range *r);
};

static void *work(void *arg)
{
	const struct share *s = arg;

	pthread_barrier_wait(&gate);
	s->act(&s->range);
	pthread_barrier_wait(&gate);
	return NULL;
}

static void begin_shares(struct share *shares, unsigned int n, const struct range *r,
			 void (*act)(const struct range *r))
{
	pthread_barrier_init(&gate, NULL, n + 1);
	for (unsigned int i = 0; i < n; i++) {
		uint64_t offset = i * (r->n / n);

		shares[i].act = act;
		shares[i].range = (struct range){ r->first + offset, r->page + offset, r->n / n };
		if (pthread_create(&shares[i].thread, NULL, work, &shares[i]))
			tap_fail("no thread");
	}
}

static void end_shares(struct share *shares, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		pthread_join(shares[i].thread, NULL);
	pthread_barrier_destroy(&gate);
}

static void on_range(const char *name, unsigned int threads, const struct range *r,
		     void (*act)(const struct range *r))
{
	struct job job = { .name = name, .threads = threads, .tces = r->n, .repeat = 1 };
	struct share shares[MAX_THREADS];

	if (threads == 1) {
		start(&job);
		act(r);
		stop(&job);
		return;
	}
	begin_shares(shares, threads, r, act);
	start(&job);
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	stop(&job);
	end_shares(shares, threads);
}

/* --- the jobs --- */

static void create_job(void)
{
	struct job job = { "create", .threads = 1, .tces = pages(WINDOW_SIZE), .repeat = 1 };

	start(&job);
	target->create(shift, WINDOW_SIZE);
	stop(&job);
}

/* How often a job on one page can repeat: limited by the pages up to the window's end */
static unsigned int repetitions(const struct range *r)
{
	uint64_t left = pages(WINDOW_SIZE) - r->first;

	return left < REPEAT ? left : REPEAT;
}

/* Neighbouring bus pages, one call for each. Large pages map the same memory again. */
static void one_page_job(const char *name, struct range r, void (*act)(const struct range *r))
{
	struct job job = { .name = name, .threads = 1, .tces = 1, .repeat = repetitions(&r) };
	uint64_t memory = pages(MEMORY_SIZE);

	r.n = 1;
	start(&job);
	for (unsigned int i = 0; i < job.repeat; i++, r.first++, r.page = i % memory)
		act(&r);
	stop(&job);
}

static void remove_job(const char *name, const struct range *mapped)
{
	struct job job = { name, .threads = 1, .tces = mapped ? mapped->n : 0, .repeat = 1 };

	start(&job);
	target->remove(mapped);
	stop(&job);
}

static void close_job(const struct range *mapped)
{
	struct job job = { .name = "close", .threads = 1, .tces = mapped->n, .repeat = 1 };

	start(&job);
	target->close();
	stop(&job);
}

void jobs_run(const struct target *t, unsigned int page_shift, const struct watch *w)
{
	struct range whole;

	target = t;
	watch = w;
	shift = page_shift;
	whole = part(0);
	create_job();
	for (unsigned int threads = 1; threads <= MAX_THREADS; threads *= 2) {
		struct range r = part(threads);

		on_range("map", threads, &r, target->map);
		on_range("unmap", threads, &r, target->unmap);
	}
	one_page_job("map_one", part(8), target->map);
	one_page_job("unmap_one", part(8), target->unmap);
	on_range("remap", 1, &whole, target->map);
	on_range("replace", 1, &whole, target->map);
	remove_job("remove", &whole);
	target->create(shift, WINDOW_SIZE);
	remove_job("remove_empty", NULL);
	if (!target->close)
		return;
	target->create(shift, WINDOW_SIZE);
	target->map(&whole);
	close_job(&whole);
}
