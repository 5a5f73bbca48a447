// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_join.c - several PEs in one container
 *
 * Both devices see the same windows and mappings, whenever they joined. A device that leaves takes
 * none of these away from the other. The second device is vfiotest's -o.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "machine.h"
#include "tap.h"
#include "tests.h"
#include "victim.h"
#include "world.h"

/* The bus address of the second world's base. */
#define SECOND_QUEUES	(WORLD_HIGH - WORLD_BASE_SIZE)

const char *join_bdf;

const char *join_device(void)
{
	if (!join_bdf)
		tap_fail("there is no second device (-o)");
	return join_bdf;
}

/* Joins; the device is not started. */
static void join(struct world *second, struct world *first)
{
	memset(second, 0, sizeof(*second));
	vfio_join(&second->v, &first->v, join_device());
	second->size = WORLD_BASE_SIZE + WORLD_DATA;
	second->memory = buffer_private(second->size);
	second->trusted = second->memory + NVME_MEMORY;
	second->data = second->memory + WORLD_BASE_SIZE;
	vfio_register(&first->v, second->memory, second->size);
}

/* Starts the second device with its queues in the window of this address. */
static void join_start(struct world *second, uint64_t iova)
{
	vfio_map(&second->v, iova, second->memory, WORLD_BASE_SIZE, VFIO_DIR_BOTH);
	world_start_mapped(second, iova);
}

/* Leaves with its group; the container stays. */
static void leave(struct world *w)
{
	if (w->v.device >= 0)
		nvme_stop(&w->n);
	vfio_leave(&w->v);
}

static void expect_both(struct world *a, struct world *b, uint64_t iova, uint8_t *mem,
			enum reach want, const char *what)
{
	world_expect_writes(a, iova, mem, want, what);
	world_expect_reads(a, iova, mem, want, what);
	world_expect_writes(b, iova, mem, want, what);
	world_expect_reads(b, iova, mem, want, what);
}

/* Both PEs have joined before anything is mapped. */
static void before_mappings(void)
{
	struct world a, b;

	world_open(&a);
	join(&b, &a);
	world_start(&a, WORLD_HIGH);
	join_start(&b, SECOND_QUEUES);
	vfio_map(&a.v, 0, a.data, MIB, VFIO_DIR_BOTH);
	expect_both(&a, &b, 0, a.data, REACHED, "mapped");
	expect_both(&a, &b, MIB, a.data + MIB, UNTOUCHED, "not mapped");
	vfio_unmap(&a.v, 0, MIB);
	expect_both(&a, &b, 0, a.data, UNTOUCHED, "unmapped");
	leave(&b);
	world_close(&a);
}

/* The second PE gets the existing mappings, in both windows. */
static void after_mappings(void)
{
	struct window ddw;
	struct world a, b;

	world_open(&a);
	world_start(&a, WORLD_HIGH);
	vfio_create(&a.v, 12, 4 * GIB, &ddw);
	vfio_map(&a.v, 0, a.data, MIB, VFIO_DIR_BOTH);
	vfio_map(&a.v, ddw.start + GIB, a.data + MIB, MIB, VFIO_DIR_BOTH);
	join(&b, &a);
	join_start(&b, SECOND_QUEUES);
	expect_both(&a, &b, 0, a.data, REACHED, "mapped before the second one came");
	expect_both(&a, &b, ddw.start + GIB, a.data + MIB, REACHED, "in the dynamic window");
	expect_both(&a, &b, ddw.start, a.data + 3 * MIB, UNTOUCHED, "not mapped");
	vfio_map(&a.v, 2 * MIB, b.data, MIB, VFIO_DIR_BOTH);
	expect_both(&a, &b, 2 * MIB, b.data, REACHED, "mapped afterwards");
	vfio_remove(&a.v, ddw.start);
	expect_both(&a, &b, ddw.start + GIB, a.data + MIB, UNTOUCHED, "in the removed window");
	leave(&b);
	world_close(&a);
}

