// SPDX-License-Identifier: GPL-2.0-only
/* world.c - the common surroundings of tests, and the host that a PE is taken from. */
#include <stdlib.h>
#include <string.h>
#include <linux/errno.h>
#include "world.h"

struct world world;

/* A mapping that the host's driver has left in the default window. */
#define HOST_IOBA	0x7000ULL
#define HOST_TCE	(0x10000ULL | RW)

static int host_leave(struct pe *pe)
{
	lockdep_assert_held(&pe->lock);
	world.left++;
	world.calls_at_leave = model_count_of(~0U);
	if (world.leave_rc)
		return world.leave_rc;
	assert_false(world.host_left);
	world.host_left = true;
	return 0;
}

static void host_back(struct pe *pe)
{
	lockdep_assert_held(&pe->lock);
	assert_true(world.host_left);
	world.host_left = false;
	world.back++;
	world.valid_at_back = model_valid(world.hv);
	world.windows_at_back = world_windows();
}

static int host_publish(struct pe *pe, u32 num, const struct hv_window *w)
{
	lockdep_assert_held(&pe->lock);
	assert_true(num < PE_WINDOWS);
	if (w && world.publish_rc)
		return world.publish_rc;
	world.published[num] = w ? *w : (struct hv_window){ 0 };
	return 0;
}

static void host_isolate(struct pe *pe)
{
	lockdep_assert_held(&pe->lock);
	world.isolated++;
}

static const struct host_ops host = {
	.leave = host_leave,
	.back = host_back,
	.publish = host_publish,
	.isolate = host_isolate,
};

static void setup_hypervisor(void)
{
	static const struct model_pe_config config = {
		.buid = BUID,
		.liobn = LIOBN,
		.start = DFLT_START,
		.size = DFLT_SIZE,
		.high = HIGH,
		.page_sizes = PAGE_SIZES,
		.ddw = true,
		.reset = true,
	};

	model_reset(&model_qemu);
	model_set_memory(shim_ram_size());
	world.hv = model_add_pe(&config);
	model_poke(LIOBN, DFLT_START + HOST_IOBA, HOST_TCE);
	model_set_garbage(true);
}

static void setup_pe(void)
{
	world.pe = (struct pe){
		.name = "pe",
		.addr = {
			.buid = BUID,
			.config_addr = CONFIG_ADDR,
			.token_query = MODEL_TOKEN_QUERY,
			.token_create = MODEL_TOKEN_CREATE,
			.token_remove = MODEL_TOKEN_REMOVE,
			.token_reset = MODEL_TOKEN_RESET,
			.wide_query = true,
		},
		.dflt = { .w = { LIOBN, DFLT_START, DFLT_SIZE, 12 }, .present = true },
		.host = &host,
	};
	pe_init(&world.pe);
}

static void setup_process(void)
{
	shim_mm_init(&world.mm, ~0UL);
	shim_map_user(&world.mm, UA, UA_SIZE, PAGE_SHIFT);
	shim_map_user(&world.mm, HUGE_UA, HUGE_SIZE, HUGE_SHIFT);
	shim_mm_init(&world.other, ~0UL);
	shim_set_mm(&world.mm);
}

/*
 * What stays pinned for good stays allocated too. It is kept within reach, so that the leak checker
 * tells what nobody meant to leave; world_end() is stricter and counts every allocation.
 */
static void keep_quarantine(void)
{
	static struct kept {
		struct kept *next;
		struct world world;
	} *all;
	struct kept *k;

	if (!world.space.memory.sorted)
		return;
	k = malloc(sizeof(*k));
	assert_non_null(k);
	k->next = all;
	k->world = world;
	all = k;
}

int world_setup(void **state)
{
	(void)state;
	keep_quarantine();
	shim_reset();
	memset(&world, 0, sizeof(world));
	setup_hypervisor();
	setup_pe();
	setup_process();
	space_init(&world.space, false);
	hv_init();
	return 0;
}

void world_attach(void)
{
	assert_int_equal(pe_take(&world.pe), 0);
	assert_int_equal(space_attach(&world.space, &world.pe), 0);
}

void world_begin(void)
{
	world_attach();
	assert_int_equal(space_register(&world.space, UA, UA_SIZE), 0);
}

void world_give_back(void)
{
	if (world.space.windows.pes)
		space_detach(&world.space, &world.pe);
	if (!world.space.dead)
		space_kill(&world.space);
	pe_release(&world.pe);
}

void world_check_end(void)
{
	struct model_window w = world_window(DFLT_START);

	assert_int_equal(world_windows(), 1);
	assert_true(w.dflt);
	assert_int_equal(w.liobn, LIOBN);
	assert_int_equal(w.tces, DFLT_TCES);
	assert_int_equal(w.page_shift, 12);
	assert_false(world.host_left);
	assert_false(world.pe.owned);
	assert_int_equal(world.published[0].size, 0);
	assert_int_equal(world.published[1].size, 0);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(shim_regions(&world.mm), 0);
	assert_int_equal(shim_allocs_live(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	assert_int_equal(world.mm.users, 0);
	assert_int_equal(model_broken(), 0);
	assert_int_equal(shim_mutexes(), 0);
	assert_int_equal(shim_spinlocks(), 0);
}

void world_end(void)
{
	world_give_back();
	world_check_end();
	/* The host's own mapping is left alone when the PE never changed hands. */
	if (world.back)
		assert_int_equal(model_valid(world.hv), 0);
	assert_int_equal(world.isolated, 0);
	assert_int_equal(shim_log_lines(), 0);
	assert_int_equal(model_count(MODEL_GET), 0);
}

struct table *world_table(u32 num)
{
	assert_non_null(world.space.windows.table[num]);
	return world.space.windows.table[num];
}

u64 world_tce(u64 ua, u64 perm)
{
	return shim_hpa(&world.mm, ua) | perm;
}

u32 world_windows(void)
{
	return model_windows(world.hv, NULL, 0);
}

struct model_window world_window(u64 start)
{
	struct model_window w[PE_WINDOWS];
	u32 n = model_windows(world.hv, w, PE_WINDOWS);
	u32 i;

	for (i = 0; i < n; i++)
		if (w[i].start == start)
			return w[i];
	fail_msg("no window at %llx", (unsigned long long)start);
	return w[0];
}
