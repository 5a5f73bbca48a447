// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl_fuzz -v CHANNEL BDF SECONDS
 *
 * Random ioctls, most of them nearly right, from several threads and processes that share a
 * container. A round is a process that opens the container, with threads that call, one that takes
 * memory and file descriptors away meanwhile, and forked children that call too. It ends by itself
 * or is killed at any moment. After each round everybody is gone: then the group can be opened
 * again and as many pages are pinned as before. What the kernel must not do, the kernel itself
 * reports: it panics on a warning.
 *
 * What is asserted besides: each kind of call succeeded now and then, or nothing was tested.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "tap.h"
#include "vfio.h"

#define THREADS		3
#define CHILDREN	2
#define MEMORY		(32 * MIB)
#define GRID		(64 * KIB)	/* aligned on kernels of either page size */
#define HIGH		(1ULL << 59)	/* where QEMU puts a window beside another one */
#define ROUND_MS	800

enum kind {
	REGISTER, UNREGISTER, CREATE, REMOVE, MAP, UNMAP, INFO, ENABLE, DISABLE, ATTACH, DEVICE,
	ODD, KINDS
};

static const char *const kind_name[KINDS] = {
	"register", "unregister", "create", "remove", "map", "unmap", "info", "enable", "disable",
	"attach", "device", "odd"
};

/* Counted in memory that all processes share. */
static struct {
	atomic_uint calls[KINDS];
	atomic_uint good[KINDS];
} *count;

static const char *bdf;
static unsigned int seconds;

/* What the processes of a round share by inheritance. */
static struct vfio v;
static uint8_t *memory;
static uint64_t last_window;
static bool shared;	/* children hold it as long as the round lasts */

static __thread unsigned int seed;

static unsigned int dice(unsigned int sides)
{
	return rand_r(&seed) / 7 % sides;
}

static bool seldom(void)
{
	return !dice(16);
}

static int note(enum kind kind, int ret)
{
	count->calls[kind]++;
	if (ret >= 0)
		count->good[kind]++;
	return ret;
}

/* --- arguments --- */

static uint64_t odd_number(void)
{
	static const uint64_t numbers[] = {
		0, 1, 4095, 0x7fffffff, 0xffffffff, 1ULL << 32, ~0ULL, ~0ULL << 12, 1ULL << 63,
		0xc000000000000000ULL, HIGH, HIGH - 4096, HIGH + (1ULL << 40),
	};

	return numbers[dice(sizeof(numbers) / sizeof(numbers[0]))];
}

static uint64_t some_memory(void)
{
	if (seldom())
		return odd_number();
	return (uintptr_t)memory + dice(MEMORY / GRID) * GRID + (seldom() ? 4096 : 0);
}

/* Regions start on a coarse grid, so that threads meet. */
static uint64_t some_region(void)
{
	return seldom() ? some_memory() : (uintptr_t)memory + dice(16) * 2 * MIB;
}

static uint64_t some_size(void)
{
	if (seldom())
		return odd_number();
	return (dice(4) ? 1 + dice(8) : dice(MEMORY / GRID)) * GRID;
}

static uint64_t some_iova(void)
{
	static const uint64_t starts[] = { 0, 0, HIGH };
	unsigned int i = dice(4);

	if (seldom())
		return odd_number();
	return (i < 3 ? starts[i] : last_window) + dice(1024) * GRID;
}

static uint32_t argsz(size_t size)
{
	return seldom() ? dice(2 * size) : size;
}

static uint32_t no_flags(void)
{
	return seldom() ? 1U << dice(32) : 0;
}

/* --- calls --- */

static void do_registration(enum kind kind, unsigned long cmd)
{
	struct vfio_iommu_spapr_register_memory arg = {
		.argsz = argsz(sizeof(arg)),
		.flags = no_flags(),
		.vaddr = some_region(),
		.size = seldom() ? some_size() : 2 * MIB,
	};

	note(kind, ioctl(v.container, cmd, &arg));
}

/*
 * QEMU's tables take its memory, and a window of 2^32 TCEs, which it offers, is the end of it when
 * the next one is created: far less is asked for.
 */
static uint64_t some_window_size(void)
{
	if (seldom())
		return odd_number() & ((1ULL << 36) - 1);
	return 1ULL << (20 + dice(14));
}

static void do_create(void)
{
	static const uint32_t shifts[] = { 12, 12, 16, 16, 24, 21, 34, 13 };
	struct vfio_iommu_spapr_tce_create arg = {
		.argsz = argsz(sizeof(arg)),
		.flags = no_flags(),
		.page_shift = seldom() ? odd_number() : shifts[dice(8)],
		.window_size = some_window_size(),
		.levels = seldom() ? odd_number() : dice(3),
	};

	if (note(CREATE, ioctl(v.container, VFIO_IOMMU_SPAPR_TCE_CREATE, &arg)) >= 0)
		last_window = arg.start_addr;
}

