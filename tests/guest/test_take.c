// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_take.c - a PE that changes hands while a call to the hypervisor fails
 *
 * PLAN in the environment says which call fails. The script checks that the host then has all that
 * it had.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "plan.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

static const char *plan(void)
{
	const char *text = getenv("PLAN");

	if (!text || !*text)
		tap_fail("PLAN is not set");
	return text;
}

/* Both windows work, and neither has a mapping of the host's. */
static void expect_works(struct world *w)
{
	struct window ddw;

	world_start(w, WORLD_HIGH);
	world_expect_writes(w, 0, w->data, UNTOUCHED, "not mapped");
	vfio_map(&w->v, 0, w->data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(w, 0, w->data, REACHED, "the default window");
	vfio_create(&w->v, 12, 4 * GIB, &ddw);
	for (uint64_t at = 16 * MIB; at < 4 * GIB; at *= 2)
		world_expect_reads(w, ddw.start + at, w->data + MIB, UNTOUCHED,
				   "not mapped in the dynamic window");
	vfio_map(&w->v, ddw.start, w->data + MIB, MIB, VFIO_DIR_BOTH);
	world_expect_writes(w, ddw.start, w->data + MIB, REACHED, "the dynamic window");
}

/* Claims the PE: the user owns it, or gets an errno. */
static bool try_claim(struct vfio *v)
{
	int ret;

	plan_begin(plan());
	ret = __vfio_open(v, world_bdf);
	plan_end();
	if (ret)
		tap_note("claim refused, %s: %s", plan(), strerror(-ret));
	else
		tap_note("claim granted, %s", plan());
	tap_check(ret <= 0 && ret != -EPERM && ret != -EINTR, "a claim that fails gives %d", ret);
	return !ret;
}

static void claim(void)
{
	struct world w;
	struct vfio v;

	if (!try_claim(&v))
		return;
	world_open_taken(&w, &v);
	expect_works(&w);
	world_close(&w);
}

/* A PE that can have either the default window or a dynamic one. */
static void claim_single(void)
{
	struct world w;
	struct vfio v;

	if (!try_claim(&v))
		return;
	world_open_taken(&w, &v);
	world_start(&w, WORLD_HIGH);
	for (uint64_t at = 0; at < GIB / 2; at += 16 * MIB)
		world_expect_reads(&w, at, w.data, UNTOUCHED, "not mapped");
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "the default window");
	world_close(&w);
}

static void give_back_single(void)
{
	struct vfio v;

	vfio_open(&v, world_bdf);
	plan_begin(plan());
	vfio_close(&v);
	plan_end();
}

static void give_back(void)
{
	struct world w;

	world_open(&w);
	expect_works(&w);
	nvme_stop(&w.n);
	plan_begin(plan());
	vfio_close(&w.v);
	plan_end();
}

/* A window in the default window's place: firmware must restore the default one. */
static void give_back_alone(void)
{
	struct window win;
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, buffer_private(MIB), MIB);
	vfio_remove(&v, 0);
	vfio_create(&v, 12, 4 * GIB, &win);
	tap_check(win.start == world_first_start(), "the window is at %#llx",
		  (unsigned long long)win.start);
	plan_begin(plan());
	vfio_close(&v);
	plan_end();
}

/* The device reaches nothing of a former user, in the window that this user had at @start. */
static void expect_nothing_of(struct vfio *v, uint64_t start, uint8_t *secret)
{
	struct world w;

	world_open_taken(&w, v);
	world_start(&w, WORLD_HIGH);
	for (uint64_t at = 0; at < MIB; at += MIB / 4) {
		world_expect_reads(&w, start + at, secret + at, UNTOUCHED, "a former user's");
		world_expect_writes(&w, start + at, secret + at, UNTOUCHED, "a former user's");
	}
	world_close(&w);
}

/* Claims the PE while these calls fail; if that works, the PE has nothing of the former user's. */
static bool claim_after(const char *fails, uint64_t start, uint8_t *secret)
{
	struct vfio v;
	int ret;

	plan_begin(fails);
	ret = __vfio_open(&v, world_bdf);
	plan_end();
	tap_note("claim after a former user, %s: %s", fails, strerror(-ret));
	if (!ret)
		expect_nothing_of(&v, start, secret);
	return !ret;
}

/*
 * The hypervisor neither clears nor removes a user's window, and resets nothing. The next user's
 * device reaches nothing through it, or the next user does not get the PE at all.
 */
static void former_user(void)
{
	int64_t pins = kstat_pins(), kept;
	struct window ddw;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	vfio_map(&w.v, ddw.start, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_reads(&w, ddw.start, w.data, REACHED, "his own");
	nvme_stop(&w.n);
	plan_begin("clear 1 1000000 -1, remove 1 1000000 -1, reset 1 1000000 -1");
	vfio_close(&w.v);
	tap_check(plan_end() > 2, "no call failed");
	kept = kstat_wait_pins(pins) - pins;
	tap_check(kept >= (int64_t)(MIB / sysconf(_SC_PAGESIZE)),
		  "what his window reaches is not pinned");
	kstat_keep_pins(kept);
	tap_check(!claim_after("reset 1 1000000 -1", ddw.start, w.data),
		  "the PE was handed out with a window that is not empty");
	tap_check(claim_after("off", ddw.start, w.data), "the PE cannot be had any more");
}

const struct tap_test take_tests[] = {
	{ .name = "take/claim", .run = claim },
	{ .name = "take/claim-single", .run = claim_single },
	{ .name = "take/give-back-single", .run = give_back_single },
	{ .name = "take/give-back", .run = give_back },
	{ .name = "take/give-back-alone", .run = give_back_alone },
	{ .name = "take/former-user", .run = former_user },
	{ }
};
