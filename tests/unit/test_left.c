// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_left.c - windows that a user or the host could not get rid of: nobody gets the PE while
 * such a window exists, and the driver neither clears nor removes it by a name that another PE
 * may have by now.
 */
#include <linux/errno.h>
#include "world.h"

static void calls_fail(u32 calls, enum model_when when)
{
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER, .calls = calls,
					  .when = when });
}

/* Leaves a user's window and memory behind after the user's end; the host has the PE. */
static void leave_window(void)
{
	u64 start;

	world_begin();
	assert_int_equal(ioas_create(&world.ioas, 12, 4 * GiB, 1, &start), 0);
	assert_int_equal(start, HIGH);
	assert_int_equal(ioas_map(&world.ioas, start, UA, PAGE_SIZE, RW), 0);
	calls_fail(MODEL_WRITES | MODEL_CALL(REMOVE) | MODEL_CALL(RESET), MODEL_BEFORE);
	ioas_detach(&world.ioas, &world.one.pe);
	ioas_kill(&world.ioas);
	pe_release(&world.one.pe);
	model_fail(NULL);
	assert_true(world.isolated);
	assert_false(world.one.host_left);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	assert_true(model_valid(world.one.hv) > 0);
	assert_int_equal(world_windows(), 2);
}

static void refused(void)
{
	u32 lines = shim_log_lines();

	assert_int_equal(pe_take(&world.one.pe), -EIO);
	assert_false(world.one.pe.owned);
	assert_false(world.one.host_left);
	assert_int_equal(shim_log_lines(), lines + 1);
}

