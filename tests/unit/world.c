// SPDX-License-Identifier: GPL-2.0-only
/* world.c - the common surroundings of tests, and the host that has the PE before. */
#include <stdlib.h>
#include <string.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include "world.h"

__typeof__(world) *world_now;

/* A mapping that the host's driver has left in the default window. */
#define HOST_IOBA	0x7000ULL
#define HOST_TCE	(0x10000ULL | RW)

static struct endpoint *endpoint_of(struct pe *pe)
{
	return container_of(pe, struct endpoint, pe);
}

static int host_leave(struct pe *pe)
{
	struct endpoint *e = endpoint_of(pe);

	lockdep_assert_held(&pe->lock);
	world.left++;
	world.calls_at_leave = model_count_of(~0U);
	if (world.leave_rc)
		return world.leave_rc;
	assert_false(e->host_left);
	e->host_left = true;
	return 0;
}

static void host_back(struct pe *pe)
{
	struct endpoint *e = endpoint_of(pe);

	lockdep_assert_held(&pe->lock);
	assert_true(e->host_left);
	e->host_left = false;
	world.back++;
	world.valid_at_back = model_valid(e->hv);
	world.windows_at_back = endpoint_windows(e);
}

static int group_publish(struct pe *pe, u32 num, struct kvm_table *kvm)
{
	struct endpoint *e = endpoint_of(pe);

	lockdep_assert_held(&pe->lock);
	assert_true(num < PE_WINDOWS);
	if (kvm && world.publish_rc)
		return world.publish_rc;
	e->published[num] = kvm ? *shim_lookup_window(kvm) : (struct dma_window){ 0 };
	smp_store_release(&e->kvm[num], kvm);
	return 0;
}

static void group_isolate(struct pe *pe)
{
	lockdep_assert_held(&pe->lock);
	world.isolated++;
}

static const struct host_ops host = {
	.leave = host_leave,
	.back = host_back,
	.publish = group_publish,
	.isolate = group_isolate,
};

struct endpoint *world_endpoint(u32 i)
{
	if (!i)
		return &world.one;
	return i < ENDPOINTS && world.more[i - 1].hv ? &world.more[i - 1] : NULL;
}

struct ioas *world_ioas(u32 i)
{
	return !i ? &world.ioas : i == 1 ? &world.second : NULL;
}

/* The usual configuration of the @i-th PE. */
static struct model_pe_config usual_config(u32 i)
{
	struct model_pe_config config = world.hypervisor->pe;

	config.buid += i;
	config.liobn += i * 0x100;
	return config;
}

/* The hypervisor's half of a PE. */
static void setup_hypervisor(struct endpoint *e, const struct model_pe_config *config)
{
	e->hv = model_add_pe(config);
	if (config->size)
		model_poke(config->liobn, config->start + HOST_IOBA, HOST_TCE);
}

/* The driver's half. */
static void setup_pe(struct endpoint *e, const struct model_pe_config *config)
{
	e->pe = (struct pe){
		.name = "pe",
		.addr = {
			.buid = config->buid,
			.config_addr = CONFIG_ADDR,
			.token_query = MODEL_TOKEN_QUERY,
			.token_create = MODEL_TOKEN_CREATE,
			.token_remove = MODEL_TOKEN_REMOVE,
			.token_reset = config->reset ? MODEL_TOKEN_RESET : 0,
			.limited = config->limited,
			.wide_query = !config->narrow,
		},
		.dflt = { .w = { config->liobn, config->start, config->size, 12 },
			  .present = config->size },
		.host = &host,
	};
	pe_init(&e->pe);
}

static void setup_endpoint(struct endpoint *e, const struct model_pe_config *config)
{
	setup_hypervisor(e, config);
	setup_pe(e, config);
}

struct endpoint *world_add(u64 start, u64 size, u64 high)
{
	struct model_pe_config config;
	u32 i = 1;

	while (world_endpoint(i))
		i++;
	assert_true(i < ENDPOINTS);
	config = usual_config(i);
	config.start = start;
	config.size = size;
	config.high = high;
	setup_endpoint(&world.more[i - 1], &config);
	return &world.more[i - 1];
}

u64 world_ua_size = UA_SIZE;

static void setup_process(void)
{
	shim_mm_init(&world.mm, ~0UL);
	shim_map_user(&world.mm, UA, world_ua_size, PAGE_SHIFT);
	shim_map_user(&world.mm, HUGE_UA, HUGE_SIZE, HUGE_SHIFT);
	shim_mm_init(&world.other, ~0UL);
	shim_set_mm(&world.mm);
}

/*
 * What stays pinned for good also stays allocated, with its address space. This keeps it
 * reachable, so that the leak checker only reports what was left by mistake. world_end() is
 * stricter and counts every allocation.
 */
