// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_resetting.c - a PE's reset takes seconds: nobody else waits for it
 *
 * The PEs are those of test_stopped.c. A test says how long the platform takes.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "tap.h"
#include "tests.h"
#include "victim.h"
#include "world.h"

#define USUAL_MS	100
#define LONG_MS		5000
#define CLOSE_MS	2000	/* the most that a close may take that waits for nothing */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

/* How long a PE is not available after the begin and after the end of a reset. */
static void platform_takes(unsigned int ms)
{
	FILE *f = fopen("/sys/module/tce_inject/parameters/moment", "w");

	if (!f || fprintf(f, "%u", ms) < 0 || fclose(f))
		tap_fail("the parameter moment: %s", strerror(errno));
}

/* A call in a thread of its own. */
struct call {
	struct vfio *v;
	pthread_t thread;
	int ret;
	int begun;
	int done;
	uint64_t ms;
};

static bool is_done(const struct call *c)
{
	return __atomic_load_n(&c->done, __ATOMIC_ACQUIRE);
}

static void begin(struct call *c, void *(*fn)(void *), struct vfio *v)
{
	*c = (struct call){ .v = v };
	if (pthread_create(&c->thread, NULL, fn, c))
		tap_fail("pthread_create()");
	while (!__atomic_load_n(&c->begun, __ATOMIC_ACQUIRE))
		usleep(1000);
	/* It is in the kernel by now */
	usleep(100000);
}

static void note_begin(struct call *c)
{
	c->ms = now_ms();
	__atomic_store_n(&c->begun, 1, __ATOMIC_RELEASE);
}

static void note_end(struct call *c)
{
	c->ms = now_ms() - c->ms;
	__atomic_store_n(&c->done, 1, __ATOMIC_RELEASE);
}

/* The longer part of a reset. */
static void *end_reset(void *data)
{
	struct call *c = data;

	note_begin(c);
	c->ret = vfio_eeh(c->v, VFIO_EEH_PE_RESET_DEACTIVATE);
	note_end(c);
	return NULL;
}

static void begin_reset(struct call *c, struct vfio *v)
{
	tap_errno(vfio_eeh(v, VFIO_EEH_PE_RESET_HOT), 0, "RESET_HOT");
	begin(c, end_reset, v);
}

static void finish_reset(struct call *c)
{
	pthread_join(c->thread, NULL);
	tap_errno(c->ret, 0, "RESET_DEACTIVATE");
	tap_note("the reset's end took %llu ms", (unsigned long long)c->ms);
}

static unsigned int map_until(struct world *w, const struct call *c, uint64_t end)
{
	unsigned int maps = 0;

	for (;;) {
		vfio_map(&w->v, 0, w->data, MIB, VFIO_DIR_BOTH);
		vfio_unmap(&w->v, 0, MIB);
		if (is_done(c) || now_ms() >= end)
			return maps;
		maps++;
	}
}

/* A reset's end takes two seconds; other calls do not wait for it. */
static void others_go_on(void)
{
	unsigned int maps;
	struct call reset;
	struct world w;

	world_open(&w);
	vfio_open_device(&w.v);
	begin_reset(&reset, &w.v);
	maps = map_until(&w, &reset, UINT64_MAX);
	finish_reset(&reset);
	tap_note("%u MAPs and UNMAPs while a reset went on", maps);
	/* One MAP may have run when the reset began, and one may have waited for its end */
	tap_check(maps > 2, "MAPs wait for a reset");
	world_close(&w);
}