static void do_remove(void)
{
	struct vfio_iommu_spapr_tce_remove arg = {
		.argsz = argsz(sizeof(arg)),
		.flags = no_flags(),
		.start_addr = seldom() ? some_iova() : dice(2) ? last_window : 0,
	};

	note(REMOVE, ioctl(v.container, VFIO_IOMMU_SPAPR_TCE_REMOVE, &arg));
}

static void do_map(void)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = argsz(sizeof(arg)),
		.flags = seldom() ? no_flags() : 1 + dice(3),
		.vaddr = some_memory(),
		.iova = some_iova(),
		.size = some_size(),
	};

	note(MAP, ioctl(v.container, VFIO_IOMMU_MAP_DMA, &arg));
}

static void do_unmap(void)
{
	struct vfio_iommu_type1_dma_unmap arg = {
		.argsz = argsz(offsetof(struct vfio_iommu_type1_dma_unmap, data)),
		.flags = no_flags(),
		.iova = some_iova(),
		.size = some_size(),
	};

	note(UNMAP, ioctl(v.container, VFIO_IOMMU_UNMAP_DMA, &arg));
}

static void do_info(void)
{
	struct vfio_iommu_spapr_tce_info arg = { .argsz = argsz(sizeof(arg)) };

	/* Where there is nobody to ask, whoever can attach a group again is to come to it. */
	if (note(INFO, ioctl(v.container, VFIO_IOMMU_SPAPR_TCE_GET_INFO, &arg)) < 0)
		usleep(2000);
}

static void do_attach(void)
{
	unsigned long type = dice(4) ? VFIO_SPAPR_TCE_v2_IOMMU : VFIO_SPAPR_TCE_IOMMU;

	if (!dice(4))
		ioctl(v.group, VFIO_GROUP_UNSET_CONTAINER);
	ioctl(v.group, VFIO_GROUP_SET_CONTAINER, &v.container);
	if (seldom())
		ioctl(v.container, VFIO_SET_IOMMU, dice(12));
	note(ATTACH, ioctl(v.container, VFIO_SET_IOMMU, type));
}

static void do_device(void)
{
	int fd = note(DEVICE, ioctl(v.group, VFIO_GROUP_GET_DEVICE_FD, v.bdf));

	if (fd < 0)
		return;
	usleep(dice(2000));
	close(fd);
}

/* Any call of VFIO's, with a good argument or a bad one. */
static void do_odd(void)
{
	uint64_t arg[16] = { argsz(sizeof(arg)) };
	unsigned long cmd = _IO(VFIO_TYPE, VFIO_BASE + dice(24));
	unsigned int i;

	for (i = 1; i < 16; i++)
		arg[i] = dice(2) ? odd_number() : 0;
	/* What takes the group away is done by others, and windows have limits. */
	if (cmd == VFIO_GROUP_UNSET_CONTAINER || cmd == VFIO_IOMMU_SPAPR_TCE_CREATE)
		return;
	note(ODD, ioctl(dice(4) ? v.container : v.group, cmd,
			dice(4) ? (unsigned long)arg : odd_number()));
}

static void one_call(void)
{
	unsigned int what = dice(40);

	if (what < 14)
		do_map();
	else if (what < 20)
		do_unmap();
	else if (what < 24)
		do_registration(REGISTER, VFIO_IOMMU_SPAPR_REGISTER_MEMORY);
	else if (what < 27)
		do_registration(UNREGISTER, VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY);
	else if (what < 29)
		do_create();
	else if (what < 31)
		do_remove();
	else if (what < 33)
		do_info();
	else if (what == 33)
		note(ENABLE, ioctl(v.container, VFIO_IOMMU_ENABLE));
	else if (what == 34)
		note(DISABLE, ioctl(v.container, VFIO_IOMMU_DISABLE));
	else if (what == 35)
		do_device();
	else
		do_odd();
}

static void *caller(void *arg)
{
	seed = (uintptr_t)arg;
	for (;;)
		one_call();
	return NULL;
}

/* --- what goes on meanwhile --- */

