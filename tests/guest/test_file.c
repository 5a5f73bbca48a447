// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_file.c - a shared mapping of an ordinary file
 *
 * What the device wrote reaches the file's disk. Kernels from 6.5 on do not pin such memory for a
 * device that writes: there it is refused.
 *
 * A file system only writes pages that are marked dirty. So the pages are clean when the device
 * writes to them, as they are some seconds after a program has touched them. The test reads the
 * disk past the page cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "phys.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define SIZE	(64 * KIB)
#define BEFORE	0x11

enum ending {
	BY_UNMAP,	/* v2: still registered */
	BY_MAP,		/* a MAP over it; v2: then UNREGISTER */
	BY_CLOSE,
};

struct file {
	int fd;
	uint8_t *mem;
};

static void file_sync(const struct file *f)
{
	if (fsync(f->fd))
		tap_fail("fsync: %s", strerror(errno));
}

static void file_open(struct file *f)
{
	uint8_t block[4096];

	memset(block, BEFORE, sizeof(block));
	f->fd = open(FILES "/written", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (f->fd < 0)
		tap_fail("no file: %s", strerror(errno));
	for (size_t at = 0; at < SIZE; at += sizeof(block))
		if (write(f->fd, block, sizeof(block)) != sizeof(block))
			tap_fail("the file cannot be written: %s", strerror(errno));
	file_sync(f);
	f->mem = buffer_of(f->fd, SIZE);
}

/* Reads the file's content from the disk. */
static void file_from_disk(uint8_t *content)
{
	int fd = open(FILES "/written", O_RDONLY | O_DIRECT);

	if (fd < 0 || read(fd, content, SIZE) != SIZE)
		tap_fail("cannot read past the page cache: %s", strerror(errno));
	close(fd);
}

static void world_open_api(struct world *w, bool v1)
{
	if (v1)
		world_open_v1(w);
	else
		world_open(w);
	world_start(w, WORLD_HIGH);
}

/*
 * Maps the file, waits until it is clean, and lets the device write to it. Returns false if the
 * kernel does not pin such memory.
 */
static bool device_writes(struct world *w, bool v1, const struct file *f)
{
	int want = kstat_pins_files() ? 0 : -EFAULT;

	if (v1) {
		tap_errno(__vfio_map(&w->v, MIB, f->mem, SIZE, VFIO_DIR_BOTH), want, "MAP");
	} else {
		tap_errno(__vfio_register(&w->v, f->mem, SIZE), want, "REGISTER");
		if (!want)
			vfio_map(&w->v, MIB, f->mem, SIZE, VFIO_DIR_BOTH);
	}
	if (want)
		return false;
	if (msync(f->mem, SIZE, MS_SYNC))
		tap_fail("msync: %s", strerror(errno));
	w->status = nvme_read(&w->n, 0, MIB, SIZE);
	if (w->status || !pattern_is(f->mem, SIZE, w->seed))
		tap_fail("the device does not reach the file's memory: status %d", w->status);
	return true;
}

static void expect_on_disk(struct world *w, const struct file *f, const char *when)
{
	static uint8_t content[SIZE] __attribute__((aligned(65536)));

	file_sync(f);
	file_from_disk(content);
	tap_check(pattern_is(content, SIZE, w->seed), "%s: the disk has %s", when,
		  filled_with(content, SIZE, BEFORE) ? "what was there before" : "something else");
}

static void written(bool v1, enum ending how, const char *when)
{
	struct world w;
	struct file f;

	file_open(&f);
	world_open_api(&w, v1);
	if (device_writes(&w, v1, &f)) {
		if (how == BY_UNMAP)
			vfio_unmap(&w.v, MIB, SIZE);
		if (how == BY_MAP)
			vfio_map(&w.v, MIB, w.data, SIZE, VFIO_DIR_READ);
		if (how == BY_MAP && !v1)
			vfio_unregister(&w.v, f.mem, SIZE);
		if (how == BY_CLOSE)
			world_close(&w);
		expect_on_disk(&w, &f, when);
	}
	world_close(&w);
	munmap(f.mem, SIZE);
	close(f.fd);
}

static void file_unmapped(void)
{
	written(false, BY_UNMAP, "unmapped");
	written(true, BY_UNMAP, "unmapped, v1");
}

static void file_mapped_over(void)
{
	written(false, BY_MAP, "mapped over, and unregistered");
	written(true, BY_MAP, "mapped over, v1");
}

static void file_closed(void)
{
	written(false, BY_CLOSE, "closed");
	written(true, BY_CLOSE, "closed, v1");
}

/* Reclaim does not find young pages at once. */
static bool reclaimed(uint8_t *mem)
{
	for (unsigned int i = 0; i < 50; i++) {
		if (madvise(mem, SIZE, MADV_PAGEOUT))
			tap_fail("MADV_PAGEOUT: %s", strerror(errno));
		if (!phys_present(mem))
			return true;
		usleep(20000);
	}
	return false;
}

/* Reclaim takes a clean page away from the process, though a device may still write to it. */
static void file_reclaimed(void)
{
	struct world w;
	struct file f;

	file_open(&f);
	world_open_api(&w, false);
	if (device_writes(&w, false, &f)) {
		if (!reclaimed(f.mem))
			tap_note("the page stays, so this test shows nothing");
		w.status = nvme_read(&w.n, 0, MIB, SIZE);
		vfio_unmap(&w.v, MIB, SIZE);
		vfio_unregister(&w.v, f.mem, SIZE);
		tap_check(pattern_is(f.mem, SIZE, w.seed), "the process reads something else");
		expect_on_disk(&w, &f, "reclaimed while it was mapped");
	}
	world_close(&w);
	munmap(f.mem, SIZE);
	close(f.fd);
}

const struct tap_test file_tests[] = {
	{ .name = "file/unmapped", .run = file_unmapped },
	{ .name = "file/mapped-over", .run = file_mapped_over },
	{ .name = "file/closed", .run = file_closed },
	{ .name = "file/reclaimed", .run = file_reclaimed },
	{ }
};