/* A user of the other PE. */
static void works_apart(unsigned int seed, int ready)
{
	struct vfio v;

	(void)seed;
	vfio_open(&v, join_device());
	vfio_open_device(&v);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* What has just ended, began at @from, and did not wait for the reset. */
static void expect_meanwhile(const struct call *reset, uint64_t from, const char *what)
{
	tap_note("%s: %llu ms", what, (unsigned long long)(now_ms() - from));
	tap_check(!is_done(reset), "%s waits for a reset", what);
}

/*
 * In a reset: another process with another PE ends, the PE's own group leaves, and the next
 * container comes.
 */
static void closed_meanwhile(void)
{
	pid_t pid = victim_start(works_apart, 0);
	struct vfio next;
	struct call reset;
	struct world w;
	uint64_t from;

	world_open(&w);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	platform_takes(LONG_MS);
	begin_reset(&reset, &w.v);
	from = now_ms();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	expect_meanwhile(&reset, from, "the end of another PE's user");
	from = now_ms();
	vfio_leave(&w.v);
	expect_meanwhile(&reset, from, "the end of the PE's own container");
	from = now_ms();
	vfio_open(&next, world_bdf);
	expect_meanwhile(&reset, from, "the next container");
	finish_reset(&reset);
	platform_takes(USUAL_MS);
	vfio_close(&next);
	vfio_close(&w.v);
}

static void *close_device(void *data)
{
	struct call *c = data;

	note_begin(c);
	c->ret = close(c->v->device);
	note_end(c);
	return NULL;
}

/*
 * A user closes his device and has not ended its reset: the kernel resets the function and waits
 * until it answers, for a minute at most. The container does not wait for that, and can end it.
 */
static void closed_in_reset(void)
{
	struct call closing;
	struct world w;
	uint64_t from;

	world_open(&w);
	vfio_open_device(&w.v);
	tap_errno(vfio_eeh(&w.v, VFIO_EEH_PE_RESET_HOT), 0, "RESET_HOT");
	begin(&closing, close_device, &w.v);
	tap_note("%u MAPs and UNMAPs meanwhile", map_until(&w, &closing, now_ms() + 3000));
	tap_check(!is_done(&closing), "the device was closed, or a MAP waited for it");
	tap_errno(vfio_eeh(&w.v, VFIO_EEH_PE_RESET_DEACTIVATE), 0, "RESET_DEACTIVATE");
	pthread_join(closing.thread, NULL);
	w.v.device = -1;
	tap_note("closing took %llu ms", (unsigned long long)closing.ms);
	tap_check(closing.ms < 30000ULL * tap_slowness(), "closing goes on after the reset's end");
	from = now_ms();
	world_close(&w);
	tap_check(now_ms() - from < CLOSE_MS * tap_slowness(), "the container's end took %llu ms",
		  (unsigned long long)(now_ms() - from));
}

/*
 * A container that ends in a reset leaves the PE in it, as with the kernel's own driver. The next
 * container ends the reset before it opens the device, and has a PE that works.
 */
static void left_in_reset(void)
{
	uint64_t from;
	struct vfio v;
	struct world w;

	platform_takes(USUAL_MS);
	vfio_open(&v, world_bdf);
	tap_errno(vfio_eeh(&v, VFIO_EEH_PE_RESET_HOT), 0, "RESET_HOT");
	from = now_ms();
	vfio_close(&v);
	tap_check(now_ms() - from < CLOSE_MS * tap_slowness(), "the container's end took %llu ms",
		  (unsigned long long)(now_ms() - from));
	usleep(2 * USUAL_MS * 1000);
	world_open(&w);
	tap_errno(vfio_eeh(&w.v, VFIO_EEH_PE_GET_STATE), VFIO_EEH_PE_STATE_RESET, "GET_STATE");
	tap_errno(vfio_eeh(&w.v, VFIO_EEH_PE_RESET_DEACTIVATE), 0, "RESET_DEACTIVATE");
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "the next container");
	world_close(&w);
}

const struct tap_test resetting_tests[] = {
	{ .name = "resetting/others-go-on", .run = others_go_on, .limit = 60 },
	{ .name = "resetting/closed-meanwhile", .run = closed_meanwhile, .limit = 60 },
	{ .name = "resetting/closed-in-reset", .run = closed_in_reset, .limit = 90 },
	{ .name = "resetting/left-in-reset", .run = left_in_reset, .limit = 60 },
	{ }
};