static void disturb_memory(void)
{
	void *at = memory + dice(MEMORY / GRID) * GRID;
	size_t size = (1 + dice(16)) * GRID;

	if ((uint8_t *)at + size > memory + MEMORY)
		return;
	if (dice(2))
		madvise(at, size, MADV_DONTNEED);
	else
		mmap(at, size, PROT_READ | (seldom() ? 0 : PROT_WRITE),
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* While a child still holds the group nobody can open it. */
static void open_group_again(void)
{
	int id = vfio_group_of(bdf);

	for (unsigned int i = 0; i < 100; i++) {
		int fd = vfio_open_group(id);

		if (fd >= 0) {
			v.group = fd;
			return;
		}
		usleep(1000);
	}
}

/* Without its last group the container has no driver: its end, while others call. */
static void reopen(bool container)
{
	if (v.device >= 0)
		close(v.device);
	v.device = -1;
	close(v.group);
	if (container) {
		close(v.container);
		v.container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	}
	open_group_again();
	do_attach();
}

static void run_child(unsigned int child_seed, unsigned int ms)
{
	pid_t pid = fork();

	if (!pid) {
		seed = child_seed;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (unsigned int i = 0; i < 30; i++)
			one_call();
		_exit(0);
	}
	usleep(ms * 1000);
	if (pid > 0 && dice(2))
		kill(pid, SIGKILL);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void disturb(void)
{
	unsigned int what = dice(20);

	if (what < 12)
		disturb_memory();
	else if (what < 14)
		run_child(dice(1 << 20), dice(30));
	else if (what < 17)
		do_attach();
	else if (what < 19 && !shared)
		reopen(what == 17);
	usleep(dice(5) * 1000);
}

/* --- rounds --- */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static void start_threads(void)
{
	pthread_t thread;

	for (unsigned int i = 0; i < THREADS; i++)
		pthread_create(&thread, NULL, caller, (void *)(uintptr_t)dice(1 << 20));
}

/* A process that shares the descriptors but not the memory. */
static void start_children(void)
{
	for (unsigned int i = 0; i < CHILDREN; i++) {
		unsigned int child_seed = dice(1 << 20);

		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		caller((void *)(uintptr_t)child_seed);
	}
}

/* Every fourth round begins with the older API. */
static void round_process(unsigned int number, unsigned int round_seed)
{
	uint64_t end = now_ms() + ROUND_MS;
	int ret;

	seed = round_seed;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ret = __vfio_open_as(&v, bdf, number % 4 != 1 ? VFIO_SPAPR_TCE_v2_IOMMU
						      : VFIO_SPAPR_TCE_IOMMU);
	if (ret) {
		tap_check(false, "the group cannot be opened: %s", strerror(-ret));
		_exit(1);
	}
	note(ATTACH, 0);
	if (!dice(3))
		__vfio_open_device(&v);
	memory = dice(2) ? buffer_private(MEMORY) : buffer_shared(MEMORY);
	shared = !dice(4);
	if (shared)
		start_children();
	start_threads();
	while (now_ms() < end)
		disturb();
	_exit(0);
}

/* Everybody of a round: whoever is left is killed, and waited for. */
static void end_round(pid_t pid)
{
	/* Before it has made a group of its own it can only be killed by itself. */
	kill(pid, SIGKILL);
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

/* The last one to hold a descriptor may be on its way out still. */
static bool group_is_free(void)
{
	struct vfio w;

	for (unsigned int i = 0; i < 1000; i++) {
		int ret = __vfio_open(&w, bdf);

		if (!ret)
			vfio_close(&w);
		if (ret != -EBUSY)
			return tap_check(!ret, "opening the group after a round: %s",
					 strerror(-ret));
		usleep(10000);
	}
	return tap_check(false, "somebody holds the group");
}

static bool run_round(unsigned int number, unsigned int *main_seed, int64_t pins)
{
	unsigned int round_seed = rand_r(main_seed);
	bool early = rand_r(main_seed) & 8;
	int64_t now;
	pid_t pid = fork();

	if (!pid)
		round_process(number, round_seed);
	usleep(1000 * (early ? 20 + rand_r(main_seed) % ROUND_MS : ROUND_MS + 200));
	end_round(pid);
	now = kstat_wait_pins(pins);
	tap_check(now == pins, "%lld pages are pinned that were not before",
		  (long long)(now - pins));
	return group_is_free() && !tap_failed();
}

static void report(unsigned int rounds)
{
	tap_note("%u rounds", rounds);
	for (unsigned int i = 0; i < KINDS; i++) {
		tap_note("%s: %u of %u succeeded", kind_name[i], count->good[i],
			 count->calls[i]);
		tap_check(count->good[i] > rounds / 8, "only %u calls of %s succeeded in %u rounds",
			  count->good[i], kind_name[i], rounds);
	}
	tap_check(rounds > seconds / 10, "only %u rounds", rounds);
}

static void fuzz(void)
{
	unsigned int main_seed = new_seed();
	uint64_t end = now_ms() + seconds * 1000ULL;
	int64_t pins = kstat_pins();
	unsigned int rounds = 0;

	/* The children of a process that was killed are ours to wait for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	tap_note("seed %u", main_seed);
	while (now_ms() < end && run_round(rounds, &main_seed, pins))
		rounds++;
	report(rounds);
}

static void nothing(void)
{
}

int main(int argc, char *argv[])
{
	static const struct tap_hooks hooks = { .before = nothing, .after = nothing };
	static struct tap_test tests[] = { { .name = "fuzz/ioctls", .run = fuzz }, { 0 } };
	static const struct tap_test *const suites[] = { tests, NULL };
	static char *all[] = { NULL };

	if (argc != 5 || strcmp(argv[1], "-v")) {
		fputs("usage: ioctl_fuzz -v CHANNEL BDF SECONDS\n", stderr);
		return 2;
	}
	tap_open(argv[2]);
	bdf = argv[3];
	seconds = atoi(argv[4]);
	tests[0].limit = seconds + 60;
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (count == MAP_FAILED)
		return 2;
	return tap_run(suites, &hooks, all) > 0;
}
