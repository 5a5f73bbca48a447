// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_hold.c - a user that owns a PE while the machine changes
 *
 * Each test takes the device, makes its windows and mappings, creates HOLD_READY, and waits until
 * the script that started it has removed that file again. Then all must be as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "buffer.h"
#include "fuse.h"
#include "machine.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define HOLD_READY	"/tmp/held"
#define HOLD_SECONDS	150

static void say_ready(void)
{
	int fd = open(HOLD_READY, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	if (fd < 0)
		tap_fail("cannot create " HOLD_READY);
	close(fd);
}

static void wait_for_script(void)
{
	say_ready();
	while (!access(HOLD_READY, F_OK))
		usleep(20000);
}

/* Until the machine's end */
static void stay(void)
{
	say_ready();
	for (;;)
		pause();
}

/*
 * Starts with the default window and a dynamic one, each with mapped memory and an unmapped part.
 */
static void hold_start(struct world *w, struct window *ddw)
{
	world_open(w);
	world_start(w, WORLD_HIGH);
	vfio_create(&w->v, 12, 4 * GIB, ddw);
	vfio_map(&w->v, 0, w->data, MIB, VFIO_DIR_BOTH);
	vfio_map(&w->v, ddw->start, w->data + MIB, MIB, VFIO_DIR_BOTH);
}

static void hold_check(struct world *w, const struct window *ddw)
{
	world_expect_writes(w, 0, w->data, REACHED, "the default window");
	world_expect_writes(w, ddw->start, w->data + MIB, REACHED, "the dynamic window");
	world_expect_writes(w, MIB, w->data + 4 * MIB, UNTOUCHED, "behind the mapping");
}

/* Nothing happens to the user's windows, and the user can still use them. */
static void hold_windows(void)
{
	struct window ddw;
	struct world w;

	hold_start(&w, &ddw);
	wait_for_script();
	hold_check(&w, &ddw);
	vfio_unmap(&w.v, 0, MIB);
	vfio_remove(&w.v, ddw.start);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	vfio_map(&w.v, ddw.start, w.data + MIB, MIB, VFIO_DIR_BOTH);
	hold_check(&w, &ddw);
	world_close(&w);
}

/*
 * The device's file alone is open. The kernel keeps the group's and the container's with it, but
 * no process has them.
 */
static void hold_device_alone(void)
{
	struct window ddw;
	struct world w;

	hold_start(&w, &ddw);
	close(w.v.group);
	close(w.v.container);
	w.v.group = w.v.container = -1;
	wait_for_script();
	hold_check(&w, &ddw);
	world_close(&w);
}

/* The device works without end: a shutdown must cope with that. */
static void hold_busy(void)
{
	struct window ddw;
	struct world w;

	hold_start(&w, &ddw);
	say_ready();
	while (!access(HOLD_READY, F_OK)) {
		nvme_read(&w.n, 0, ddw.start, 64 * KIB);
		nvme_read(&w.n, 0, 0, 64 * KIB);
	}
	hold_check(&w, &ddw);
	world_close(&w);
}

static void *register_without_end(void *arg)
{
	struct world *w = arg;
	uint8_t *memory = buffer_private(64 * KIB);

	while (!access(HOLD_READY, F_OK)) {
		__vfio_register(&w->v, memory, 64 * KIB);
		__vfio_unregister(&w->v, memory, 64 * KIB);
	}
	return NULL;
}

/*
 * MAPs beside a thread that registers; their results do not matter. While a MAP waits for the
 * hypervisor, a REGISTER waits for the MAP, and later calls wait for the REGISTER.
 */
static void hold_maps(void)
{
	struct window ddw;
	pthread_t thread;
	struct world w;

	hold_start(&w, &ddw);
	say_ready();
	if (pthread_create(&thread, NULL, register_without_end, &w))
		tap_fail("no thread");
	while (!access(HOLD_READY, F_OK)) {
		__vfio_map(&w.v, 16 * MIB, w.data + 2 * MIB, MIB, VFIO_DIR_BOTH);
		__vfio_unmap(&w.v, 16 * MIB, MIB);
	}
	pthread_join(thread, NULL);
	hold_check(&w, &ddw);
	world_expect_writes(&w, 16 * MIB, w.data + 2 * MIB, UNTOUCHED, "after the last UNMAP");
	world_close(&w);
}

/* The device works in a PE with one window at a time: a large one in the default window's place. */
static void hold_one_busy(void)
{
	struct window win;
	struct world w;

	world_open(&w);
	vfio_remove(&w.v, 0);
	vfio_create(&w.v, 12, 4 * GIB, &win);
	world_start(&w, win.start);
	vfio_map(&w.v, win.start + GIB, w.data, MIB, VFIO_DIR_BOTH);
	say_ready();
	while (!access(HOLD_READY, F_OK))
		nvme_read(&w.n, 0, win.start + GIB, 64 * KIB);
	world_close(&w);
}

/* KVM gets the table that the host uses while the group is open but in no container. */
static int attach_to_host_table(struct machine *m)
{
	int group = vfio_open_group(vfio_group_of(world_bdf));

	if (group < 0)
		tap_fail("cannot open the group");
	machine_open(m, buffer_private(MIB), MIB);
	tap_errno(machine_attach(m, group), 0, "KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE");
	return group;
}

/* A guest clears every TCE that it can name. KVM must survive, whatever the results are. */
static void clear_by_guest(struct machine *m)
{
	struct puts p = { .ioba_step = 4 * KIB, .count = MACHINE_TCES };

	tap_note("%u of %u of the guest's calls failed", machine_put(m, &p), p.count);
}

static void use_table_and_close(struct machine *m)
{
	clear_by_guest(m);
	wait_for_script();
	clear_by_guest(m);
	machine_close(m);
}

/* The table left its group when a user took the PE, and KVM has forgotten the group. */
static void hold_left_table(void)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	struct machine m;
	int group = attach_to_host_table(&m);

	tap_errno(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container), 0, "SET_CONTAINER");
	tap_errno(ioctl(group, VFIO_GROUP_UNSET_CONTAINER), 0, "UNSET_CONTAINER");
	machine_detach(&m, group);
	close(group);
	close(container);
	use_table_and_close(&m);
}

