// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl_fuzz.c - random calls from threads and processes that share two containers
 *
 * ioctl_fuzz -v CHANNEL SECONDS BDF [OTHER_BDF]
 *
 * Most of the calls are nearly right. A round is a process that opens the containers, with
 * threads that make calls, one that removes memory and closes file descriptors meanwhile, forked
 * children that also make calls, and a process that only opens groups. A round ends by itself or
 * is killed at any moment. Each round has a move of the system as a whole, during the round or
 * before it. After each round all its processes are gone: the groups can be opened again, and as
 * many pages are pinned as before. The kernel itself reports its faults: it panics on a warning.
 *
 * The program also checks that each kind of call sometimes succeeded: otherwise nothing was
 * tested.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "kstat.h"
#include "tap.h"

#define THREADS		3
#define ROUND_MS	800
#define ROUND_CALLS	1500	/* on a busy machine a round lasts until this many calls */
#define LONGEST_MS	(8000 * tap_slowness())
#define MOVES		4	/* of the system: each during rounds, then each alone */

/*
 * Each kind must succeed at least once in @rounds rounds. Each move of the system comes in one of
 * four rounds; in every second of these rounds it is alone.
 */
static const struct {
	const char *name;
	unsigned int rounds;
} kinds[FUZZ_KINDS] = {
	[REGISTER] = { "register", 8 },
	[UNREGISTER] = { "unregister", 8 },
	[CREATE] = { "create", 8 },
	[REMOVE] = { "remove", 8 },
	[MAP] = { "map", 8 },
	[UNMAP] = { "unmap", 8 },
	[INFO] = { "info", 8 },
	[ENABLE] = { "enable", 8 },
	[DISABLE] = { "disable", 8 },
	[ATTACH] = { "attach", 8 },
	[DEVICE] = { "device", 8 },
	[ODD] = { "odd", 8 },
	[REPLACE] = { "memory replaced", 8 },
	[GROUP_ALONE] = { "group alone", 8 },
	[SECOND_MAP] = { "map in the second container", 8 },
	[JOIN] = { "second PE joins", 16 },
	[VM] = { "KVM_CREATE_VM", 8 },
	[VM_DEVICE] = { "KVM_CREATE_DEVICE", 8 },
	[VM_TABLE] = { "KVM_CREATE_SPAPR_TCE_64", 8 },
	[GROUP_ADD] = { "KVM_DEV_VFIO_GROUP_ADD", 8 },
	[GROUP_TABLE] = { "KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE", 8 },
	[GROUP_DEL] = { "KVM_DEV_VFIO_GROUP_DEL", 8 },
	[UNLOAD] = { "module unloaded", 16 },
	[HOST] = { "device given to the host", 16 },
	[RESET] = { "device reset", 16 },
	[OFFLINE] = { "memory offline", 16 },
};

static unsigned int seconds;

static void start_threads(void)
{
	pthread_t thread;

	for (unsigned int i = 0; i < THREADS; i++)
		pthread_create(&thread, NULL, fuzz_caller, (void *)(uintptr_t)dice(1 << 20));
}

static unsigned int all_calls(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < FUZZ_KINDS; i++)
		n += fuzz_count->calls[i];
	return n;
}

/* Opens both containers; they share the memory. */
static void open_both(unsigned long type)
{
	int ret = fuzz_open(&fuzz_side[0], fuzz_bdf[0], type);

	if (ret) {
		tap_check(false, "the group cannot be opened: %s", strerror(-ret));
		_exit(1);
	}
	note(ATTACH, 0);
	if (!dice(3))
		__vfio_open_device(&fuzz_side[0].v);
	fuzz_side[1].v = (struct vfio){ -1, -1, -1, "" };
	if (!fuzz_bdf[1])
		return;
	if (!dice(3))
		fuzz_join(50);
	else if (dice(4))
		__vfio_open(&fuzz_side[1].v, fuzz_bdf[1]);
}

/* Every fourth round begins with the older API. */
static void round_process(unsigned int number, unsigned int seed)
{
	uint64_t begin;
	unsigned int calls;
	bool shared;

	fuzz_seed = seed;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fuzz_start_holder();
	open_both(number % 4 != 1 ? VFIO_SPAPR_TCE_v2_IOMMU : VFIO_SPAPR_TCE_IOMMU);
	fuzz_memory = dice(2) ? buffer_private(FUZZ_MEMORY) : buffer_shared(FUZZ_MEMORY);
	shared = !dice(4);
	if (shared)
		fuzz_start_children();
	start_threads();
	fuzz_count->ready = number + 1;
	begin = now_ms();
	calls = all_calls();
	while (now_ms() < begin + ROUND_MS ||
	       (all_calls() < calls + ROUND_CALLS && now_ms() < begin + LONGEST_MS))
		fuzz_disturb(shared);
	_exit(0);
}

/* Starts a move. If it is not alone, it begins at any time in the round. */
static pid_t start_move(unsigned int number, unsigned int seed, bool alone)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	fuzz_seed = seed;
	if (!alone)
		usleep(dice(ROUND_MS) * 1000);
	fuzz_move(number, alone);
	_exit(0);
}

