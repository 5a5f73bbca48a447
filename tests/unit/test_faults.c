// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_faults.c - the sweep: every scenario on every hypervisor, with each allocation, pin,
 * hypercall or RTAS call failing in turn.
 *
 * The nth of them fails, with n growing until the act makes fewer than n.
 *
 * A scenario is a preparation and one act. After a failed act the hypervisor's windows and TCEs
 * are as before. After any act everything agrees (walk.c). In the end the host and the users have
 * back what they had. If only one call failed, a user's call may not quarantine anything.
 *
 * Each scenario makes one test for each hypervisor and kind of fault; their names say which. One
 * more test has pairs: calls of two kinds fail, the nth of one and the mth of the other, or all
 * from the first of each on. Pairs run on the hypervisors that differ in what they refuse; with
 * PAIRS=all in the environment on all, and with more points.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/errno.h>
#include "kvm.h"
#include "world.h"

/* What a scenario needs of its hypervisor. */
#define BESIDE	1	/* a window beside the default one */
#define TWO_DDW	2	/* two windows besides the default one, which makes room for them */
#define SHARED	4	/* shared memory */
#define LOW	8	/* a default window that 32 bits can describe, for the older API */

/**
 * struct scenario - a preparation and an act, during which something fails
 * @name:    for the test's name
 * @prepare: the preparation, without faults
 * @act:     the act
 * @ends:    the act is part of the end: it cannot fail, but it may have to quarantine
 * @needs:   what the hypervisor must have
 * @rc:      what the act returns without any fault
 */
struct scenario {
	const char *name;
	void (*prepare)(void);
	int (*act)(void);
	bool ends;
	u32 needs;
	int rc;
};

/* --- preparations --- */

#define SIZE	(16 * MiB)

/* The dynamic window, if there is one. */
static u64 ddw;

/* Bus addresses in the default window, and in the other one. */
static u64 low(u64 offset)
{
	return world.one.pe.dflt.w.start + offset;
}

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
	assert_int_equal(ioas_register(&world.ioas, UA, SIZE), 0);
	assert_int_equal(ioas_register(&world.ioas, UA + SIZE, SIZE), 0);
	assert_int_equal(ioas_register(&world.ioas, HUGE_UA, HUGE_SIZE), 0);
}

static void mapped(void)
{
	registered();
	assert_int_equal(ioas_map(&world.ioas, low(0x3000), UA, 4 * MiB, RW), 0);
	assert_int_equal(ioas_map(&world.ioas, low(12 * MiB), UA + SIZE, 64 * KiB,
				  PAPR_TCE_READ), 0);
}

static void default_away(void)
{
	registered();
	assert_int_equal(ioas_remove(&world.ioas, low(0)), 0);
}

/* The default window and a dynamic one. */
static void one_ddw(void)
{
	mapped();
	assert_int_equal(ioas_create(&world.ioas, 12, 16 * MiB, 1, &ddw), 0);
	assert_int_equal(ddw, world.hypervisor->pe.high);
	assert_int_equal(ioas_map(&world.ioas, ddw + MiB, UA, 4 * MiB, RW), 0);
}

/* The default window, removed and created again. */
static void default_again(void)
{
	u64 start;

	default_away();
	assert_int_equal(ioas_create(&world.ioas, 12, 16 * MiB, 1, &start), 0);
	assert_int_equal(start, low(0));
	assert_int_equal(ioas_map(&world.ioas, low(MiB), UA, 4 * MiB, RW), 0);
}

/* A dynamic window in the default window's place. */
static void ddw_alone(void)
{
	default_away();
	assert_int_equal(ioas_create(&world.ioas, 16, 64 * MiB, 1, &ddw), 0);
	assert_int_equal(ioas_map(&world.ioas, ddw + MiB, HUGE_UA, 4 * MiB, RW), 0);
}

static void two_ddws(void)
{
	u64 start;

	ddw_alone();
	assert_int_equal(ioas_create(&world.ioas, 12, 16 * MiB, 1, &start), 0);
	assert_int_equal(ioas_map(&world.ioas, start, UA, MiB, RW), 0);
}

static struct endpoint *second_pe(void)
{
	const struct model_pe_config *usual = &world.hypervisor->pe;
	struct endpoint *e = world_add(usual->start, usual->size, usual->high);