/* The host still has the table. */
static void hold_host_table(void)
{
	struct machine m;
	int group = attach_to_host_table(&m);

	use_table_and_close(&m);
	close(group);
}

/* The group enters and leaves a container again and again, with a take and a release each time. */
static void hold_comes_and_goes(void)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	int group = vfio_open_group(vfio_group_of(world_bdf));
	unsigned int taken = 0, refused = 0;

	if (group < 0)
		tap_fail("cannot open the group");
	say_ready();
	while (!access(HOLD_READY, F_OK)) {
		if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container)) {
			refused++;
			continue;
		}
		taken++;
		tap_errno(ioctl(group, VFIO_GROUP_UNSET_CONTAINER), 0, "UNSET_CONTAINER");
		/* The module can be unloaded only while nobody owns a PE. */
		usleep(50000);
	}
	tap_note("taken %u times, refused %u times", taken, refused);
	tap_check(taken, "it was never taken");
	close(group);
	close(container);
}

/* --- a user in a fault that never ends: only this user may wait for it --- */

struct stuck_call {
	struct vfio *v;
	void *memory;
	uint64_t size;
};

static void *stuck_register(void *arg)
{
	const struct stuck_call *call = arg;

	__vfio_register(call->v, call->memory, call->size);
	return NULL;
}

static void *stuck_map(void *arg)
{
	const struct stuck_call *call = arg;

	__vfio_map(call->v, 0, call->memory, call->size, VFIO_DIR_BOTH);
	return NULL;
}

/* Another thread makes the call; when @asked can be read, that thread is in the fault. */
static void begin_stuck(void *(*fn)(void *), struct stuck_call *call, int asked)
{
	pthread_t thread;
	char byte[64];

	if (pthread_create(&thread, NULL, fn, call))
		tap_fail("no thread");
	if (read(asked, byte, sizeof(byte)) <= 0)
		tap_fail("nobody waits for the page: %s", strerror(errno));
}

/* A user has two windows with mappings, and a REGISTER that waits for ever for a page of a file. */
static void hold_fault_in_register(void)
{
	struct stuck_call call;
	struct window ddw;
	struct world w;
	int asked;

	hold_start(&w, &ddw);
	call = (struct stuck_call){ &w.v, fuse_map(&asked), FUSE_BYTES };
	begin_stuck(stuck_register, &call, asked);
	stay();
}

/*
 * The group is closed meanwhile, so the host has the PE, and the call goes on without. The file
 * system's process comes first: it would have the group open, too.
 */
static void hold_fault_goes_on(void)
{
	int asked;
	struct vfio v;
	struct stuck_call call = { &v, fuse_map(&asked), FUSE_BYTES };

	vfio_open(&v, world_bdf);
	begin_stuck(stuck_register, &call, asked);
	vfio_leave(&v);
	wait_for_script();
}

/* A fault as in REGISTER for the v1 API, whose MAP pins. */
static void hold_fault_in_map(void)
{
	struct stuck_call call;
	struct world w;
	int asked;

	world_open_v1(&w);
	world_start(&w, WORLD_HIGH);
	call = (struct stuck_call){ &w.v, fuse_map(&asked), FUSE_BYTES };
	begin_stuck(stuck_map, &call, asked);
	stay();
}

/* The bus address of a page that the host still has mapped, by way of tests/inject. */
static uint64_t late_mapping(void)
{
	FILE *f = fopen("/sys/module/tce_inject/parameters/late", "r");
	unsigned long long addr;

	if (!f || fscanf(f, "%llx", &addr) != 1)
		tap_fail("the host has no mapping");
	fclose(f);
	tap_check(addr < WORLD_HIGH - 64 * KIB, "it is at %#llx", addr);
	return addr & ~(64ULL * KIB - 1);
}

