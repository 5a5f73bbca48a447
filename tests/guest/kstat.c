// SPDX-License-Identifier: GPL-2.0-only
/*
 * kstat.c - readers for the text files of /proc
 *
 * Each call reads anew. A missing file or line ends the test, since an unreadable number must not
 * count as "unchanged".
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "kstat.h"
#include "tap.h"

static FILE *open_text(const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f)
		tap_fail("%s: %s", path, strerror(errno));
	return f;
}

/* The number behind a name that starts a line. */
static bool find(const char *path, const char *name, uint64_t *value)
{
	size_t length = strlen(name);
	char line[256];
	bool found = false;
	FILE *f = open_text(path);

	while (!found && fgets(line, sizeof(line), f))
		found = !strncmp(line, name, length) &&
			sscanf(line + length, "%*[: \t]%" SCNu64, value) == 1;
	fclose(f);
	return found;
}

static uint64_t get(const char *path, const char *name)
{
	uint64_t value;

	if (!find(path, name, &value))
		tap_fail("%s has no %s", path, name);
	return value;
}

uint64_t kstat_locked(pid_t pid)
{
	char path[32] = "/proc/self/status";

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return get(path, "VmLck");
}

/* Makes the kernel collect the processors' counters for /proc/vmstat now, not once a second. */
static void refresh(void)
{
	FILE *f = open_text("/proc/sys/vm/stat_refresh");

	(void)fgetc(f);
	fclose(f);
}

/* In memory that tests' processes share. */
static int64_t *kept(void)
{
	static int64_t *page;

	if (!page)
		page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);
	if (page == MAP_FAILED)
		tap_fail("a shared page: %s", strerror(errno));
	return page;
}

void kstat_keep_pins(int64_t pages)
{
	*kept() += pages;
}

int64_t kstat_pins(void)
{
	refresh();
	return get("/proc/vmstat", "nr_foll_pin_acquired") -
	       get("/proc/vmstat", "nr_foll_pin_released") - *kept();
}

int64_t kstat_wait_pins(int64_t want)
{
	struct timespec nap = { .tv_nsec = 20000000 };
	int64_t pins = kstat_pins();

	for (int i = 0; i < 100 && pins != want; i++) {
		nanosleep(&nap, NULL);
		pins = kstat_pins();
	}
	return pins;
}

uint64_t kstat_memory(const char *name)
{
	return get("/proc/meminfo", name);
}

uint64_t kstat_objects(void)
{
	uint64_t objects, sum = 0;
	char line[512];
	FILE *f = open_text("/proc/slabinfo");

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "kmalloc%*s %" SCNu64, &objects) == 1)
			sum += objects;
	fclose(f);
	if (!sum)
		tap_fail("/proc/slabinfo has no kmalloc caches");
	return sum;
}

int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		tap_fail("/dev/kmsg: %s", strerror(errno));
	return fd;
}

unsigned int kmsg_count(int fd, char *sample, unsigned int size)
{
	unsigned int count = 0;
	char record[8192];
	ssize_t n;

	sample[0] = '\0';
	while ((n = read(fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (n > 0 && !count) {
			record[n] = '\0';
			snprintf(sample, size, "%s", record);
		}
		count++;
	}
	return count;
}

uint64_t kstat_event(const char *name)
{
	return get("/proc/vmstat", name);
}

static void release(unsigned int *major, unsigned int *minor)
{
	struct utsname u;

	if (uname(&u) || sscanf(u.release, "%u.%u", major, minor) != 2)
		tap_fail("which kernel is it?");
}

bool kstat_older(unsigned int major, unsigned int minor)
{
	unsigned int its_major, its_minor;

	release(&its_major, &its_minor);
	return its_major < major || (its_major == major && its_minor < minor);
}

bool kstat_pins_files(void)
{
	unsigned int major, minor;

	release(&major, &minor);
	/* The only 5.14 that the module supports is RHEL's. */
	return kstat_older(6, 5) && (major != 5 || minor != 14);
}
