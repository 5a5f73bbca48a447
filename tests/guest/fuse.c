// SPDX-License-Identifier: GPL-2.0-only
/* fuse.c - the FUSE protocol by hand: the kernel is told that a file exists, and nothing more. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <signal.h>
#include <unistd.h>
#include <linux/fuse.h>

#include "fuse.h"
#include "tap.h"

#define FUSE_DIR	"/tmp/endless"
#define FUSE_FILE	FUSE_DIR "/file"
#define FUSE_REQUEST	(256 * 1024)
#define FILE_NODE	2

static void answer(int fd, uint64_t unique, int error, const void *body, size_t size)
{
	struct fuse_out_header head = {
		.len = sizeof(head) + size,
		.error = -error,
		.unique = unique,
	};
	struct iovec parts[] = {
		{ &head, sizeof(head) },
		{ (void *)body, size },
	};

	if (writev(fd, parts, size ? 2 : 1) < 0)
		_exit(1);
}

static struct fuse_attr attr_of(uint64_t node)
{
	struct fuse_attr attr = {
		.ino = node,
		.mode = node == FILE_NODE ? S_IFREG | 0644 : S_IFDIR | 0755,
		.size = node == FILE_NODE ? FUSE_BYTES : 0,
		.nlink = 1,
	};

	return attr;
}

static void answer_init(int fd, uint64_t unique)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_write = 4096,
	};

	answer(fd, unique, 0, &out, sizeof(out));
}

static void answer_lookup(int fd, uint64_t unique)
{
	struct fuse_entry_out out = {
		.nodeid = FILE_NODE,
		.attr_valid = 3600,
		.entry_valid = 3600,
		.attr = attr_of(FILE_NODE),
	};

	answer(fd, unique, 0, &out, sizeof(out));
}

static void answer_getattr(int fd, uint64_t unique, uint64_t node)
{
	struct fuse_attr_out out = { .attr_valid = 3600, .attr = attr_of(node) };

	answer(fd, unique, 0, &out, sizeof(out));
}

static void answer_open(int fd, uint64_t unique)
{
	struct fuse_open_out out = { .fh = 1 };

	answer(fd, unique, 0, &out, sizeof(out));
}

/* Answers a request. A read gets no answer, but is reported to @asked. */
static void serve_one(int fd, const struct fuse_in_header *in, int asked)
{
	switch (in->opcode) {
	case FUSE_INIT:
		answer_init(fd, in->unique);
		break;
	case FUSE_LOOKUP:
		answer_lookup(fd, in->unique);
		break;
	case FUSE_GETATTR:
		answer_getattr(fd, in->unique, in->nodeid);
		break;
	case FUSE_OPEN:
		answer_open(fd, in->unique);
		break;
	case FUSE_READ:
		if (write(asked, "r", 1) != 1)
			_exit(1);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		answer(fd, in->unique, ENOSYS, NULL, 0);
	}
}

static void serve(int fd, int asked)
{
	static char request[FUSE_REQUEST];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(fd, request, sizeof(request)) > 0)
		serve_one(fd, (const struct fuse_in_header *)request, asked);
	_exit(0);
}

static int fuse_mount(void)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[80];

	if (fd < 0)
		tap_fail("/dev/fuse: %s", strerror(errno));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	mkdir(FUSE_DIR, 0755);
	if (mount("endless", FUSE_DIR, "fuse", 0, options))
		tap_fail("mount of FUSE: %s", strerror(errno));
	return fd;
}

void *fuse_map(int *asked)
{
	int fd = fuse_mount();
	int ends[2], file;
	void *p;

	if (pipe(ends))
		tap_fail("pipe: %s", strerror(errno));
	if (!fork())
		serve(fd, ends[1]);
	/* With this process that one ends, and with its last file the fault, with an error */
	close(fd);
	close(ends[1]);
	*asked = ends[0];
	file = open(FUSE_FILE, O_RDWR | O_CLOEXEC);
	if (file < 0)
		tap_fail(FUSE_FILE ": %s", strerror(errno));
	p = mmap(NULL, FUSE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	if (p == MAP_FAILED)
		tap_fail("mmap of " FUSE_FILE ": %s", strerror(errno));
	return p;
}
