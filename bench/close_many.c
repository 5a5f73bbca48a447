// SPDX-License-Identifier: GPL-2.0-only
/*
 * close_many.c - a program that closes a window with ten million mappings
 *
 * close_many CHANNEL DRIVER BDF
 *
 * All mappings are of 4 KiB, and of the same memory, again and again. For the floor, whose window
 * has no container, a close is to clear all of them and to remove the window. It writes
 *
 *	# many DRIVER MAPPINGS JOB SECONDS
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tap.h"
#include "target.h"

#define SHIFT		12
#define MAPPINGS	10000000ULL
#define LARGE_WINDOW	(64ULL << 30)

static const struct target *target;
static const char *driver;
static struct timespec since;

static void start(void)
{
	clock_gettime(CLOCK_MONOTONIC, &since);
}

static void stop(const char *job)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	tap_note("many %s %llu %s %.6f", driver, MAPPINGS, job,
		 now.tv_sec - since.tv_sec + (now.tv_nsec - since.tv_nsec) / 1e9);
}

/* One call for each time that the memory is mapped. */
static void map_all(void)
{
	struct range r = { .n = MEMORY_SIZE >> SHIFT };

	for (; r.first < MAPPINGS; r.first += r.n) {
		if (r.n > MAPPINGS - r.first)
			r.n = MAPPINGS - r.first;
		target->map(&r);
	}
}

static void close_all(void)
{
	const struct range all = { .n = MAPPINGS };

	if (target->close)
		target->close();
	else
		target->remove(&all);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: close_many CHANNEL DRIVER BDF\n");
		return 2;
	}
	tap_open(argv[1]);
	driver = argv[2];
	target = strcmp(driver, "floor") ? &target_vfio : &target_floor;
	target->open(argv[3]);
	target->create(SHIFT, LARGE_WINDOW);
	start();
	map_all();
	stop("map");
	start();
	close_all();
	stop("close");
	return 0;
}