static void leave_world(void)
{
	static struct kept {
		struct kept *next;
		__typeof__(world) *left;
	} *all;
	struct kept *k;

	if (!world_now)
		return;
	if (!world.ioas.regions.by_id && !world.second.regions.by_id && !world.isolated) {
		free(world_now);
		return;
	}
	k = malloc(sizeof(*k));
	assert_non_null(k);
	k->next = all;
	k->left = world_now;
	all = k;
}

void world_setup_on(const struct model_personality *hypervisor)
{
	struct model_pe_config config;

	leave_world();
	shim_reset();
	world_now = calloc(1, sizeof(*world_now));
	assert_non_null(world_now);
	world.hypervisor = hypervisor;
	model_reset(hypervisor);
	model_set_memory(shim_ram_size());
	config = usual_config(0);
	setup_endpoint(&world.one, &config);
	/* The driver must not rely on new windows being clear, as on some hypervisors. */
	model_set_garbage(true);
	setup_process();
	ioas_init(&world.ioas, false);
	ioas_init(&world.second, false);
	hcall_init();
}

int world_setup(void **state)
{
	(void)state;
	world_setup_on(&model_qemu);
	return 0;
}

void world_attach(void)
{
	assert_int_equal(pe_take(&world.one.pe), 0);
	assert_int_equal(ioas_attach(&world.ioas, &world.one.pe), 0);
}

void world_begin(void)
{
	world_attach();
	assert_int_equal(ioas_register(&world.ioas, UA, UA_SIZE), 0);
}

void world_give_back(void)
{
	struct endpoint *e;
	struct ioas *s;
	u32 i, k;

	for (k = 0; (s = world_ioas(k)); k++) {
		for (i = 0; (e = world_endpoint(i)); i++)
			ioas_detach(s, &e->pe);
		if (!s->dead)
			ioas_kill(s);
	}
	for (i = 0; (e = world_endpoint(i)); i++)
		pe_release(&e->pe);
}

/* Checks that the host has of a PE what it had. */
static void check_endpoint(const struct endpoint *e)
{
	const struct dma_window *dflt = &e->pe.dflt.w;
	struct model_window w = endpoint_window(e, dflt->start);

	assert_int_equal(endpoint_windows(e), 1);
	assert_true(w.dflt);
	assert_int_equal(w.liobn, dflt->liobn);
	assert_int_equal(w.tces, dma_window_tces(dflt));
	assert_int_equal(w.page_shift, 12);
	assert_false(e->host_left);
	assert_false(e->pe.owned);
	assert_int_equal(e->published[0].size, 0);
	assert_int_equal(e->published[1].size, 0);
}

void world_check_end(void)
{
	struct endpoint *e;
	u32 i;

	for (i = 0; (e = world_endpoint(i)); i++)
		check_endpoint(e);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(shim_regions(&world.mm), 0);
	assert_int_equal(shim_allocs_live(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	assert_int_equal(world.mm.users, 0);
	assert_int_equal(world.other.locked_vm, 0);
	assert_int_equal(world.other.users, 0);
	assert_int_equal(model_broken(), 0);
	assert_int_equal(shim_mutexes(), 0);
	assert_int_equal(shim_spinlocks(), 0);
}

void world_end(void)
{
	struct endpoint *e;
	u32 i;

	world_give_back();
	world_check_end();
	/* If no PE ever changed hands, nobody touched the host's own mapping. */
	for (i = 0; world.back && (e = world_endpoint(i)); i++)
		if (e->pe.max)
			assert_int_equal(model_valid(e->hv), 0);
	assert_int_equal(world.isolated, 0);
	assert_int_equal(shim_log_lines(), 0);
	/* Without a failure the driver never reads a TCE back. */
	assert_int_equal(model_count(MODEL_GET), 0);
}

struct table *world_table(u32 num)
{
	assert_non_null(world.ioas.windows.table[num]);
	return world.ioas.windows.table[num];
}

u64 world_tce(u64 ua, u64 perm)
{
	return shim_hpa(&world.mm, ua) | perm;
}

u32 endpoint_windows(const struct endpoint *e)
{
	return model_windows(e->hv, NULL, 0);
}

struct model_window endpoint_window(const struct endpoint *e, u64 start)
{
	struct model_window w[PE_WINDOWS];
	u32 n = model_windows(e->hv, w, PE_WINDOWS);
	u32 i;

	for (i = 0; i < n; i++)
		if (w[i].start == start)
			return w[i];
	fail_msg("no window at %llx", (unsigned long long)start);
	return w[0];
}

u32 world_windows(void)
{
	return endpoint_windows(&world.one);
}

struct model_window world_window(u64 start)
{
	return endpoint_window(&world.one, start);
}