	assert_int_equal(pe_take(&e->pe), 0);
	return e;
}

static void two_pes(void)
{
	second_pe();
	one_ddw();
}

static void two_joined(void)
{
	two_pes();
	assert_int_equal(ioas_attach(&world.ioas, &world.more[0].pe), 0);
}

static void two_joined_default_away(void)
{
	second_pe();
	default_away();
	assert_int_equal(ioas_attach(&world.ioas, &world.more[0].pe), 0);
}

static void two_joined_ddw_alone(void)
{
	second_pe();
	ddw_alone();
	assert_int_equal(ioas_attach(&world.ioas, &world.more[0].pe), 0);
}

/* What KVM has taken of the default window. */
static struct kvm_table *held;

static void kvm_ends(void)
{
	if (held)
		shim_lookup_drop(held);
	held = NULL;
}

/* KVM has written over some of the user's mappings, beside them, and away from them. */
static void kvm_writes(void)
{
	static const u64 at[] = { 0x4000, 0x5000, 0x1000, MiB };
	u32 i;

	held = kvm_find(&world.one.kvm[0]);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		/* The first MAP in a part of the table makes its slots, and shows memory to KVM. */
		kvm_put_tce(held, low(at[i]), UA, RW);
		assert_int_equal(ioas_map(&world.ioas, low(at[i]), UA + SIZE, 0x1000, RW), 0);
		assert_int_equal(kvm_put_tce(held, low(at[i]), UA + SIZE + i * 64 * KiB, RW),
				 KVM_DONE);
	}
}

static void mapped_kvm(void)
{
	mapped();
	kvm_writes();
}

static void one_ddw_kvm(void)
{
	one_ddw();
	kvm_writes();
}

static void two_pes_kvm(void)
{
	two_pes();
	kvm_writes();
}

static void two_joined_kvm(void)
{
	two_joined();
	kvm_writes();
}

static void older_api(void)
{
	ioas_init(&world.ioas, true);
	world_attach();
	assert_int_equal(ioas_enable(&world.ioas), 0);
	assert_int_equal(ioas_map(&world.ioas, low(0x3000), UA, 4 * MiB, RW), 0);
}

/* --- acts --- */

static int act_take(void)
{
	return pe_take(&world.one.pe);
}

static int act_attach(void)
{
	return ioas_attach(&world.ioas, &world.one.pe);
}

static int act_register(void)
{
	return ioas_register(&world.ioas, UA + 2 * SIZE, SIZE);
}

static int act_unregister(void)
{
	return ioas_unregister(&world.ioas, UA, SIZE);
}

static int act_map(void)
{
	return ioas_map(&world.ioas, low(0x1000), UA + SIZE / 2, 8 * MiB, RW);
}

/* Maps more than a partition with shared memory is entitled to. */
static int act_map_too_much(void)
{
	return ioas_map(&world.ioas, low(0), HUGE_UA, 48 * MiB, RW);
}

/* Maps in a window of 64 KiB pages, partly over existing mappings. */
static int act_map_64k(void)
{
	return ioas_map(&world.ioas, ddw + 2 * MiB, HUGE_UA + SIZE, 48 * MiB, RW);
}

static int act_unmap_64k(void)
{
	return ioas_unmap(&world.ioas, ddw, 64 * MiB);
}

static int act_unmap(void)
{
	return ioas_unmap(&world.ioas, low(0), 16 * MiB);
}

static int act_create(void)
{
	u64 start;

	return ioas_create(&world.ioas, 12, 16 * MiB, 1, &start);
}

static int act_create_64k(void)
{
	u64 start;

	return ioas_create(&world.ioas, 16, 64 * MiB, 1, &start);
}

static int act_remove_default(void)
{
	return ioas_remove(&world.ioas, low(0));
}

static int act_remove_ddw(void)
{
	return ioas_remove(&world.ioas, ddw);
}

static int act_join(void)
{
	return ioas_attach(&world.ioas, &world.more[0].pe);
}

static int act_leave(void)
{
	ioas_detach(&world.ioas, &world.more[0].pe);
	return 0;
}

static int act_disable(void)
{
	return ioas_disable(&world.ioas);
}

static int act_detach(void)
{
	ioas_detach(&world.ioas, &world.one.pe);
	return 0;
}

