// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_race.c - the user interface from several threads at once
 *
 * What a single call may answer depends on the calls that can come before it. What must hold at the
 * end is exact: translations are as the last calls made them, and registrations can be removed once
 * nothing is mapped, which needs correct counts.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define PAGES		256
#define IO_PAGE		4096ULL
#define SECONDS		2
#define CLOSE_SECONDS	10

struct worker {
	pthread_t thread;
	void (*turn)(struct worker *me);
	struct vfio *v;
	uint8_t *mem;		/* PAGES pages of the worker's own */
	uint64_t iova;
	unsigned int seed;
	unsigned int turns;
	unsigned int good;
};

static atomic_bool stop;

static unsigned int dice(struct worker *me, unsigned int sides)
{
	return rand_r(&me->seed) % sides;
}

static void *work(void *arg)
{
	struct worker *me = arg;

	for (; !stop; me->turns++)
		me->turn(me);
	return NULL;
}

static void run(struct worker *workers, unsigned int count, unsigned int seconds)
{
	stop = false;
	for (unsigned int i = 0; i < count; i++) {
		workers[i].seed = i + 1;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			tap_fail("pthread_create()");
	}
	sleep(seconds * tap_slowness());
	stop = true;
	for (unsigned int i = 0; i < count; i++) {
		pthread_join(workers[i].thread, NULL);
		tap_check(workers[i].turns > 10, "thread %u came to %u turns", i, workers[i].turns);
	}
}

/* A result of 0 counts as good; any other must be in the list, which 0 ends. */
static void expect_one_of(struct worker *me, int ret, const int *allowed, const char *what)
{
	if (!ret)
		me->good++;
	while (*allowed && *allowed != ret)
		allowed++;
	tap_check(!ret || *allowed, "%s: %s", what, ret < 0 ? strerror(-ret) : "a positive number");
	if (ret && !*allowed)
		_exit(1);
}

static void map_or_unmap(struct worker *me)
{
	unsigned int first = dice(me, PAGES), pages = 1 + dice(me, PAGES - first);
	uint64_t iova = me->iova + first * IO_PAGE;
	static const int none[] = { 0 };

	if (dice(me, 2))
		expect_one_of(me,
			      __vfio_map(me->v, iova, me->mem + first * IO_PAGE, pages * IO_PAGE,
					 VFIO_DIR_BOTH),
			      none, "MAP");
	else
		expect_one_of(me, __vfio_unmap(me->v, iova, pages * IO_PAGE), none, "UNMAP");
}

/* The device reaches every page after one more MAP, and no page after one more UNMAP. */
static void expect_order(struct world *w, struct worker *me, const char *what)
{
	vfio_map(&w->v, me->iova, me->mem, PAGES * IO_PAGE, VFIO_DIR_BOTH);
	for (unsigned int i = 0; i < PAGES; i += 16)
		world_expect_writes(w, me->iova + i * IO_PAGE, me->mem + i * IO_PAGE, REACHED,
				    what);
	vfio_unmap(&w->v, me->iova, PAGES * IO_PAGE);
	for (unsigned int i = 0; i < PAGES; i += 16)
		world_expect_writes(w, me->iova + i * IO_PAGE, me->mem + i * IO_PAGE, UNTOUCHED,
				    what);
}

static void two_mappers(uint64_t distance, const char *what)
{
	struct worker workers[2] = { 0 };
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	for (unsigned int i = 0; i < 2; i++) {
		workers[i].turn = map_or_unmap;
		workers[i].v = &w.v;
		workers[i].mem = buffer_private(PAGES * IO_PAGE);
		workers[i].iova = MIB + i * distance;
		vfio_register(&w.v, workers[i].mem, PAGES * IO_PAGE);
	}
	run(workers, 2, SECONDS);
	for (unsigned int i = 0; i < 2; i++)
		expect_order(&w, &workers[i], what);
	vfio_unmap(&w.v, 0, 16 * MIB);
	for (unsigned int i = 0; i < 2; i++)
		tap_errno(__vfio_unregister(&w.v, workers[i].mem, PAGES * IO_PAGE), 0,
			  "%s: UNREGISTER", what);
	tap_note("%s: %u and %u calls", what, workers[0].turns, workers[1].turns);
	world_close(&w);
}