/* Windows that are created with both PEs in the container, and the place of a first window. */
static void windows_of_both(void)
{
	struct window first, next;
	struct world a, b;

	world_open(&a);
	join(&b, &a);
	vfio_remove(&a.v, 0);
	vfio_create(&a.v, 16, 4 * GIB, &first);
	tap_check(first.start == world_first_start(), "the first window is at %#llx",
		  (unsigned long long)first.start);
	/* On PowerVM there can only be this one. */
	if (page_size() < 64 * KIB || world_powervm())
		vfio_remove(&a.v, first.start);
	vfio_create(&a.v, 12, 2 * GIB, &next);
	world_start(&a, next.start + WORLD_HIGH);
	join_start(&b, next.start + SECOND_QUEUES);
	vfio_map(&a.v, next.start, a.data, MIB, VFIO_DIR_BOTH);
	expect_both(&a, &b, next.start, a.data, REACHED, "in the last window");
	leave(&b);
	world_close(&a);
}

/* PEs with one window at a time, as accelerator cards have: the second PE joins late. */
static void one_window(void)
{
	struct window win;
	struct world a, b;

	world_open(&a);
	vfio_remove(&a.v, 0);
	vfio_create(&a.v, 12, 4 * GIB, &win);
	tap_check(win.start == world_first_start(), "the window is at %#llx",
		  (unsigned long long)win.start);
	world_start(&a, win.start + WORLD_HIGH);
	vfio_map(&a.v, win.start + 2 * GIB, a.data, MIB, VFIO_DIR_BOTH);
	join(&b, &a);
	join_start(&b, win.start + SECOND_QUEUES);
	expect_both(&a, &b, win.start + 2 * GIB, a.data, REACHED, "mapped before");
	vfio_map(&b.v, win.start, b.data, MIB, VFIO_DIR_BOTH);
	expect_both(&a, &b, win.start, b.data, REACHED, "mapped afterwards");
	vfio_unmap(&a.v, win.start, MIB);
	expect_both(&a, &b, win.start, b.data, UNTOUCHED, "unmapped");
	leave(&b);
	world_expect_writes(&a, win.start + 2 * GIB, a.data, REACHED, "the second one has left");
	world_close(&a);
}

static void second_leaves(void)
{
	struct world a, b;

	world_open(&a);
	world_start(&a, WORLD_HIGH);
	vfio_map(&a.v, 0, a.data, MIB, VFIO_DIR_BOTH);
	for (unsigned int i = 0; i < 3; i++) {
		join(&b, &a);
		join_start(&b, SECOND_QUEUES);
		expect_both(&a, &b, 0, a.data, REACHED, "both are there");
		leave(&b);
		vfio_unmap(&a.v, SECOND_QUEUES, WORLD_BASE_SIZE);
		vfio_unregister(&a.v, b.memory, b.size);
		world_expect_writes(&a, 0, a.data, REACHED, "the second one has left");
		world_expect_reads(&a, 0, a.data, REACHED, "the second one has left");
	}
	world_close(&a);
}

/* The container's first group can leave like any other. */
static void first_leaves(void)
{
	struct world a, b;

	world_open(&a);
	world_start(&a, WORLD_HIGH);
	vfio_map(&a.v, 0, a.data, MIB, VFIO_DIR_BOTH);
	join(&b, &a);
	join_start(&b, SECOND_QUEUES);
	leave(&a);
	world_expect_writes(&b, 0, a.data, REACHED, "the first one has left");
	vfio_map(&b.v, 4 * MIB, b.data, MIB, VFIO_DIR_BOTH);
	world_expect_reads(&b, 4 * MIB, b.data, REACHED, "mapped afterwards");
	vfio_unmap(&b.v, 0, MIB);
	world_expect_writes(&b, 0, a.data, UNTOUCHED, "unmapped afterwards");
	world_close(&b);
}