/* Lets a round run to its end, or for some time after its start, or, rarely, for any time. */
static void let_run(unsigned int number, pid_t pid)
{
	uint64_t end = now_ms() + FUZZ_PATIENCE_MS + LONGEST_MS;
	bool whole = dice(2), at_any_moment = !dice(8);

	while (!at_any_moment && fuzz_count->ready != number + 1 && now_ms() < end)
		usleep(2000);
	if (!whole)
		usleep(1000 * (20 + dice(ROUND_MS)));
	while (whole && now_ms() < end && waitpid(pid, NULL, WNOHANG) != pid)
		usleep(10000);
}

/* Kills the round's remaining processes and waits for them; waits for the end of a move. */
static void end_round(pid_t pid)
{
	/* Before the process has its own process group, only its own pid works. */
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

/*
 * The last process with a descriptor may still be exiting. On 6.1 the host's driver starts a disk
 * in the background: if that fails, it gives up the device later, even if the device has another
 * driver by then.
 */
static bool group_is_free(const char *bdf)
{
	unsigned int lost = 0;
	struct vfio w;

	for (unsigned int i = 0; i < 1000; i++) {
		int ret = __vfio_open(&w, bdf);

		if (!ret)
			vfio_close(&w);
		if (ret == -ENOENT && !lost++ && !fuzz_bind(bdf)) {
			tap_note("%s was without a driver, and has got it again", bdf);
			continue;
		}
		if (ret != -EBUSY)
			return tap_check(!ret, "opening the group after a round: %s",
					 strerror(-ret));
		usleep(10000);
	}
	return tap_check(false, "somebody holds the group");
}

static bool all_as_before(int64_t pins)
{
	int64_t now = kstat_wait_pins(pins);

	tap_check(now == pins, "%lld pages are pinned that were not before",
		  (long long)(now - pins));
	return group_is_free(fuzz_bdf[0]) && (!fuzz_bdf[1] || group_is_free(fuzz_bdf[1])) &&
	       !tap_failed();
}

static bool run_round(unsigned int number, int64_t pins)
{
	unsigned int seed = dice(1 << 30), move_seed = dice(1 << 30);
	bool alone = number / MOVES % 2;
	pid_t pid;

	if (alone)
		waitpid(start_move(number, move_seed, true), NULL, 0);
	pid = fork();
	if (!pid)
		round_process(number, seed);
	if (!alone)
		start_move(number, move_seed, false);
	let_run(number, pid);
	end_round(pid);
	return all_as_before(pins);
}

/* Can this kind of call succeed here at all? */
static bool is_possible(enum fuzz_kind kind)
{
	switch (kind) {
	case SECOND_MAP ... JOIN:
		return fuzz_bdf[1];
	case VM ... GROUP_DEL:
		return fuzz_has_kvm;
	case UNLOAD:
		return fuzz_module_can_go();
	default:
		return true;
	}
}

/*
 * Calls that need more than one PE may fail in a few rounds, and are not made in each: one of
 * @rounds calls must succeed.
 */
static bool often_enough(enum fuzz_kind kind, unsigned int rounds)
{
	unsigned int good = fuzz_count->good[kind], calls = fuzz_count->calls[kind];
	unsigned int want = rounds / kinds[kind].rounds;

	if (kind < SECOND_MAP)
		return good > want;
	return calls >= want && good >= (calls < rounds ? calls : rounds) / kinds[kind].rounds;
}

static void report(unsigned int rounds)
{
	tap_note("%u rounds", rounds);
	for (unsigned int i = 0; i < FUZZ_KINDS; i++) {
		tap_note("%s: %u of %u succeeded", kinds[i].name, fuzz_count->good[i],
			 fuzz_count->calls[i]);
		tap_check(!is_possible(i) || often_enough(i, rounds),
			  "only %u calls of %s succeeded in %u rounds", fuzz_count->good[i],
			  kinds[i].name, rounds);
	}
	tap_check(rounds > seconds / (10 * tap_slowness()), "only %u rounds", rounds);
}

static void fuzz(void)
{
	uint64_t end = now_ms() + seconds * 1000ULL;
	int64_t pins = kstat_pins();
	unsigned int rounds = 0;

	/* This process must wait for the children of a killed process. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fuzz_has_kvm = !access("/dev/kvm", R_OK | W_OK);
	if (fuzz_has_kvm)
		fuzz_kvm_setup();
	fuzz_seed = new_seed();
	tap_note("seed %u", fuzz_seed);
	while (now_ms() < end && run_round(rounds, pins))
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

	if (argc < 5 || argc > 6 || strcmp(argv[1], "-v")) {
		fputs("usage: ioctl_fuzz -v CHANNEL SECONDS BDF [OTHER_BDF]\n", stderr);
		return 2;
	}
	tap_open(argv[2]);
	seconds = atoi(argv[3]);
	fuzz_bdf[0] = argv[4];
	fuzz_bdf[1] = argv[5];
	tests[0].limit = 2 * seconds + 60;
	fuzz_setup();
	return tap_run(suites, &hooks, all) > 0;
}