static void disjoint(void)
{
	two_mappers(64 * MIB, "two threads apart");
}

/* Adjacent ranges, which share leaves and batches of the table. */
static void adjacent(void)
{
	two_mappers(PAGES * IO_PAGE, "two threads side by side");
}

static void same_range(void)
{
	two_mappers(0, "two threads in one place");
}

static void register_or_unregister(struct worker *me)
{
	static const int allowed[] = { -EBUSY, 0 };

	expect_one_of(me, __vfio_unregister(me->v, me->mem, PAGES * IO_PAGE), allowed,
		      "UNREGISTER");
	expect_one_of(me, __vfio_register(me->v, me->mem, PAGES * IO_PAGE), allowed, "REGISTER");
}

static void map_what_may_be_registered(struct worker *me)
{
	static const int allowed[] = { -EINVAL, 0 };

	expect_one_of(me, __vfio_map(me->v, me->iova, me->mem, PAGES * IO_PAGE, VFIO_DIR_BOTH),
		      allowed, "MAP");
	expect_one_of(me, __vfio_unmap(me->v, me->iova, PAGES * IO_PAGE), allowed, "UNMAP");
}

static void map_against_unregister(void)
{
	uint8_t *mem = buffer_private(PAGES * IO_PAGE);
	struct worker workers[2] = {
		{ .turn = register_or_unregister, .mem = mem },
		{ .turn = map_what_may_be_registered, .mem = mem, .iova = MIB },
	};
	struct world w;
	int64_t pins;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	workers[0].v = &w.v;
	workers[1].v = &w.v;
	pins = kstat_pins();
	vfio_register(&w.v, mem, PAGES * IO_PAGE);
	run(workers, 2, SECONDS);
	tap_check(workers[0].good > 10 && workers[1].good > 10,
		  "the threads were in each other's way alone");
	tap_errno(__vfio_unregister(&w.v, mem, PAGES * IO_PAGE), 0, "UNREGISTER at the end");
	tap_check(kstat_wait_pins(pins) == pins, "%lld pages stay pinned",
		  (long long)(kstat_pins() - pins));
	world_expect_writes(&w, MIB, mem, UNTOUCHED, "unmapped at the end");
	world_close(&w);
}

static void create_and_remove(struct worker *me)
{
	static const int none[] = { 0 };
	struct window win;
	int ret = __vfio_create(me->v, 12, 16 * MIB, &win);

	expect_one_of(me, ret, none, "CREATE");
	if (win.start != me->iova)
		tap_fail("the window moved");
	expect_one_of(me, __vfio_remove(me->v, win.start), none, "REMOVE");
}

static void map_in_what_may_be_a_window(struct worker *me)
{
	static const int allowed[] = { -ENXIO, 0 };

	expect_one_of(me, __vfio_map(me->v, me->iova, me->mem, PAGES * IO_PAGE, VFIO_DIR_BOTH),
		      allowed, "MAP");
	expect_one_of(me, __vfio_unmap(me->v, me->iova, PAGES * IO_PAGE), allowed, "UNMAP");
}

static void map_against_remove(void)
{
	uint8_t *mem = buffer_private(PAGES * IO_PAGE);
	struct worker workers[2] = {
		{ .turn = create_and_remove, .mem = mem },
		{ .turn = map_in_what_may_be_a_window, .mem = mem },
	};
	struct window win;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_register(&w.v, mem, PAGES * IO_PAGE);
	vfio_create(&w.v, 12, 16 * MIB, &win);
	vfio_remove(&w.v, win.start);
	for (unsigned int i = 0; i < 2; i++) {
		workers[i].v = &w.v;
		workers[i].iova = win.start;
	}
	run(workers, 2, SECONDS);
	tap_check(workers[0].good > 10 && workers[1].good > 10,
		  "the threads were in each other's way alone");
	tap_errno(__vfio_unregister(&w.v, mem, PAGES * IO_PAGE), 0, "UNREGISTER at the end");
	world_close(&w);
}