static void map_for_both(unsigned int seed, int ready)
{
	struct world a, b;

	(void)seed;
	world_open(&a);
	join(&b, &a);
	world_start(&a, WORLD_HIGH);
	join_start(&b, SECOND_QUEUES);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;) {
		vfio_map(&a.v, 0, a.data, WORLD_DATA, VFIO_DIR_BOTH);
		vfio_unmap(&a.v, 0, WORLD_DATA);
	}
}

/* A process with both PEs is killed at work: nothing is left in either. */
static void killed(void)
{
	int64_t pins = kstat_pins();
	pid_t pid = victim_start(map_for_both, 0);

	usleep(30000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	tap_check(kstat_wait_pins(pins) == pins, "%lld pages stayed pinned",
		  (long long)(kstat_pins() - pins));
	before_mappings();
}

/* A group is in one container: another cannot get it, and the try does not affect the first. */
static void one_container(void)
{
	int other = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	struct world a, b;
	struct vfio v;

	world_open(&a);
	world_start(&a, WORLD_HIGH);
	vfio_map(&a.v, 0, a.data, MIB, VFIO_DIR_BOTH);
	tap_errno(vfio_open_group(vfio_group_of(world_bdf)), -EBUSY, "opening the group again");
	tap_check(ioctl(a.v.group, VFIO_GROUP_SET_CONTAINER, &other) && errno == EINVAL,
		  "a second container for the group does not give -EINVAL");
	tap_errno(__vfio_open(&v, join_device()), 0, "the other group in a container of its own");
	tap_errno(__vfio_join(&b.v, &a.v, join_device()), -EBUSY,
		  "opening it for the first container");
	tap_check(ioctl(v.group, VFIO_GROUP_SET_CONTAINER, &a.v.container) && errno == EINVAL,
		  "a group in use by another container does not give -EINVAL");
	world_expect_writes(&a, 0, a.data, REACHED, "after the refusals");
	vfio_close(&v);
	join(&b, &a);
	join_start(&b, SECOND_QUEUES);
	expect_both(&a, &b, 0, a.data, REACHED, "when the other container is closed");
	leave(&b);
	world_close(&a);
	close(other);
}

/*
 * S5: KVM is told of the first group's tables alone, as by QEMU. The guest's mappings, from
 * before and after the second PE joins, are for both PEs.
 */
static void kvm_writes_to_both(void)
{
	const uint64_t last = MIB - 4 * KIB;
	struct machine m;
	struct world a, b;

	world_open(&a);
	world_start(&a, WORLD_HIGH);
	machine_open(&m, a.data, WORLD_DATA);
	tap_errno(machine_attach(&m, a.v.group), 0, "KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE");
	m.v = &a.v;
	machine_map(&m, 0, MIB, 256);
	join(&b, &a);
	join_start(&b, SECOND_QUEUES);
	expect_both(&a, &b, last, a.data + MIB + last, REACHED, "mapped before");
	machine_map(&m, 0, 2 * MIB, 256);
	tap_check(m.left == (machine_lent_nothing() ? 512 : 1), "%u calls left the kernel", m.left);
	expect_both(&a, &b, last, a.data + 2 * MIB + last, REACHED, "mapped afterwards");
	machine_unmap(&m, 0, 256);
	expect_both(&a, &b, last, a.data + 2 * MIB + last, UNTOUCHED, "unmapped");
	leave(&b);
	machine_map(&m, 0, MIB, 256);
	world_expect_writes(&a, 0, a.data + MIB, REACHED, "mapped when the second one has left");
	machine_close(&m);
	world_close(&a);
}

/* A PE that cannot have the same windows is refused, and nothing changes for the others. */
static void refused(void)
{
	struct window ddw;
	struct vfio v;
	struct world a;

	world_open(&a);
	world_start(&a, WORLD_HIGH);
	vfio_create(&a.v, 12, 4 * GIB, &ddw);
	vfio_map(&a.v, 0, a.data, MIB, VFIO_DIR_BOTH);
	vfio_map(&a.v, ddw.start, a.data + MIB, MIB, VFIO_DIR_BOTH);
	for (unsigned int i = 0; i < 2; i++) {
		tap_errno(__vfio_join(&v, &a.v, join_device()), -EINVAL, "SET_CONTAINER");
		world_expect_writes(&a, 0, a.data, REACHED, "after a refusal");
		world_expect_writes(&a, ddw.start, a.data + MIB, REACHED, "after a refusal");
		world_expect_writes(&a, MIB, a.data + MIB, UNTOUCHED, "after a refusal");
	}
	world_close(&a);
	/* The refused PE still works by itself. */
	tap_errno(__vfio_open(&v, join_device()), 0, "opening the refused one by itself");
	vfio_close(&v);
}

/* The second device in a container of its own, running. */
static void start_apart(struct world *w)
{
	memset(w, 0, sizeof(*w));
	vfio_open(&w->v, join_device());
	w->size = WORLD_BASE_SIZE + WORLD_DATA;
	w->memory = buffer_private(w->size);
	w->trusted = w->memory + NVME_MEMORY;
	w->data = w->memory + WORLD_BASE_SIZE;
	vfio_register(&w->v, w->memory, w->size);
	world_start(w, WORLD_HIGH);
}

/*
 * Two containers of one process: one has registered an address, at which other memory is mapped
 * before the other container registers it. The second container's device gets the new memory, and
 * the first one's keeps the old.
 */
static void older_pages(void)
{
	uint8_t *mem = buffer_private(MIB);
	const int64_t pages = MIB / page_size();
	uint64_t locked;
	int64_t pins;
	struct world a, b;

	world_open(&a);
	world_start(&a, WORLD_HIGH);
	start_apart(&b);
	pins = kstat_pins();
	locked = kstat_locked(0);
	vfio_register(&a.v, mem, MIB);
	tap_errno(__vfio_register(&b.v, mem, MIB), 0, "REGISTER of the same pages");
	tap_check(kstat_pins() == pins + pages, "they are pinned twice");
	tap_check(kstat_locked(0) == locked + MIB / KIB, "they are charged twice");
	vfio_unregister(&b.v, mem, MIB);
	vfio_map(&a.v, 0, mem, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&a, 0, mem, REACHED, "before there is other memory");
	if (mmap(mem, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		tap_fail("mmap: %s", strerror(errno));
	/* The MAP is charged for its shadow, too. */
	locked = kstat_locked(0);
	tap_errno(__vfio_register(&b.v, mem, MIB), 0, "REGISTER of other pages there");
	tap_check(kstat_pins() == pins + 2 * pages, "not both are pinned");
	tap_check(kstat_locked(0) == locked + MIB / KIB, "the other ones are not charged");
	vfio_map(&b.v, 0, mem, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&b, 0, mem, REACHED, "the other memory");
	world_expect_reads(&b, 0, mem, REACHED, "the other memory");
	world_expect_writes(&a, 0, mem, UNTOUCHED, "the other memory, from the first container");
	world_close(&b);
	world_close(&a);
}

const struct tap_test join_tests[] = {
	{ .name = "join/before-mappings", .run = before_mappings },
	{ .name = "join/after-mappings", .run = after_mappings },
	{ .name = "join/windows-of-both", .run = windows_of_both },
	{ .name = "join/one-window", .run = one_window },
	{ .name = "join/second-leaves", .run = second_leaves },
	{ .name = "join/first-leaves", .run = first_leaves },
	{ .name = "join/killed", .run = killed },
	{ .name = "join/one-container", .run = one_container },
	{ .name = "join/older-pages", .run = older_pages, .limit = 60 },
	{ .name = "join/kvm-writes-to-both", .run = kvm_writes_to_both, .limit = 60 },
	{ .name = "join/without-dynamic-windows", .run = refused },
	{ .name = "join/other-geometry", .run = refused },
	{ }
};
