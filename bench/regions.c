// SPDX-License-Identifier: GPL-2.0-only
/*
 * regions.c - a program that measures what a region costs beside many others
 *
 * regions CHANNEL DRIVER BDF MOST
 *
 * It writes a line on the channel for each number of regions of one page, up to MOST, and each
 * job:
 *
 *	# regions DRIVER N JOB MICROSECONDS
 *
 * Before these come lines for REGISTER and UNREGISTER of 1 GiB of each kind of memory. At the end
 * comes a line for a process that is killed with the most regions, all of them mapped. One small
 * file is mapped again and again, so that the regions' pages fit into memory.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "tap.h"
#include "vfio.h"

#define PIECE	64UL	/* pages of the file */
#define REPEAT	500U	/* of each job beside n regions */
#define LARGE	(1UL << 30)

static const char *driver;
static struct timespec since;
static struct window window;
static struct vfio v;
static uint8_t *memory;
static unsigned long page, regions;

static void start(void)
{
	clock_gettime(CLOCK_MONOTONIC, &since);
}

static void stop(const char *job, unsigned long times)
{
	struct timespec now;
	double us;

	clock_gettime(CLOCK_MONOTONIC, &now);
	us = (now.tv_sec - since.tv_sec) * 1e6 + (now.tv_nsec - since.tv_nsec) / 1e3;
	tap_note("regions %s %lu %s %.2f", driver, regions, job, us / times);
}

/* Maps PIECE pages more than the number of regions. */
static void map_file(void)
{
	unsigned long size = (regions + PIECE) * page;
	int fd = memfd_create("regions", MFD_CLOEXEC);

	memory = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (fd < 0 || memory == MAP_FAILED || ftruncate(fd, PIECE * page))
		tap_fail("no memory");
	for (unsigned long at = 0; at < size; at += PIECE * page)
		if (mmap(memory + at, PIECE * page, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0) == MAP_FAILED)
			tap_fail("no mapping");
	close(fd);
}

static void register_all(void)
{
	start();
	for (unsigned long i = 0; i < regions; i++)
		vfio_register(&v, memory + i * page, page);
	stop("register", regions);
}

static void one_beside(void)
{
	start();
	for (unsigned int i = 0; i < REPEAT; i++) {
		vfio_register(&v, memory + regions * page, page);
		vfio_unregister(&v, memory + regions * page, page);
	}
	stop("one_more", REPEAT);
}

static void map_all(void)
{
	start();
	for (unsigned long i = 0; i < regions; i++)
		vfio_map(&v, window.start + i * page, memory + i * page, page, VFIO_DIR_BOTH);
	stop("map", regions);
}

static void unmap_all(void)
{
	start();
	for (unsigned long i = 0; i < regions; i++)
		vfio_unmap(&v, window.start + i * page, page);
	stop("unmap", regions);
}

static void many(const char *bdf, unsigned long n)
{
	regions = n;
	map_file();
	vfio_open(&v, bdf);
	vfio_create(&v, __builtin_ctzl(page), n * page, &window);
	register_all();
	one_beside();
	map_all();
	unmap_all();
	map_all();
	start();
	vfio_close(&v);
	stop("close_all", 1);
	munmap(memory, (n + PIECE) * page);
}

/* Maps everything, reports that, and waits to be killed. */
static void victim(const char *bdf, int ready)
{
	vfio_open(&v, bdf);
	vfio_create(&v, __builtin_ctzl(page), regions * page, &window);
	for (unsigned long i = 0; i < regions; i++) {
		vfio_register(&v, memory + i * page, page);
		vfio_map(&v, window.start + i * page, memory + i * page, page, VFIO_DIR_BOTH);
	}
	if (write(ready, "", 1) == 1)
		pause();
	_exit(1);
}

static void killed(const char *bdf, unsigned long n)
{
	int ready[2];
	pid_t child;
	char byte;

	regions = n;
	map_file();
	if (pipe(ready))
		tap_fail("no pipe");
	child = fork();
	if (!child)
		victim(bdf, ready[1]);
	close(ready[1]);
	if (child < 0 || read(ready[0], &byte, 1) != 1)
		tap_fail("nobody to be killed");
	start();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	stop("kill_all", 1);
	close(ready[0]);
	munmap(memory, (n + PIECE) * page);
}

static void large(const char *bdf, const char *kind, const char *gone, uint8_t *mem)
{
	regions = 1;
	memset(mem, 1, LARGE);
	vfio_open(&v, bdf);
	start();
	vfio_register(&v, mem, LARGE);
	stop(kind, 1);
	start();
	vfio_unregister(&v, mem, LARGE);
	stop(gone, 1);
	vfio_close(&v);
	munmap(mem, LARGE);
}

static uint8_t *ordinary(int advice)
{
	uint8_t *mem = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);

	if (mem == MAP_FAILED)
		tap_fail("no memory");
	madvise(mem, LARGE, advice);
	return mem;
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: regions CHANNEL DRIVER BDF MOST\n");
		return 2;
	}
	tap_open(argv[1]);
	driver = argv[2];
	page = sysconf(_SC_PAGESIZE);
	large(argv[3], "ordinary", "ordinary_gone", ordinary(MADV_NOHUGEPAGE));
	large(argv[3], "transparent", "transparent_gone", ordinary(MADV_HUGEPAGE));
	large(argv[3], "huge", "huge_gone", buffer_huge(LARGE, false));
	for (unsigned long n = 1024; n <= strtoul(argv[4], NULL, 0); n *= 4)
		many(argv[3], n);
	killed(argv[3], regions);
	return 0;
}
