// SPDX-License-Identifier: GPL-2.0-only
/*
 * disk.c - a program that reads a disk, one request at a time, past the page cache
 *
 * disk PATH seq|random BYTES COUNT
 *
 * Prints "SECONDS" for all requests. Random places are the same in every run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct job {
	int fd;
	int random;
	size_t bytes;
	unsigned int count;
	uint64_t blocks;	/* blocks of that size */
	uint8_t *buffer;
};

/*
 * The place of the nth request. For random places the factor is odd, so it is coprime to any
 * power of two.
 */
static off_t place(const struct job *j, unsigned int n)
{
	uint64_t block = j->random ? (n + 1) * 2654435761ULL >> 7 : n;

	return block % j->blocks * j->bytes;
}

static int read_all(const struct job *j)
{
	for (unsigned int n = 0; n < j->count; n++)
		if (pread(j->fd, j->buffer, j->bytes, place(j, n)) != (ssize_t)j->bytes)
			return -1;
	return 0;
}

static int open_disk(struct job *j, const char *path)
{
	off_t size;

	j->fd = open(path, O_RDONLY | O_DIRECT);
	if (j->fd < 0)
		return -1;
	size = lseek(j->fd, 0, SEEK_END);
	if (size < (off_t)j->bytes)
		return -1;
	j->blocks = size / j->bytes;
	return posix_memalign((void **)&j->buffer, 65536, j->bytes) ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct timespec from, to;
	struct job j;

	if (argc != 5) {
		fputs("usage: disk PATH seq|random BYTES COUNT\n", stderr);
		return 2;
	}
	j.random = !strcmp(argv[2], "random");
	j.bytes = strtoul(argv[3], NULL, 0);
	j.count = strtoul(argv[4], NULL, 0);
	if (open_disk(&j, argv[1])) {
		perror(argv[1]);
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (read_all(&j)) {
		fprintf(stderr, "%s: cannot be read: %s\n", argv[1], strerror(errno));
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.6f\n", (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9);
	return 0;
}
