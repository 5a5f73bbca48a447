// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_vf.c - a PE with one window at a time, whose default window does not fit 32 bits: a
 * virtual function as on PowerVM.
 */
#include <linux/errno.h>
#include "pe/pe_window.h"
#include "world.h"

static int setup(void **state)
{
	(void)state;
	world_setup_on(&model_powervm_vf);
	return 0;
}

#define VF_TEST(name)	cmocka_unit_test_setup(name, setup)

/* GET_INFO cannot describe the default window, but the window exists and works. */
static void default_window_is_not_told_and_used(void **state)
{
	struct ioas_info info;

	world_begin();
	assert_int_equal(ioas_info(&world.ioas, &info), 0);
	assert_int_equal(info.dma32_start, 0);
	assert_int_equal(info.dma32_size, 0);
	assert_int_equal(info.max_windows, 1);
	assert_int_equal(ioas_map(&world.ioas, HIGH + 5 * GiB, UA, MiB, RW), 0);
	world_check();
	assert_int_equal(ioas_map(&world.ioas, 0, UA, MiB, RW), -ENXIO);
	world_end();
}

/* A user removes the window at the start that GET_INFO told him. */
static void default_window_is_removed_at_0(void **state)
{
	u64 start;

	world_begin();
	assert_int_equal(ioas_create(&world.ioas, 16, 1 * GiB, 1, &start), -ENOSPC);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_remove(&world.ioas, 0), -EINVAL);
	assert_int_equal(ioas_create(&world.ioas, 16, 1 * GiB, 1, &start), 0);
	assert_int_equal(start, HIGH);
	assert_false(world_window(HIGH).dflt);
	assert_int_equal(ioas_remove(&world.ioas, HIGH), 0);
	assert_true(world_window(HIGH).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
	world_end();
}

/* The module tells how many TCEs a restored default window holds before it clears them. */
static void restored(bool garbage, u32 held)
{
	u64 start;

	model_set_garbage(garbage);
	world_begin();
	pe_look_at_restored = true;
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_create(&world.ioas, 16, 64 * GiB, 1, &start), 0);
	assert_int_equal(world.one.pe.looked, 0);
	assert_int_equal(ioas_remove(&world.ioas, start), 0);
	pe_look_at_restored = false;
	assert_int_equal(world.one.pe.looked, 3);
	assert_int_equal(world.one.pe.held, held);
	assert_int_equal(model_valid(world.one.hv), 0);
	world_give_back();
	world_check_end();
}

static void restored_window_holds_tces(void **state)
{
	restored(true, 3);
}

static void restored_window_holds_nothing(void **state)
{
	restored(false, 0);
}

/* The older API only has the default window, and cannot describe this one. */
static void older_api_is_refused(void **state)
{
	ioas_init(&world.ioas, true);
	world_attach();
	assert_int_equal(ioas_enable(&world.ioas), -EPERM);
	world_end();
}

/* --- A host that has removed the default window for one that maps all of its memory --- */

static struct dma_window host_window;

/* Makes the host's window, with a mapping in it. */
static void host_makes_window(struct pe *pe)
{
	assert_int_equal(ddw_create(&pe->addr, 16, 34, &host_window), 0);
	assert_int_equal(hcall_clear(&host_window, false), 0);
	model_poke(host_window.liobn, host_window.start + MiB, MiB | RW);
}

/* The host replaces the default window, without telling the driver, which may know the PE. */
static void host_gives_up_default(struct pe *pe)
{
	assert_int_equal(hcall_clear(&pe->dflt.w, false), 0);
	assert_int_equal(ddw_remove(&pe->addr, pe->dflt.w.liobn), 0);
	host_makes_window(pe);
}

static int single_leave(struct pe *pe)
{
	int rc = hcall_clear(&host_window, false);

	if (!rc)
		rc = ddw_remove(&pe->addr, host_window.liobn);
	if (rc)
		model_poke(host_window.liobn, host_window.start + MiB, MiB | RW);
	else
		pe->dflt.present = false;
	return rc;
}

static void single_back(struct pe *pe)
{
	world.valid_at_back = model_valid(world.one.hv);
	world.windows_at_back = world_windows();
	if (pe->dflt.present)
		assert_int_equal(ddw_remove(&pe->addr, pe->dflt.w.liobn), 0);
	pe->dflt.present = false;
	host_makes_window(pe);
}

