// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_stopped.c - a platform that stops a PE after an error, and a user who restarts it
 *
 * Both devices, the usual one and vfiotest's -o, have EEH by way of tests/inject, each in a PE of
 * its own. tests/inject does not emulate what a stopped PE does to registers: the PE's devices only
 * lose the right to do DMA.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <asm/eeh.h>

#include "buffer.h"
#include "kstat.h"
#include "tap.h"
#include "tests.h"
#include "victim.h"
#include "world.h"

#define PARAMETERS	"/sys/module/tce_inject/parameters/"
#define PES		2

/* The number of a device's host bridge. */
static unsigned int bridge_of(const char *bdf)
{
	return strtoul(bdf, NULL, 16);
}

static void stop(unsigned int bridge)
{
	FILE *f = fopen(PARAMETERS "freeze", "w");

	if (!f || fprintf(f, "%u", bridge) < 0 || fclose(f))
		tap_fail("stopping the PE of host bridge %u: %s", bridge, strerror(errno));
}

static unsigned int count_of(const char *parameter, unsigned int bridge)
{
	unsigned int n[PES] = { 0 };
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), PARAMETERS "%s", parameter);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%u,%u", &n[0], &n[1]) != PES)
		tap_fail("%s cannot be read", path);
	fclose(f);
	return n[bridge % PES];
}

static unsigned int resets_of(unsigned int bridge)
{
	return count_of("resets", bridge);
}

/* How often a PE was stopped, and then had lost its DMA. */
static unsigned int stops_of(unsigned int bridge)
{
	return count_of("frozen", bridge);
}

static void expect_stops(unsigned int bridge, unsigned int want, const char *what)
{
	for (unsigned int i = 0; i < 100 && stops_of(bridge) < want; i++)
		usleep(10000);
	tap_check(stops_of(bridge) == want, "%s: host bridge %u was stopped %u times, not %u", what,
		  bridge, stops_of(bridge), want);
}

static void expect(struct vfio *v, uint32_t op, int want, const char *what)
{
	tap_errno(vfio_eeh(v, op), want, "%s", what);
}

/*
 * The answer of GET_STATE for a PE that works. Some kernels (6.8, but not 6.12.95) have such a
 * PE's registers and DMA as active but not as enabled, and answer as for a stopped PE.
 */
static int state_of_working(const char *bdf)
{
	const unsigned int active = 0x18, enabled = 0x60;
	char path[96];
	unsigned int state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/eeh_pe_state", bdf);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%x", &state) != 1)
		tap_fail("%s cannot be read", path);
	fclose(f);
	return (state & (active | enabled)) == active ? VFIO_EEH_PE_STATE_STOPPED :
						       VFIO_EEH_PE_STATE_NORMAL;
}

static void expect_state(struct vfio *v, int want, const char *when)
{
	tap_errno(vfio_eeh(v, VFIO_EEH_PE_GET_STATE), want, "GET_STATE %s", when);
}

static void expect_working(struct vfio *v, const char *when)
{
	expect_state(v, state_of_working(world_bdf), when);
}

static void reset(struct vfio *v, uint32_t op)
{
	expect(v, op, 0, "RESET");
	expect_state(v, VFIO_EEH_PE_STATE_RESET, "in a reset");
	expect(v, VFIO_EEH_PE_RESET_DEACTIVATE, 0, "RESET_DEACTIVATE");
	expect_working(v, "after a reset");
	expect(v, VFIO_EEH_PE_CONFIGURE, 0, "CONFIGURE");
}

static void unfreeze(struct vfio *v)
{
	expect_state(v, VFIO_EEH_PE_STATE_STOPPED, "of a PE that was stopped");
	expect(v, VFIO_EEH_PE_UNFREEZE_IO, 0, "UNFREEZE_IO");
	expect_state(v, VFIO_EEH_PE_STATE_STOPPED_DMA, "with registers alone");
	expect(v, VFIO_EEH_PE_UNFREEZE_DMA, 0, "UNFREEZE_DMA");
	expect_working(v, "with DMA");
}

/*
 * A program's usual steps: access to registers first, then DMA, and a reset. The first MiB of data
 * is mapped at 0, and no write reaches it until the device has been started again.
 */
static void recover(struct world *w)
{
	world_expect_writes(w, 0, w->data, UNTOUCHED, "while the PE is stopped");
	unfreeze(&w->v);
	world_expect_writes(w, 0, w->data, UNTOUCHED, "before the device is started again");
	reset(&w->v, VFIO_EEH_PE_RESET_HOT);
}