static int act_kill(void)
{
	ioas_kill(&world.ioas);
	return 0;
}

static int act_release(void)
{
	ioas_detach(&world.ioas, &world.one.pe);
	pe_release(&world.one.pe);
	return 0;
}

static const struct scenario scenarios[] = {
	{ "take", nothing, act_take, false, 0, 0 },
	{ "attach", taken, act_attach, false, 0, 0 },
	{ "register", registered, act_register, false, 0, 0 },
	{ "unregister", registered, act_unregister, false, 0, 0 },
	{ "map", registered, act_map, false, 0, 0 },
	{ "map_over", mapped, act_map, false, 0, 0 },
	{ "map_too_much", mapped, act_map_too_much, false, SHARED, -ENOMEM },
	{ "unmap", mapped, act_unmap, false, 0, 0 },
	{ "map_64k", ddw_alone, act_map_64k, false, 0, 0 },
	{ "unmap_64k", ddw_alone, act_unmap_64k, false, 0, 0 },
	{ "create_served_by_default", default_away, act_create, false, 0, 0 },
	{ "create_first", default_away, act_create_64k, false, 0, 0 },
	{ "create_beside_default", mapped, act_create, false, BESIDE, 0 },
	{ "create_beside_ddw", ddw_alone, act_create, false, TWO_DDW, 0 },
	{ "remove_default", one_ddw, act_remove_default, false, BESIDE, 0 },
	{ "remove_default_again", default_again, act_remove_default, false, 0, 0 },
	{ "remove_ddw", one_ddw, act_remove_ddw, false, BESIDE, 0 },
	{ "remove_first_ddw", two_ddws, act_remove_ddw, false, TWO_DDW, 0 },
	{ "remove_last_ddw", ddw_alone, act_remove_ddw, false, 0, 0 },
	{ "join", two_pes, act_join, false, BESIDE, 0 },
	{ "map_two", two_joined, act_map, false, BESIDE, 0 },
	{ "unmap_two", two_joined, act_unmap, false, BESIDE, 0 },
	{ "create_two", two_joined_default_away, act_create_64k, false, 0, 0 },
	{ "map_64k_two", two_joined_ddw_alone, act_map_64k, false, 0, 0 },
	{ "remove_two", two_joined, act_remove_ddw, false, BESIDE, 0 },
	{ "remove_last_two", two_joined_ddw_alone, act_remove_ddw, false, 0, 0 },
	{ "v1_map", older_api, act_map, false, LOW, 0 },
	{ "v1_unmap", older_api, act_unmap, false, LOW, 0 },
	{ "v1_disable", older_api, act_disable, false, LOW, 0 },
	{ "kvm_map", mapped_kvm, act_map, false, 0, 0 },
	{ "kvm_unmap", mapped_kvm, act_unmap, false, 0, 0 },
	{ "kvm_unregister", mapped_kvm, act_unregister, false, 0, -EBUSY },
	{ "kvm_remove", mapped_kvm, act_remove_default, false, 0, 0 },
	{ "kvm_join", two_pes_kvm, act_join, false, BESIDE, 0 },
	{ "kvm_leave", two_joined_kvm, act_leave, true, BESIDE, 0 },
	{ "kvm_kill", one_ddw_kvm, act_kill, true, BESIDE, 0 },
	{ "leave", two_joined, act_leave, true, BESIDE, 0 },
	{ "leave_first", two_joined, act_detach, true, BESIDE, 0 },
	{ "leave_ddw_alone", two_joined_ddw_alone, act_leave, true, 0, 0 },
	{ "kill_two", two_joined, act_kill, true, BESIDE, 0 },
	{ "v1_kill", older_api, act_kill, true, LOW, 0 },
	{ "detach", one_ddw, act_detach, true, BESIDE, 0 },
	{ "detach_default_again", default_again, act_detach, true, 0, 0 },
	{ "detach_last_ddw", ddw_alone, act_detach, true, 0, 0 },
	{ "kill", one_ddw, act_kill, true, BESIDE, 0 },
	{ "kill_two_ddws", two_ddws, act_kill, true, TWO_DDW, 0 },
	{ "kill_last_ddw", ddw_alone, act_kill, true, 0, 0 },
	{ "release", one_ddw, act_release, true, BESIDE, 0 },
	{ "release_last_ddw", ddw_alone, act_release, true, 0, 0 },
};

