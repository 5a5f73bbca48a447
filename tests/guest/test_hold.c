// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user who is there while the machine changes around it. Each test takes the device, makes its
 * windows and mappings, creates HOLD_READY, and waits until the script that started it has removed
 * that file again. Then all must be as it was.
 */
#include <fcntl.h>
#include <unistd.h>

#include "buffer.h"
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

/* The default window and a dynamic one: memory mapped in each, and a stretch that is not. */
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

/* Nothing happens to the user's windows, and it can go on with them. */
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

/* The device at work without an end: whoever wants the machine must cope. */
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

const struct tap_test hold_tests[] = {
	{ .name = "hold/windows", .run = hold_windows, .limit = HOLD_SECONDS },
	{ .name = "hold/busy", .run = hold_busy, .limit = HOLD_SECONDS },
	{ }
};