/* The device starts again with the mappings from before, without a new MAP. */
static void start_again(struct world *w)
{
	vfio_bus_master(&w->v, 1);
	world_start_mapped(w, WORLD_HIGH);
}

static void extension(void)
{
	struct vfio v;

	vfio_open(&v, world_bdf);
	tap_errno(vfio_ioctl(&v, VFIO_CHECK_EXTENSION, (void *)VFIO_EEH), 1,
		  "CHECK_EXTENSION of EEH");
	vfio_close(&v);
}

static int kernel_has(const char *symbol)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[256];
	int found = 0;

	if (!f)
		tap_fail("/proc/kallsyms: %s", strerror(errno));
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, symbol) != NULL;
	fclose(f);
	return found;
}

/* Can this kernel inject errors into a partition's PE? Linux can since 6.12. */
static int kernel_injects(void)
{
	static int known = -1;

	if (known < 0)
		known = kernel_has(" pseries_eeh_err_inject\n");
	return known;
}

/* The kernel's answers where it can inject: only accesses to memory, of two types. */
static void inject(struct vfio *v, uint32_t type, uint32_t func, int want)
{
	tap_errno(vfio_eeh_inject(v, type, func), kernel_injects() ? want : -ENOENT,
		  "INJECT_ERR of type %u and function %u", type, func);
}

/* The injections that are refused leave the PE as it is; the last one stops it. */
static void injections(struct vfio *v)
{
	inject(v, EEH_ERR_TYPE_32, EEH_ERR_FUNC_MAX + 1, -EINVAL);
	inject(v, EEH_ERR_TYPE_64 + 1, EEH_ERR_FUNC_LD_MEM_ADDR, -EINVAL);
	inject(v, EEH_ERR_TYPE_32, EEH_ERR_FUNC_LD_CFG_ADDR, -ERANGE);
	inject(v, EEH_ERR_TYPE_64, EEH_ERR_FUNC_ST_CFG_DATA, -ERANGE);
	inject(v, EEH_ERR_TYPE_64, EEH_ERR_FUNC_DMA_WR_TARGET, -ERANGE);
	expect_working(v, "after injections that were refused");
	inject(v, EEH_ERR_TYPE_64, EEH_ERR_FUNC_LD_MEM_ADDR, 0);
	if (kernel_injects())
		unfreeze(v);
}

/* Each operation; the container's PEs are reset twice, and stopped if the kernel injects errors. */
static void each_operation(struct vfio *v)
{
	expect(v, VFIO_EEH_PE_DISABLE, 0, "DISABLE");
	expect(v, VFIO_EEH_PE_ENABLE, 0, "ENABLE");
	expect(v, VFIO_EEH_PE_UNFREEZE_IO, 0, "UNFREEZE_IO of what is not stopped");
	expect(v, VFIO_EEH_PE_UNFREEZE_DMA, 0, "UNFREEZE_DMA of what is not stopped");
	expect_working(v, "at first");
	injections(v);
	reset(v, VFIO_EEH_PE_RESET_HOT);
	reset(v, VFIO_EEH_PE_RESET_FUNDAMENTAL);
	expect(v, VFIO_EEH_PE_INJECT_ERR + 1, -EINVAL, "an operation that there is none of");
}

struct counts {
	unsigned int resets;
	unsigned int stops;
};

static struct counts counts_of(unsigned int bridge)
{
	return (struct counts){ resets_of(bridge), stops_of(bridge) };
}

static void expect_operated(unsigned int bridge, struct counts before)
{
	tap_check(resets_of(bridge) == before.resets + 2, "host bridge %u: %u resets", bridge,
		  resets_of(bridge) - before.resets);
	expect_stops(bridge, before.stops + kernel_injects(), "INJECT_ERR");
}

static void operations(void)
{
	const unsigned int bridge = bridge_of(world_bdf);
	const struct counts before = counts_of(bridge);
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	each_operation(&w.v);
	expect_operated(bridge, before);
	start_again(&w);
	world_expect_writes(&w, 0, w.data, REACHED, "mapped before two resets");
	world_close(&w);
}

/* Both PEs in one container, with their devices open. */
static void open_two(struct world *w, struct vfio *second)
{
	world_open(w);
	vfio_open_device(&w->v);
	vfio_join(second, &w->v, join_device());
	vfio_open_device(second);
}

static void operations_of_two(void)
{
	const unsigned int a = bridge_of(world_bdf), b = bridge_of(join_device());
	const struct counts before_a = counts_of(a), before_b = counts_of(b);
	struct vfio second;
	struct world w;

	open_two(&w, &second);
	each_operation(&w.v);
	expect_operated(a, before_a);
	expect_operated(b, before_b);
	vfio_leave(&second);
	world_close(&w);
}

