// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_faults.c - every scenario, again and again, with its nth allocation, pin, hypercall or
 * RTAS call failing, until none is left to fail.
 *
 * A scenario is what led here, and one act. After an act that failed the hypervisor's windows and
 * TCEs are what they were; after any act everything agrees (walk.c); in the end everybody has
 * back what was his. Where nothing more than one call failed, nothing may be quarantined by a
 * call of the user's.
 *
 * Each scenario makes one test for each kind of fault; their names say which.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/errno.h>
#include "world.h"

/**
 * struct scenario - what is done while something fails
 * @name:    for the test's name
 * @prepare: everything before, without faults
 * @act:     the thing
 * @ends:    it is part of the end: it cannot fail, but it may have to quarantine
 */
struct scenario {
	const char *name;
	void (*prepare)(void);
	int (*act)(void);
	bool ends;
};

/* --- what leads there --- */

#define SIZE	(16 * MiB)

static void nothing(void)
{
}

static void taken(void)
{
	assert_int_equal(pe_take(&world.one.pe), 0);
}

static void registered(void)
{
	world_attach();
	assert_int_equal(space_register(&world.space, UA, SIZE), 0);
	assert_int_equal(space_register(&world.space, UA + SIZE, SIZE), 0);
}

static void mapped(void)
{
	registered();
	assert_int_equal(space_map(&world.space, 0x3000, UA, 4 * MiB, RW), 0);
	assert_int_equal(space_map(&world.space, 16 * MiB, UA + SIZE, 64 * KiB, PAPR_TCE_READ), 0);
}

static void default_away(void)
{
	registered();
	assert_int_equal(space_remove(&world.space, DFLT_START), 0);
}

static void one_ddw(void)
{
	u64 start;

	mapped();
	assert_int_equal(space_create(&world.space, 12, 64 * MiB, 1, &start), 0);
	assert_int_equal(start, HIGH);
	assert_int_equal(space_map(&world.space, HIGH + MiB, UA, 4 * MiB, RW), 0);
}

static void low_ddw(void)
{
	u64 start;

	default_away();
	assert_int_equal(space_create(&world.space, 12, 64 * MiB, 1, &start), 0);
	assert_int_equal(start, DFLT_START);
	assert_int_equal(space_map(&world.space, MiB, UA, 4 * MiB, RW), 0);
}

static void two_pes(void)
{
	assert_int_equal(pe_take(&world_add(DFLT_START, DFLT_SIZE, HIGH)->pe), 0);
	one_ddw();
}

static void two_joined(void)
{
	two_pes();
	assert_int_equal(space_attach(&world.space, &world.more[0].pe), 0);
}

static void two_joined_default_away(void)
{
	assert_int_equal(pe_take(&world_add(DFLT_START, DFLT_SIZE, HIGH)->pe), 0);
	default_away();
	assert_int_equal(space_attach(&world.space, &world.more[0].pe), 0);
}

static void older_api(void)
{
	space_init(&world.space, true);
	world_attach();
	assert_int_equal(space_enable(&world.space), 0);
	assert_int_equal(space_map(&world.space, 0x3000, UA, 4 * MiB, RW), 0);
}

/* --- what is done --- */

static int act_take(void)
{
	return pe_take(&world.one.pe);
}

static int act_attach(void)
{
	return space_attach(&world.space, &world.one.pe);
}

static int act_register(void)
{
	return space_register(&world.space, UA + 2 * SIZE, SIZE);
}

static int act_unregister(void)
{
	return space_unregister(&world.space, UA, SIZE);
}

static int act_map(void)
{
	return space_map(&world.space, 0x1000, UA + SIZE / 2, 8 * MiB, RW);
}

static int act_unmap(void)
{
	return space_unmap(&world.space, 0, 32 * MiB);
}

static int act_create(void)
{
	u64 start;

	return space_create(&world.space, 12, 16 * MiB, 1, &start);
}

static int act_create_64k(void)
{
	u64 start;

	return space_create(&world.space, 16, 1 * GiB, 1, &start);
}

static int act_remove_low(void)
{
	return space_remove(&world.space, DFLT_START);
}

static int act_remove_high(void)
{
	return space_remove(&world.space, HIGH);
}

