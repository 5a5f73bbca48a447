// SPDX-License-Identifier: GPL-2.0-only
/*
 * at_once.c - threads on ranges of their own in one window, with a hypervisor that takes its time.
 *
 * A call to the hypervisor sleeps for 2 ms, outside of the model, so that more threads than there
 * are processors can be in it. A shorter sleep would show the time of the model itself. The test
 * asserts that all threads are in the call at once. A person reads the table: batches of 512 TCEs
 * per second, beside the rate of one thread times the number of threads.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "world.h"

#define MOST	8
#define BATCHES	200
#define NAP_NS	2000000
#define SLICE	(4 * MiB)

long __real_papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n);
long __wrap_papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n);

/* In its first call, each thread waits for all others. */
static pthread_barrier_t all;
static _Thread_local bool met;
static bool slow;

long __wrap_papr_put_tce_indirect(u64 liobn, u64 ioba, const __be64 *list, u64 n)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };

	if (!met) {
		met = true;
		pthread_barrier_wait(&all);
	}
	if (slow)
		nanosleep(&nap, NULL);
	return __real_papr_put_tce_indirect(liobn, ioba, list, n);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void *work(void *arg)
{
	u64 ioba = (unsigned long)arg * SLICE;
	u32 i;

	shim_set_mm(&world.mm);
	prctl(PR_SET_TIMERSLACK, 1UL);
	for (i = 0; i < (slow ? BATCHES : 1); i++)
		if (ioas_map(&world.ioas, ioba, UA, 512 * 4 * KiB, RW))
			abort();
	return NULL;
}

/* Return: seconds for @n threads. */
static double run(unsigned long n)
{
	pthread_t thread[MOST];
	double since = now();
	unsigned long i;

	pthread_barrier_init(&all, NULL, n);
	for (i = 0; i < n; i++)
		pthread_create(&thread[i], NULL, work, (void *)i);
	for (i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&all);
	return now() - since;
}

static void ended(int sig)
{
	static const char text[] = "not ok scale/at-once - they wait for each other\n";

	if (write(1, text, sizeof(text) - 1))
		_exit(1);
}

int main(void)
{
	double one = 0;
	unsigned long n;

	world_setup_on(&model_qemu);
	world_begin();
	signal(SIGALRM, ended);
	alarm(60);
	run(MOST);
	puts("ok scale/at-once");
	alarm(0);
	slow = true;
	printf("\n%8s %14s %10s\n", "threads", "batches/s", "of ideal");
	for (n = 1; n <= MOST; n *= 2) {
		double rate = n * BATCHES / run(n);

		one = n == 1 ? rate : one;
		printf("%8lu %14.0f %9.0f%%\n", n, rate, 100 * rate / (n * one));
	}
	return 0;
}