static void stop_from_outside(void)
{
	stop(bridge_of(world_bdf));
}

/* The way in which an administrator tests the recovery on any machine with EEH. */
static void stop_by_debugfs(void)
{
	FILE *f = fopen("/sys/kernel/debug/powerpc/eeh_dev_break", "w");

	if (!f || fprintf(f, "%s", world_bdf) < 0 || fclose(f))
		tap_fail("eeh_dev_break: %s", strerror(errno));
}

/* An error while a user works; the user's mappings are still there after it. */
static void goes_on_after(void (*stop_pe)(void))
{
	const unsigned int stops = stops_of(bridge_of(world_bdf));
	struct window ddw;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	vfio_map(&w.v, ddw.start, w.data + MIB, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "before the error");
	stop_pe();
	expect_stops(bridge_of(world_bdf), stops + 1, "the error");
	recover(&w);
	start_again(&w);
	world_expect_writes(&w, 0, w.data, REACHED, "the default window, after the error");
	world_expect_writes(&w, ddw.start, w.data + MIB, REACHED,
			    "the dynamic window, after the error");
	vfio_unmap(&w.v, 0, MIB);
	world_expect_writes(&w, 0, w.data, UNTOUCHED, "after UNMAP");
	world_close(&w);
}

static void stopped_at_work(void)
{
	goes_on_after(stop_from_outside);
}

static void broken_at_work(void)
{
	goes_on_after(stop_by_debugfs);
}

/* A user works until it is killed, and ignores the error: the next user gets a working PE. */
static void busy(unsigned int seed, int ready)
{
	struct world w;

	(void)seed;
	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;) {
		vfio_unmap(&w.v, MIB, MIB);
		vfio_map(&w.v, MIB, w.data + MIB, MIB, VFIO_DIR_BOTH);
	}
}

static void dies_of_it(void)
{
	pid_t pid = victim_start(busy, 0);
	struct world w;

	stop(bridge_of(world_bdf));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	world_open(&w);
	vfio_open_device(&w.v);
	expect_working(&w.v, "to the next user");
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "the next user");
	world_close(&w);
}

static void expect_state_of_two(struct world *w, int first, int second, int want)
{
	const unsigned int a = bridge_of(world_bdf), b = bridge_of(join_device());

	if (first)
		stop(a);
	if (second)
		stop(b);
	expect_state(&w->v, want, first ? "with the first one stopped" :
					  second ? "with the second one stopped" : "of two");
	expect(&w->v, VFIO_EEH_PE_UNFREEZE_IO, 0, "UNFREEZE_IO of two");
	expect(&w->v, VFIO_EEH_PE_UNFREEZE_DMA, 0, "UNFREEZE_DMA of two");
	expect_working(&w->v, "of two, with DMA");
}

/* One or both PEs of a container are stopped: GET_STATE reports that, and a reset is for both. */
static void two_groups(void)
{
	const unsigned int a = bridge_of(world_bdf), b = bridge_of(join_device());
	const unsigned int before_a = resets_of(a), before_b = resets_of(b);
	struct vfio second;
	struct world w;

	open_two(&w, &second);
	expect_state_of_two(&w, 0, 0, state_of_working(world_bdf));
	expect_state_of_two(&w, 0, 1, VFIO_EEH_PE_STATE_STOPPED);
	expect_state_of_two(&w, 1, 0, VFIO_EEH_PE_STATE_STOPPED);
	expect_state_of_two(&w, 1, 1, VFIO_EEH_PE_STATE_STOPPED);
	reset(&w.v, VFIO_EEH_PE_RESET_HOT);
	tap_check(resets_of(a) == before_a + 1 && resets_of(b) == before_b + 1,
		  "%u and %u resets", resets_of(a) - before_a, resets_of(b) - before_b);
	vfio_leave(&second);
	world_close(&w);
}

const struct tap_test stopped_tests[] = {
	{ .name = "stopped/extension", .run = extension },
	{ .name = "stopped/operations", .run = operations, .limit = 60 },
	{ .name = "stopped/operations-of-two", .run = operations_of_two, .limit = 60 },
	{ .name = "stopped/at-work", .run = stopped_at_work, .limit = 60 },
	{ .name = "stopped/broken-at-work", .run = broken_at_work, .limit = 60 },
	{ .name = "stopped/dies-of-it", .run = dies_of_it, .limit = 60 },
	{ .name = "stopped/two-groups", .run = two_groups, .limit = 60 },
	{ }
};