/* The host unmaps its page while a user has mapped the same bus address: the user's TCEs stay. */
static void hold_late_unmap(void)
{
	uint64_t iova = late_mapping();
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	world_expect_writes(&w, iova, w.data, UNTOUCHED, "before it is mapped");
	vfio_map(&w.v, iova, w.data, 64 * KIB, VFIO_DIR_BOTH);
	wait_for_script();
	world_expect_writes(&w, iova, w.data, REACHED, "after the host's unmap");
	world_expect_reads(&w, iova, w.data, REACHED, "after the host's unmap");
	vfio_unmap(&w.v, iova, 64 * KIB);
	world_expect_writes(&w, iova, w.data, UNTOUCHED, "after UNMAP");
	world_close(&w);
}

#define RESETTERS	32

/*
 * Threads that reset the same PE disturb each other, so some calls fail. When the machine goes
 * down, all do: first the user has no PE any more (-ENODEV), and at the very end tests/inject has
 * gone as well. A call that is still at work then meets QEMU's firmware, which knows no such PE and
 * answers -3; the kernel returns that as it is, so it looks like -ESRCH.
 */
static void *reset_without_end(void *arg)
{
	for (;;)
		if (vfio_eeh(arg, VFIO_EEH_PE_RESET_HOT) ||
		    vfio_eeh(arg, VFIO_EEH_PE_RESET_DEACTIVATE))
			usleep(100000);
	return NULL;
}

/* These end their resets never, so that there is a new one at any time. */
static void *begin_without_end(void *arg)
{
	for (;;)
		if (vfio_eeh(arg, VFIO_EEH_PE_RESET_HOT))
			usleep(100000);
	return NULL;
}

/* A user whose PE is in several resets at any time, of two seconds each. The process stays. */
static void hold_in_resets(void)
{
	pthread_t thread;
	struct window ddw;
	struct world w;

	hold_start(&w, &ddw);
	if (vfio_eeh(&w.v, VFIO_EEH_PE_RESET_HOT) || vfio_eeh(&w.v, VFIO_EEH_PE_RESET_DEACTIVATE))
		tap_fail("a reset of the PE: %s", strerror(errno));
	for (unsigned int i = 0; i < RESETTERS; i++)
		if (pthread_create(&thread, NULL, i % 2 ? reset_without_end : begin_without_end,
				   &w.v))
			tap_fail("no thread");
	usleep(500000);
	stay();
}

/* The device works again with the mappings from before its reset, without a new MAP. */
static void hold_started_again(struct world *w, const struct window *ddw)
{
	vfio_bus_master(&w->v, 1);
	world_start_mapped(w, WORLD_HIGH);
	hold_check(w, ddw);
}

/* The user resets his device, and then the host does. */
static void hold_reset(void)
{
	struct window ddw;
	struct world w;

	hold_start(&w, &ddw);
	hold_check(&w, &ddw);
	if (ioctl(w.v.device, VFIO_DEVICE_RESET))
		tap_fail("VFIO_DEVICE_RESET: %s", strerror(errno));
	hold_started_again(&w, &ddw);
	wait_for_script();
	hold_started_again(&w, &ddw);
	world_close(&w);
}

const struct tap_test hold_tests[] = {
	{ .name = "hold/windows", .run = hold_windows, .limit = HOLD_SECONDS },
	{ .name = "hold/device-alone", .run = hold_device_alone, .limit = HOLD_SECONDS },
	{ .name = "hold/busy", .run = hold_busy, .limit = HOLD_SECONDS },
	{ .name = "hold/maps", .run = hold_maps, .limit = HOLD_SECONDS },
	{ .name = "hold/one-busy", .run = hold_one_busy, .limit = HOLD_SECONDS },
	{ .name = "hold/left-table", .run = hold_left_table, .limit = HOLD_SECONDS },
	{ .name = "hold/comes-and-goes", .run = hold_comes_and_goes, .limit = HOLD_SECONDS },
	{ .name = "hold/host-table", .run = hold_host_table, .limit = HOLD_SECONDS },
	{ .name = "hold/in-resets", .run = hold_in_resets, .limit = HOLD_SECONDS },
	{ .name = "hold/reset", .run = hold_reset, .limit = HOLD_SECONDS },
	{ .name = "hold/late-unmap", .run = hold_late_unmap, .limit = HOLD_SECONDS },
	{ .name = "hold/fault-in-register", .run = hold_fault_in_register, .limit = HOLD_SECONDS },
	{ .name = "hold/fault-goes-on", .run = hold_fault_goes_on, .limit = HOLD_SECONDS },
	{ .name = "hold/fault-in-map", .run = hold_fault_in_map, .limit = HOLD_SECONDS },
	{ }
};