static int act_join(void)
{
	return space_attach(&world.space, &world.more[0].pe);
}

static int act_leave(void)
{
	space_detach(&world.space, &world.more[0].pe);
	return 0;
}

static int act_disable(void)
{
	return space_disable(&world.space);
}

static int act_detach(void)
{
	space_detach(&world.space, &world.one.pe);
	return 0;
}

static int act_kill(void)
{
	space_kill(&world.space);
	return 0;
}

static int act_release(void)
{
	space_detach(&world.space, &world.one.pe);
	pe_release(&world.one.pe);
	return 0;
}

static const struct scenario scenarios[] = {
	{ "take", nothing, act_take, false },
	{ "attach", taken, act_attach, false },
	{ "register", registered, act_register, false },
	{ "unregister", registered, act_unregister, false },
	{ "map", registered, act_map, false },
	{ "map_over", mapped, act_map, false },
	{ "unmap", mapped, act_unmap, false },
	{ "create_served_by_default", default_away, act_create, false },
	{ "create_first", default_away, act_create_64k, false },
	{ "create_beside_default", mapped, act_create, false },
	{ "create_beside_ddw", low_ddw, act_create, false },
	{ "remove_default", one_ddw, act_remove_low, false },
	{ "remove_ddw", one_ddw, act_remove_high, false },
	{ "remove_last_ddw", low_ddw, act_remove_low, false },
	{ "join", two_pes, act_join, false },
	{ "map_two", two_joined, act_map, false },
	{ "unmap_two", two_joined, act_unmap, false },
	{ "create_two", two_joined_default_away, act_create_64k, false },
	{ "remove_two", two_joined, act_remove_high, false },
	{ "v1_map", older_api, act_map, false },
	{ "v1_unmap", older_api, act_unmap, false },
	{ "v1_disable", older_api, act_disable, false },
	{ "leave", two_joined, act_leave, true },
	{ "leave_first", two_joined, act_detach, true },
	{ "kill_two", two_joined, act_kill, true },
	{ "v1_kill", older_api, act_kill, true },
	{ "detach", one_ddw, act_detach, true },
	{ "detach_last_ddw", low_ddw, act_detach, true },
	{ "kill", one_ddw, act_kill, true },
	{ "kill_last_ddw", low_ddw, act_kill, true },
	{ "release", one_ddw, act_release, true },
	{ "release_last_ddw", low_ddw, act_release, true },
};

/* --- what fails --- */

static void arm_alloc(u64 nth)
{
	shim_fail_alloc(nth);
}

static bool alloc_met(void)
{
	return !shim_alloc_armed();
}

static void arm_pin(u64 nth)
{
	shim_fail_pin(nth);
}

static bool pin_met(void)
{
	return !shim_pin_armed();
}

static void arm_before(u64 nth)
{
	model_fail(&(struct model_fault){ .nth = nth, .when = MODEL_BEFORE });
}

static void arm_after(u64 nth)
{
	model_fail(&(struct model_fault){ .nth = nth, .when = MODEL_AFTER });
}

static void arm_halfway(u64 nth)
{
	model_fail(&(struct model_fault){ .nth = nth, .when = MODEL_HALFWAY,
					  .hcall = PAPR_H_NOT_ENOUGH_RESOURCES,
					  .rtas = PAPR_RTAS_PARAMETER });
}

static void arm_for_good(u64 nth)
{
	model_fail(&(struct model_fault){ .nth = nth, .times = MODEL_FOREVER,
					  .when = MODEL_HALFWAY });
}

static void arm_for_good_after(u64 nth)
{
	model_fail(&(struct model_fault){ .nth = nth, .times = MODEL_FOREVER,
					  .when = MODEL_AFTER });
}

static void arm_busy(u64 nth)
{
	model_fail(&(struct model_fault){ .nth = nth, .times = 2, .hcall = 9900,
					  .rtas = PAPR_RTAS_BUSY });
}

static bool model_met(void)
{
	return model_failed();
}

/**
 * struct kind - a kind of fault
 * @name:  for the test's name
 * @arm:   the nth one from now on
 * @met:   has it happened?
 * @lasts: it goes on until all is disarmed, so what it hits may be beyond repair
 * @heals: it is over by itself, and must not be noticed
 */
