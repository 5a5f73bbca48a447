// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_meanwhile.c - what goes on while threads call
 *
 * Memory is unmapped and mapped, descriptors are closed and opened again, other processes call on
 * the same container, or open a group and do nothing with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define CHILDREN	2

/* --- memory --- */

static bool some_piece(uint8_t **at, size_t *size)
{
	*at = fuzz_memory + dice(FUZZ_MEMORY / FUZZ_GRID) * FUZZ_GRID;
	*size = (1 + dice(16)) * FUZZ_GRID;
	return *at + *size <= fuzz_memory + FUZZ_MEMORY;
}

static void *map_at(void *at, size_t size, int flags)
{
	return mmap(at, size, PROT_READ | (seldom() ? 0 : PROT_WRITE),
		    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void disturb_memory(void)
{
	uint8_t *at;
	size_t size;

	if (!some_piece(&at, &size))
		return;
	if (dice(2))
		madvise(at, size, MADV_DONTNEED);
	else
		map_at(at, size, MAP_FIXED);
}

/* Unmaps a piece for a while, and then maps other memory at the same address. */
static void replace_memory(void)
{
	uint8_t *at;
	size_t size;

	if (!some_piece(&at, &size) || munmap(at, size))
		return;
	usleep(dice(3000));
	note(REPLACE, map_at(at, size, MAP_FIXED_NOREPLACE) == at ? 0 : -1);
}

/* --- groups --- */

/* Only another holder of the group, or a move of the system, may be the reason for a refusal. */
static bool excused(int ret, unsigned int moving)
{
	return ret == -EBUSY || moving & 1 || moving != fuzz_count->moving;
}

int fuzz_open(struct fuzz_side *side, const char *bdf, unsigned long type)
{
	uint64_t end = now_ms() + FUZZ_PATIENCE_MS;
	unsigned int moving;
	int ret;

	do {
		moving = fuzz_count->moving;
		ret = __vfio_open_as(&side->v, bdf, type);
		if (!ret)
			return 0;
		usleep(2000);
	} while (excused(ret, moving) && now_ms() < end);
	return ret;
}

/* Tries for some time: nobody can open the group while a child still holds it. */
static void open_group_again(void)
{
	int id = vfio_group_of(fuzz_bdf[0]);

	for (unsigned int i = 0; i < 100; i++) {
		int fd = vfio_open_group(id);

		if (fd >= 0) {
			fuzz_side[0].v.group = fd;
			return;
		}
		usleep(1000);
	}
}

/* Closes the group while others call: without its last group the container loses its driver. */
static void reopen(bool container)
{
	struct vfio *v = &fuzz_side[0].v;

	if (v->device >= 0)
		close(v->device);
	v->device = -1;
	close(v->group);
	/* The process that only opens groups gets a chance. */
	usleep(dice(4000));
	if (container) {
		close(v->container);
		v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	}
	open_group_again();
	fuzz_attach(&fuzz_side[0]);
}

void fuzz_join(unsigned int tries)
{
	struct vfio v;
	int ret;

	/* The process that only opens groups may have this one open. */
	while ((ret = __vfio_join(&v, &fuzz_side[0].v, fuzz_bdf[1])) == -EBUSY && --tries)
		usleep(2000);
	note(JOIN, ret);
	fuzz_side[1].v = v;
}

static void second_comes(void)
{
	struct fuzz_side *second = &fuzz_side[1];
	struct vfio v;

	if (dice(2)) {
		fuzz_join(1);
	} else if (!__vfio_open(&v, fuzz_bdf[1])) {
		second->v = v;
	}
}

/* Closes the second group, and its container if it has its own; other threads may use it. */
static void second_goes(void)
{
	struct vfio *v = &fuzz_side[1].v;
	int container = v->container;

	vfio_leave(v);
	if (container >= 0 && container != fuzz_side[0].v.container)
		close(container);
}

static void disturb_second(void)
{
	if (!fuzz_bdf[1])
		return;
	if (fuzz_side[1].v.group < 0)
		second_comes();
	else if (!dice(3))
		second_goes();
	else
		fuzz_attach(&fuzz_side[1]);
}

/* --- processes --- */

static void run_child(unsigned int seed, unsigned int ms)
{
	pid_t pid = fork();

	if (!pid) {
		fuzz_seed = seed;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (unsigned int i = 0; i < 30; i++)
			fuzz_call();
		_exit(0);
	}
	usleep(ms * 1000);
	if (pid > 0 && dice(2))
		kill(pid, SIGKILL);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* Starts processes that share the descriptors but not the memory. */
void fuzz_start_children(void)
{
	for (unsigned int i = 0; i < CHILDREN; i++) {
		unsigned int seed = dice(1 << 20);

		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fuzz_caller((void *)(uintptr_t)seed);
	}
}

/* Opens a group for a while, perhaps in a container, which takes the PE: nobody else can use it. */
static void hold_group(const char *bdf)
{
	int group = note(GROUP_ALONE, vfio_open_group(vfio_group_of(bdf)));
	int container = -1;

	if (group < 0)
		return;
	if (dice(2)) {
		container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
		ioctl(group, VFIO_GROUP_SET_CONTAINER, &container);
	}
	usleep(dice(20000));
	/* Closed in either order. */
	if (dice(2))
		close(container);
	close(group);
	close(container);
}

void fuzz_start_holder(void)
{
	unsigned int seed = dice(1 << 20);

	if (fork())
		return;
	fuzz_seed = seed;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		hold_group(fuzz_bdf[dice(2) && fuzz_bdf[1]]);
		usleep(1000 + dice(30000));
	}
}

void fuzz_disturb(bool shared)
{
	unsigned int what = dice(24);

	if (what < 9)
		disturb_memory();
	else if (what < 12)
		replace_memory();
	else if (what < 14)
		run_child(dice(1 << 20), dice(30));
	else if (what < 17)
		fuzz_attach(&fuzz_side[0]);
	else if (what < 19 && !shared)
		reopen(what == 17);
	else if (what < 22)
		disturb_second();
	usleep(dice(5) * 1000);
}