/* The container may give any of these answers: the kernel must survive. */
static void any_call(struct worker *me)
{
	static const int allowed[] = {
		-EPERM, -ENOENT, -EBUSY, -ENODEV, -EINVAL, -ENOSPC, -ENXIO, -ENOTTY, 0
	};
	struct vfio_iommu_spapr_tce_info info;
	uint64_t size = PAGES * IO_PAGE;
	struct window win;
	int ret;

	switch (dice(me, 8)) {
	case 0:
		ret = __vfio_get_info(me->v, &info);
		break;
	case 1:
		ret = __vfio_register(me->v, me->mem, size);
		break;
	case 2:
		ret = __vfio_unregister(me->v, me->mem, size);
		break;
	case 3:
		ret = __vfio_create(me->v, 12, 16 * MIB, &win);
		break;
	case 4:
		ret = __vfio_remove(me->v, dice(me, 2) ? 0 : 1ULL << 59);
		break;
	case 5:
		ret = __vfio_unmap(me->v, 0, size);
		break;
	default:
		ret = __vfio_map(me->v, dice(me, 2) ? 0 : 1ULL << 59, me->mem, size, VFIO_DIR_BOTH);
	}
	expect_one_of(me, ret, allowed, "a call");
}

/* The group joins the container and leaves it after a random time. */
static void attach_and_close(struct worker *me)
{
	struct vfio v = *me->v;
	static const int none[] = { 0 };

	v.group = vfio_open_group(vfio_group_of(world_bdf));
	if (v.group < 0)
		tap_fail("the group cannot be opened again: %s", strerror(-v.group));
	if (ioctl(v.group, VFIO_GROUP_SET_CONTAINER, &v.container))
		tap_fail("SET_CONTAINER: %s", strerror(errno));
	expect_one_of(me, vfio_ioctl(&v, VFIO_SET_IOMMU, (void *)VFIO_SPAPR_TCE_v2_IOMMU), none,
		      "SET_IOMMU");
	usleep(dice(me, 3000));
	close(v.group);
}

static void ioctls_against_close(void)
{
	uint8_t *mem = buffer_private(PAGES * IO_PAGE);
	struct worker workers[3] = {
		{ .turn = any_call, .mem = mem },
		{ .turn = any_call, .mem = mem },
		{ .turn = attach_and_close },
	};
	int64_t pins = kstat_pins();
	struct vfio v;

	vfio_open(&v, world_bdf);
	close(v.group);
	for (unsigned int i = 0; i < 3; i++)
		workers[i].v = &v;
	run(workers, 3, CLOSE_SECONDS);
	tap_note("%u and %u calls (%u and %u did something) against %u attachments",
		 workers[0].turns, workers[1].turns, workers[0].good, workers[1].good,
		 workers[2].turns);
	tap_check(workers[0].good > 100 && workers[1].good > 100,
		  "hardly any call met an attached group");
	close(v.container);
	tap_check(!kstat_locked(0), "VmLck is %llu kB", (unsigned long long)kstat_locked(0));
	tap_check(kstat_wait_pins(pins) == pins, "%lld pages stay pinned",
		  (long long)(kstat_pins() - pins));
}

const struct tap_test race_tests[] = {
	{ .name = "race/disjoint", .run = disjoint },
	{ .name = "race/adjacent", .run = adjacent },
	{ .name = "race/same-range", .run = same_range },
	{ .name = "race/map-against-unregister", .run = map_against_unregister },
	{ .name = "race/map-against-remove", .run = map_against_remove },
	{ .name = "race/ioctls-against-close", .run = ioctls_against_close, .limit = 60 },
	{ }
};