struct kind {
	const char *name;
	void (*arm)(u64 nth);
	bool (*met)(void);
	bool lasts;
	bool heals;
};

static const struct kind kinds[] = {
	{ "alloc", arm_alloc, alloc_met, false, false },
	{ "pin", arm_pin, pin_met, false, false },
	{ "call_before", arm_before, model_met, false, false },
	{ "call_after", arm_after, model_met, false, false },
	{ "call_halfway", arm_halfway, model_met, false, false },
	{ "calls_from_then_on", arm_for_good, model_met, true, false },
	{ "calls_after_from_then_on", arm_for_good_after, model_met, true, false },
	{ "busy", arm_busy, model_met, false, true },
};

static void disarm(void)
{
	shim_fail_alloc(0);
	shim_fail_pin(0);
	model_fail(NULL);
}

struct point {
	const struct scenario *s;
	const struct kind *k;
};

/* What must hold right after the act. */
static void check_act(const struct point *p, int rc, u64 digest, bool met)
{
	/* A removal may be tried before the window is known to be clear. */
	if (rc || p->s->ends)
		model_forgive(RULE_REMOVE_INVALID);
	if (!met || p->k->heals)
		assert_int_equal(rc, 0);
	if (world.one.pe.owned)
		world_check();
	if (p->k->lasts || p->s->ends)
		return;
	assert_int_equal(world.isolated, 0);
	assert_int_equal(world.space.memory.unknown, 0);
	if (rc && world.one.pe.owned)
		assert_int_equal(world_digest(), digest);
}

/* All failed until the PE was the host's: nothing could be done for it but to tell. */
static void check_helpless_end(void)
{
	assert_false(world.one.host_left);
	if (model_valid(world.one.hv))
		assert_true(world.isolated);
	if (model_valid(world.one.hv) || world_windows() != 1)
		assert_true(shim_log_lines());
}

/* What must hold when everybody has gone. */
static void check_end(const struct point *p)
{
	model_forgive(RULE_REMOVE_INVALID);
	if (p->k->lasts && p->s->act == act_release) {
		check_helpless_end();
		return;
	}
	/* Of the older API's pages some stay pinned for good though no device was cut off. */
	if (p->k->lasts && world.space.v1)
		return;
	if (!world.isolated) {
		world_check_end();
		return;
	}
	assert_true(p->k->lasts || p->s->ends);
	assert_false(world.one.host_left);
	/* Quarantine: the host has its window all the same, clear, and no user has one. */
	assert_int_equal(world_windows(), 1);
	assert_true(world_window(DFLT_START).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
}

/* Return: true when the fault was there to be met. */
static bool run_point(const struct point *p, u64 nth)
{
	u64 digest;
	bool met;
	int rc;

	world_setup(NULL);
	p->s->prepare();
	digest = world_digest();
	p->k->arm(nth);
	rc = p->s->act();
	met = p->k->met();
	disarm();
	check_act(p, rc, digest, met);
	world_give_back();
	check_end(p);
	return met;
}

/* Not every one of a hundred calls that are alike. */
static u64 next(u64 nth)
{
	return nth < 24 ? nth + 1 : nth + nth / 8;
}

static void run(void **state)
{
	const struct point *p = *state;
	u64 nth = 1;

	while (run_point(p, nth))
		nth = next(nth);
}

static int no_setup(void **state)
{
	(void)state;
	shim_reset();
	return 0;
}

int main(void)
{
	static struct point points[ARRAY_SIZE(scenarios) * ARRAY_SIZE(kinds)];
	static struct CMUnitTest tests[ARRAY_SIZE(points)];
	static char names[ARRAY_SIZE(points)][64];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(points); i++) {
		points[i].s = &scenarios[i / ARRAY_SIZE(kinds)];
		points[i].k = &kinds[i % ARRAY_SIZE(kinds)];
		snprintf(names[i], sizeof(names[i]), "%s__%s", points[i].s->name,
			 points[i].k->name);
		tests[i] = (struct CMUnitTest){ names[i], run, no_setup, NULL, &points[i] };
	}
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