/* Has the hypervisor what the scenario needs? */
static bool applies(const struct scenario *s, const struct model_personality *p)
{
	if (s->needs & (BESIDE | TWO_DDW) && p->windows < 2)
		return false;
	if (s->needs & TWO_DDW && (!p->pe.reset || p->traits & 1U << TRAIT_ONE_CREATED))
		return false;
	if (s->needs & LOW && p->pe.start > U32_MAX)
		return false;
	return !(s->needs & SHARED) || p->traits & 1U << TRAIT_SHARED;
}

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

/* The hypervisor's answer for a missing table. */
static void arm_parameter(u64 nth)
{
	model_fail(&(struct model_fault){ .nth = nth, .when = MODEL_BEFORE,
					  .hcall = PAPR_H_PARAMETER,
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
 * @arm:   arms the nth one from now on
 * @met:   has the fault happened?
 * @lasts: it lasts until it is disarmed, so the driver may be unable to undo its effect
 * @heals: it ends by itself, and the act must succeed
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
	{ "call_parameter", arm_parameter, model_met, false, false },
	{ "busy", arm_busy, model_met, false, true },
};

/* Kinds of calls, of which a pair has two. */
static const struct {
	const char *name;
	u32 calls;
} groups[] = {
	{ "write", MODEL_CALL(INDIRECT) },
	{ "clear", MODEL_CALL(STUFF) | MODEL_CALL(PUT) },
	{ "get", MODEL_CALL(GET) },
	{ "query", MODEL_CALL(QUERY) },
	{ "create", MODEL_CALL(CREATE) },
	{ "remove", MODEL_CALL(REMOVE) },
	{ "reset", MODEL_CALL(RESET) },
};

static void disarm(void)
{
	shim_fail_alloc(0);
	shim_fail_pin(0);
	model_fail(NULL);
}

/**
 * struct sweep - one scenario below one hypervisor with one kind of fault
 * @p:   the hypervisor
 * @s:   the scenario
 * @k:   the kind
 * @nth: the fault that was armed last
 */
struct sweep {
	const struct model_personality *p;
	const struct scenario *s;
	const struct kind *k;
	u64 nth;
};

/* Number of faults that happened. */
static u64 met_points;

/* What must hold right after the act. */
static void check_act(const struct sweep *w, int rc, u64 digest, bool met)
{
	/* The driver may try to remove a window before it knows that the window is clear. */
	if (rc || w->s->ends)
		model_forgive(RULE_REMOVE_INVALID);
	if (!met || w->k->heals)
		assert_int_equal(rc, w->s->rc);
	if (world.one.pe.owned)
		world_check();
	/* The driver may be unable to handle a second failure while it undoes the first. */
	if (w->k->lasts || w->s->ends || w->s->rc)
		return;
	assert_int_equal(world.isolated, 0);
	assert_int_equal(world.ioas.regions.unknown, 0);
	if (rc && world.one.pe.owned)
		assert_int_equal(world_digest(), digest);
}

/* All calls failed until the host had the PE: the driver could only report that. */
static void check_helpless_end(void)
{
	assert_false(world.one.host_left);
	if (model_valid(world.one.hv))
		assert_true(world.isolated);
	if (model_valid(world.one.hv) || world_windows() != 1)
		assert_true(shim_log_lines());
}

/* Is there a window that could not be removed, on firmware without a reset? */
static bool left_behind(void)
{
	struct endpoint *e;
	u32 i;

	for (i = 0; !world.hypervisor->pe.reset && (e = world_endpoint(i)); i++)
		if (endpoint_windows(e) > 1)
			return true;
	return false;
}

/*
 * All calls failed for a while, also those that only look, and later calls came too late. The
 * driver knows that something is left: nobody gets the PE unless none of its TCEs is valid.
 */
static void check_nobody_gets(struct endpoint *e)
{
	assert_false(e->host_left);
	if (endpoint_windows(e) == 1 && !model_valid(e->hv))
		return;
	if (pe_take(&e->pe))
		return;
	assert_int_equal(model_valid(e->hv), 0);
	pe_release(&e->pe);
	assert_false(e->host_left);
}

/* What must hold after the end of all users. */
static void check_end(const struct sweep *w)
{
	u32 i;

	model_forgive(RULE_REMOVE_INVALID);
	if (w->k->lasts && w->s->act == act_release) {
		check_helpless_end();
		return;
	}
	/* Some pages of the older API stay pinned for good, although no device was isolated. */
	if (w->k->lasts && world.ioas.v1)
		return;
	if (!world.isolated && !(w->k->lasts && left_behind())) {
		world_check_end();
		return;
	}
	assert_true(w->k->lasts || w->s->ends || w->s->rc);
	if (w->k->lasts) {
		for (i = 0; world_endpoint(i); i++)
			check_nobody_gets(world_endpoint(i));
		return;
	}
	assert_false(world.one.host_left);
	/* Quarantine: the host still has its window, which is clear, and no user has one. */
	assert_int_equal(world_windows(), 1);
	assert_true(world_window(low(0)).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
}

/* Return: true when the fault happened. */
static bool run_point(const struct sweep *w)
{
	u64 digest;
	bool met;
	int rc;

	held = NULL;
	world_setup_on(w->p);
	w->s->prepare();
	digest = world_digest();
	w->k->arm(w->nth);
	rc = w->s->act();
	met = w->k->met();
	disarm();
	check_act(w, rc, digest, met);
	world_give_back();
	kvm_ends();
	check_end(w);
	met_points += met;
	return met;
}

/* --- two kinds of calls --- */

/**
 * struct pair - a point in the sweep of pairs
 * @group: the two kinds
 * @nth:   the call of each that fails
 * @times: how many fail from there on
 * @when:  which part of the work they still do
 */
struct pair {
	u32 group[2];
	u64 nth[2];
	u64 times;
	enum model_when when;
};

/* Two failures may be too many for the driver to undo the act, or to end cleanly. */
static const struct kind both_calls = { .name = "pairs", .lasts = true };

static struct pair pair_now;

static struct model_fault fault_of_pair(u32 i)
{
	return (struct model_fault){ .nth = pair_now.nth[i], .times = pair_now.times,
				     .calls = groups[pair_now.group[i]].calls,
				     .when = pair_now.when };
}

/* Return: a mask of the faults that happened. */
static u32 run_pair(struct sweep *w)
{
	struct model_fault a = fault_of_pair(0), b = fault_of_pair(1);
	u32 met;
	int rc;

	held = NULL;
	world_setup_on(w->p);
	w->s->prepare();
	w->nth++;
	model_fail_both(&a, &b);
	rc = w->s->act();
	met = (model_failed_of(0) != 0) | (model_failed_of(1) != 0) << 1;
	disarm();
	check_act(w, rc, 0, met);
	world_give_back();
	kvm_ends();
	check_end(w);
	met_points += met == 3;
	return met;
}

/* The most calls of a kind that fail one by one. */
static u64 most_points = 2;

static void run_groups(struct sweep *w)
{
	u64 *nth = pair_now.nth;
	u32 met = 1;

	pair_now.times = 1;
	for (nth[0] = 1; met && nth[0] <= most_points; nth[0]++)
		for (nth[1] = 1; nth[1] <= most_points; nth[1]++) {
			met = run_pair(w);
			if (met != 3)
				break;
		}
	nth[0] = nth[1] = 1;
	pair_now.times = MODEL_FOREVER;
	run_pair(w);
}

static void run_pairs(void **state)
{
	static const enum model_when whens[] = { MODEL_BEFORE, MODEL_AFTER };
	u32 i, k, n = ARRAY_SIZE(groups) * ARRAY_SIZE(groups);
	struct sweep *w = *state;

	for (i = 0; i < ARRAY_SIZE(whens); i++)
		for (k = 0; k < n; k++) {
			pair_now.when = whens[i];
			pair_now.group[0] = k / ARRAY_SIZE(groups);
			pair_now.group[1] = k % ARRAY_SIZE(groups);
			if (pair_now.group[0] < pair_now.group[1])
				run_groups(w);
		}
	w->nth = 0;
}

/* --- one at a time --- */

/* The calls of an act without a fault. */
static u8 calls[1 << 16];
static u64 n_calls;

static void record_act(const struct sweep *w)
{
	held = NULL;
	world_setup_on(w->p);
	w->s->prepare();
	model_record(calls, sizeof(calls));
	w->s->act();
	n_calls = model_recorded();
	assert_true(n_calls <= sizeof(calls));
	model_record(NULL, 0);
	world_give_back();
	kvm_ends();
}

/* Is the nth call unlike the one before or after it? The last one is. */
static bool stands_out(u64 nth)
{
	if (nth >= n_calls)
		return nth == n_calls;
	return calls[nth - 1] != calls[nth - 2] || calls[nth - 1] != calls[nth];
}

/* The next point: among hundreds of equal calls it skips most. */
static u64 next(const struct sweep *w)
{
	u64 most = w->nth + w->nth / (w->p->features.put_indirect ? 4 : 2);
	u64 nth = w->nth + 1;

	bool is_call = w->k->met == model_met;

	while (nth > 24 && nth < most && !(is_call && stands_out(nth)))
		nth++;
	return nth;
}

static void run(void **state)
{
	struct sweep *w = *state;

	record_act(w);
	for (w->nth = 1; run_point(w); w->nth = next(w))
		;
	w->nth = 0;
}

static int before(void **state)
{
	(void)state;
	shim_reset();
	return 0;
}

/* Prints the point at which a test ended. */
static int after(void **state)
{
	const struct sweep *w = *state;

	if (w->nth && w->k == &both_calls)
		printf("# %s, %s: %s %llu, %s %llu, %s, %s\n", w->p->name, w->s->name,
		       groups[pair_now.group[0]].name, (unsigned long long)pair_now.nth[0],
		       groups[pair_now.group[1]].name, (unsigned long long)pair_now.nth[1],
		       pair_now.times == MODEL_FOREVER ? "for good" : "once",
		       pair_now.when == MODEL_AFTER ? "done" : "not done");
	else if (w->nth)
		printf("# %s, %s: %s number %llu\n", w->p->name, w->s->name, w->k->name,
		       (unsigned long long)w->nth);
	return 0;
}

#define MOST_SWEEPS	4096

static struct sweep sweeps[MOST_SWEEPS];
static char names[MOST_SWEEPS][64];
static struct CMUnitTest tests[MOST_SWEEPS];
static u32 n_sweeps;

static void add(const struct model_personality *p, const struct scenario *s)
{
	u32 k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		u32 i = n_sweeps++;

		sweeps[i] = (struct sweep){ p, s, &kinds[k], 0 };
		snprintf(names[i], sizeof(names[i]), "%s__%s__%s", p->name, s->name,
			 kinds[k].name);
		tests[i] = (struct CMUnitTest){ names[i], run, before, after, &sweeps[i] };
	}
}

static bool has_pairs(const struct model_personality *p)
{
	return most_points > 2 || p == &model_qemu || p == &model_strict ||
	       p == &model_powervm_vf || p == &model_powervm_old;
}

static void add_pairs(const struct model_personality *p, const struct scenario *s)
{
	u32 i = n_sweeps++;

	sweeps[i] = (struct sweep){ p, s, &both_calls, 0 };
	snprintf(names[i], sizeof(names[i]), "%s__%s__pairs", p->name, s->name);
	tests[i] = (struct CMUnitTest){ names[i], run_pairs, before, after, &sweeps[i] };
}

/* With an argument, only tests whose names match it: "strict__map*". */
int main(int argc, char **argv)
{
	const char *pairs = getenv("PAIRS");
	u32 scenarios_run = 0;
	u32 i, k;
	int failed;

	if (pairs && !strcmp(pairs, "all"))
		most_points = 6;

	world_ua_size = 4 * SIZE;
	for (i = 0; model_personalities[i]; i++)
		for (k = 0; k < ARRAY_SIZE(scenarios); k++)
			if (applies(&scenarios[k], model_personalities[i])) {
				add(model_personalities[i], &scenarios[k]);
				if (has_pairs(model_personalities[i]))
					add_pairs(model_personalities[i], &scenarios[k]);
				scenarios_run++;
			}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed = _cmocka_run_group_tests("faults", tests, n_sweeps, NULL, NULL);
	printf("# sweep: %u scenarios, %llu failure points\n", scenarios_run,
	       (unsigned long long)met_points);
	return failed;
}