/* A user takes the PE, and it only has the default window, which is empty. */
static void taken(void)
{
	assert_int_equal(pe_take(&world.one.pe), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(world_windows(), 1);
	assert_true(world_window(DFLT_START).dflt);
}

static void users_window_is_reset_away(void **state)
{
	leave_window();
	taken();
	assert_int_equal(model_count(MODEL_RESET), 2);
}

static void users_window_is_not_handed_out(void **state)
{
	leave_window();
	calls_fail(MODEL_CALL(RESET), MODEL_BEFORE);
	refused();
	refused();
	model_fail(NULL);
	taken();
}

/* Firmware has no reset: the window stays, and so the PE stays the host's. */
static void without_a_reset(void **state)
{
	world.one.pe.addr.token_reset = 0;
	leave_window();
	refused();
	assert_int_equal(ddw_remove(&world.one.pe.addr, LIOBN + 1), 0);
	taken();
}

static void reset_that_worked_all_the_same(void **state)
{
	leave_window();
	calls_fail(MODEL_CALL(RESET), MODEL_AFTER);
	taken();
}

/* The driver's last chance to remove the window is before the host gets the PE. */
static void release_resets_what_is_left(void **state)
{
	u64 start;

	world_begin();
	assert_int_equal(ioas_create(&world.ioas, 12, 4 * GiB, 1, &start), 0);
	calls_fail(MODEL_CALL(REMOVE), MODEL_BEFORE);
	world_give_back();
	model_fail(NULL);
	assert_int_equal(world.windows_at_back, 1);
	assert_int_equal(world.valid_at_back, 0);
	world_check_end();
}

/*
 * The hypervisor has removed the window while the host had the PE, and has given its name to
 * another PE, whose default window is in the same place.
 */
static const struct model_pe *name_goes_elsewhere(void)
{
	struct model_pe_config config = world.hypervisor->pe;

	model_set_garbage(false);
	if (world_windows() > 1)
		assert_int_equal(ddw_reset(&world.one.pe.addr), 0);
	config.buid += 7;
	config.liobn = LIOBN + 1;
	config.start = HIGH;
	model_set_garbage(true);
	return model_add_pe(&config);
}

static void other_has_its_own(const struct model_pe *other, u64 tces)
{
	struct model_window w;

	assert_int_equal(model_windows(other, &w, 1), 1);
	assert_int_equal(w.liobn, LIOBN + 1);
	assert_int_equal(model_valid(other), tces);
}

static void name_of_another_pe(void **state)
{
	const struct model_pe *other;

	leave_window();
	other = name_goes_elsewhere();
	model_poke(LIOBN + 1, HIGH + MiB, MiB | RW);
	calls_fail(MODEL_CALL(RESET), MODEL_BEFORE);
	refused();
	other_has_its_own(other, 1);
	model_fail(NULL);
	taken();
	other_has_its_own(other, 1);
	pe_release(&world.one.pe);
	other_has_its_own(other, 1);
}

/* A user's window is gone, but the hypervisor's answers did not tell whether it is. */
static void doubtful_name(void **state)
{
	const struct model_pe *other;
	u64 start;

	/* A new window has a new name. */
	world_setup_on(&model_strict);
	world_begin();
	assert_int_equal(ioas_create(&world.ioas, 12, 4 * GiB, 1, &start), 0);
	calls_fail(MODEL_CALL(REMOVE) | MODEL_CALL(GET), MODEL_AFTER);
	assert_int_equal(ioas_remove(&world.ioas, start), 0);
	model_fail(NULL);
	assert_int_equal(world_windows(), 1);
	other = name_goes_elsewhere();
	model_poke(LIOBN + 1, HIGH + MiB, MiB | RW);
	/*
	 * The CREATE first tries to remove the rest; in doubt, the window's place counts as used.
	 */
	assert_int_equal(ioas_create(&world.ioas, 16, 4 * GiB, 1, &start), -ENOSPC);
	other_has_its_own(other, 1);
	/* So the driver removed the second window without clearing it. */
	model_forgive(RULE_REMOVE_INVALID);
	world_give_back();
	other_has_its_own(other, 1);
	world_check_end();
}

/*
 * A user's window with pages of 64 KiB has the default one's name, as QEMU does it, and the
 * hypervisor's answers do not tell whether it is gone. It is not, and takes the address of any
 * page for that of one of its own: it can be cleared as if it were the default one. Nobody gets a
 * default window by that name until a reset has ended the doubt.
 */
static void name_of_the_default(void **state)
{
	u64 large, other;

	world_setup_on(&model_qemu);
	world_begin();
	assert_int_equal(ioas_remove(&world.ioas, DFLT_START), 0);
	assert_int_equal(ioas_create(&world.ioas, 16, 2 * GiB, 1, &large), 0);
	assert_int_equal(large, DFLT_START);
	assert_int_equal(world_window(large).liobn, LIOBN);
	assert_int_equal(ioas_create(&world.ioas, 12, 4 * GiB, 1, &other), 0);
	calls_fail(MODEL_CALL(REMOVE) | MODEL_CALL(GET), MODEL_BEFORE);
	assert_int_equal(ioas_remove(&world.ioas, large), 0);
	model_fail(NULL);
	/* Of the others nothing is in doubt: now the driver looks for the default one. */
	assert_int_equal(ioas_remove(&world.ioas, other), 0);
	assert_int_equal(world_window(large).page_shift, 16);
	assert_false(world.one.pe.dflt.present);
	if (!ioas_create(&world.ioas, 12, MiB, 1, &other))
		assert_int_equal(world_window(other).page_shift, 12);
	model_forgive(RULE_IOBA_ALIGNED);
	world_give_back();
	world_check_end();
	taken();
}

/* --- what the host could not get rid of --- */

static const struct host_ops *usual;
static u32 to_leave;

static void messy_back(struct pe *pe)
{
	struct dma_window w;
	u32 i;

	usual->back(pe);
	for (i = 0; i < to_leave; i++) {
		assert_int_equal(ddw_create(&pe->addr, 12, 32, &w), 0);
		pe_leave_behind(pe, &w);
	}
	to_leave = 0;
}

static void messy_host(u32 windows)
{
	static struct host_ops ops;

	usual = world.one.pe.host;
	ops = *usual;
	ops.back = messy_back;
	world.one.pe.host = &ops;
	to_leave = windows;
	taken();
	pe_release(&world.one.pe);
	assert_int_equal(world_windows(), 1 + windows);
	assert_true(model_valid(world.one.hv) > 0);
}

static void hosts_window_is_not_handed_out(void **state)
{
	messy_host(1);
	calls_fail(MODEL_CALL(RESET), MODEL_BEFORE);
	refused();
	model_fail(NULL);
	taken();
	/* The driver knew that the window had valid TCEs. */
	model_forgive(RULE_RESET_INVALID);
	pe_release(&world.one.pe);
	world_check_end();
}

static void clear_window(u32 liobn)
{
	struct model_window w[4];
	u32 n = model_windows(world.one.hv, w, 4);

	while (n--) {
		const struct dma_window one = { liobn, w[n].start, w[n].tces << w[n].page_shift,
						w[n].page_shift };

		if (w[n].liobn == liobn)
			assert_int_equal(hcall_clear(&one, false), 0);
	}
}

/* Clears the PE's first @n windows, and removes all of these but the default one. */
static void first_go(u32 n)
{
	struct model_window w[4];
	u32 i;

	assert_int_equal(model_windows(world.one.hv, w, 4), n + 1);
	for (i = 0; i < n; i++) {
		clear_window(w[i].liobn);
		if (!w[i].dflt)
			assert_int_equal(ddw_remove(&world.one.pe.addr, w[i].liobn), 0);
	}
}

/* More windows than the driver can record, on firmware that allows so many. */
static void more_than_can_be_noted(void **state)
{
	static struct model_personality roomy;

	roomy = model_strict;
	roomy.windows = 4;
	roomy.traits |= 1U << TRAIT_OLD_NAMES;
	world_setup_on(&roomy);
	messy_host(3);
	/* By LoPAR a reset is refused for as long as TCEs are valid. */
	refused();
	/* The recorded windows are removed. */
	first_go(3);
	assert_int_equal(world_windows(), 2);
	refused();
	clear_window(LIOBN + 3);
	model_forgive(RULE_RESET_INVALID);
	taken();
	pe_release(&world.one.pe);
	world_check_end();
}

/*
 * The hypervisor has removed the whole PE while a user had it. Its tables are gone, so nothing
 * stays pinned, and there is no device to isolate.
 */
static void pe_that_is_gone(void **state)
{
	u64 start;

	world_setup_on(&model_powervm);
	world_begin();
	assert_int_equal(ioas_map(&world.ioas, 0x3000, UA, MiB, RW), 0);
	assert_int_equal(ioas_create(&world.ioas, 12, 4 * GiB, 1, &start), 0);
	assert_int_equal(ioas_map(&world.ioas, start, UA, MiB, RW), 0);
	model_remove_pe(world.one.hv);
	assert_int_equal(ioas_map(&world.ioas, MiB, UA, MiB, RW), -EIO);
	assert_int_equal(ioas_unmap(&world.ioas, 0x3000, MiB), -EIO);
	assert_int_equal(ioas_create(&world.ioas, 12, 4 * GiB, 1, &start), -ENOSPC);
	assert_int_equal(ioas_remove(&world.ioas, start), -EIO);
	ioas_detach(&world.ioas, &world.one.pe);
	ioas_kill(&world.ioas);
	pe_release(&world.one.pe);
	assert_false(world.one.host_left);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	assert_int_equal(world.isolated, 0);
	assert_int_not_equal(pe_take(&world.one.pe), 0);
	assert_false(world.one.pe.owned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(users_window_is_reset_away),
		WORLD_TEST(users_window_is_not_handed_out),
		WORLD_TEST(without_a_reset),
		WORLD_TEST(reset_that_worked_all_the_same),
		WORLD_TEST(release_resets_what_is_left),
		WORLD_TEST(name_of_another_pe),
		WORLD_TEST(doubtful_name),
		WORLD_TEST(name_of_the_default),
		WORLD_TEST(hosts_window_is_not_handed_out),
		WORLD_TEST(more_than_can_be_noted),
		WORLD_TEST(pe_that_is_gone),
	};

	return cmocka_run_group_tests_name("left", tests, NULL, NULL);
}