static void single_begin(void)
{
	static struct host_ops ops;

	ops = *world.one.pe.host;
	ops.leave = single_leave;
	ops.back = single_back;
	world.one.pe.host = &ops;
	host_gives_up_default(&world.one.pe);
}

static void check_host_has_it(void)
{
	assert_false(world.one.pe.owned);
	assert_int_equal(world_windows(), 1);
	assert_false(world_window(host_window.start).dflt);
	assert_int_equal(model_valid(world.one.hv), 1);
}

/* Checks that all is as in the beginning. */
static void single_end(void)
{
	struct pe *pe = &world.one.pe;

	check_host_has_it();
	assert_int_equal(single_leave(pe), 0);
	hcall_clear_if_there(&pe->dflt.w, false);
	assert_int_equal(ddw_reset(&pe->addr), 0);
	assert_int_equal(hcall_clear(&pe->dflt.w, false), 0);
	world_end();
}

static void user_of_the_only_window(u64 size)
{
	u64 start;

	ioas_init(&world.ioas, false);
	world_begin();
	assert_true(world_window(HIGH).dflt);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(ioas_map(&world.ioas, HIGH + 5 * GiB, UA, MiB, RW), 0);
	world_check();
	if (size) {
		assert_int_equal(ioas_remove(&world.ioas, 0), 0);
		assert_int_equal(ioas_create(&world.ioas, 16, size, 1, &start), 0);
		assert_int_equal(ioas_register(&world.ioas, HUGE_UA, HUGE_SIZE), 0);
		assert_int_equal(ioas_map(&world.ioas, start, HUGE_UA, HUGE_SIZE, RW), 0);
		world_check();
	}
	world_give_back();
	assert_int_equal(world.valid_at_back, 0);
	assert_int_equal(world.windows_at_back, 1);
	check_host_has_it();
}

/* The user still gets the default window, and the host its own window again, each time. */
static void host_without_a_default_window(void **state)
{
	single_begin();
	user_of_the_only_window(0);
	user_of_the_only_window(1 * GiB);
	user_of_the_only_window(0);
	single_end();
}

/* Each call fails in turn: the user has all, or the host has what it had. */
static void host_without_a_default_window_keeps_its_own(void **state)
{
	u64 nth = 0, refused = 0;
	int rc;

	single_begin();
	do {
		nth += nth < 5 || nth > 4600 ? 1 : 100;
		model_fail(&(struct model_fault){ .nth = nth });
		rc = pe_take(&world.one.pe);
		refused += !!rc;
		if (model_failed()) {
			model_fail(NULL);
			if (!rc)
				pe_release(&world.one.pe);
			check_host_has_it();
			rc = 1;
		}
		model_fail(NULL);
	} while (rc);
	assert_true(refused > 1);
	pe_release(&world.one.pe);
	single_end();
}

/* The host asked for addresses near 4 GiB: that ends however the default window is restored. */
static void limited_host(u32 traits)
{
	static struct model_personality p;
	u32 args[] = { CONFIG_ADDR, BUID >> 32, (u32)BUID, 1 };
	u64 start;

	p = model_powervm_vf;
	p.traits |= traits;
	world_setup_on(&p);
	assert_int_equal(hcall_clear(&world.one.pe.dflt.w, false), 0);
	while (papr_rtas_busy(papr_rtas(MODEL_TOKEN_RESET, 4, 1, args, NULL)))
		;
	single_begin();
	assert_int_equal(host_window.start, MODEL_LIMITED_START);
	world_begin();
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_create(&world.ioas, 16, 1 * GiB, 1, &start), 0);
	assert_int_equal(start, HIGH);
	world_give_back();
	single_end();
}

static void limited_mode_ends(void **state)
{
	limited_host(0);
	limited_host(1U << TRAIT_RESTORES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VF_TEST(default_window_is_not_told_and_used),
		VF_TEST(default_window_is_removed_at_0),
		VF_TEST(restored_window_holds_tces),
		VF_TEST(restored_window_holds_nothing),
		VF_TEST(older_api_is_refused),
		VF_TEST(limited_mode_ends),
		VF_TEST(host_without_a_default_window),
		VF_TEST(host_without_a_default_window_keeps_its_own),
	};

	return cmocka_run_group_tests_name("vf", tests, NULL, NULL);
}
