// SPDX-License-Identifier: GPL-2.0-only
/*
 * scale.c - what the module's own sources cost when there is much of everything, in the model.
 *
 * Four tables: empty windows by size, mappings by number in a window of 64 TiB, regions by number,
 * PEs by number. A person reads them: time and memory per piece should stay flat. The test asserts
 * that an empty window takes less than 64 KiB, whatever its size; that a region of one page takes
 * less than 512 bytes; and that all operations on a region in its life take no more steps in trees
 * than the depth of the trees explains. The times include the model's own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include "ioas/ioas.h"
#include "model.h"
#include "pe/pe.h"
#include "shim.h"

#define KiB		1024UL
#define MiB		(1024 * KiB)
#define GiB		(1024 * MiB)
#define TiB		(1024 * GiB)

#define BUID		0x800000020000000ULL
#define LIOBN		0x80000000
#define DFLT_SIZE	(1 * GiB)
#define HIGH		(1ULL << 59)
#define UA		0x7f0000000000UL
#define PIECE_PAGES	262144UL
#define PIECE		(PIECE_PAGES << PAGE_SHIFT)
#define PES		1000
#define MAPPINGS	10000000UL
#define EMPTY_MOST	(64 * KiB)
#define REGION_MOST	512

struct place {
	struct model_pe *hv;
	struct pe pe;
	struct ioas ioas;
};

static struct place places[PES];
static struct mm_struct mm;

#define MUST(call)								\
	do {									\
		int must_rc = (call);						\
		if (must_rc) {							\
			fprintf(stderr, "%s: %d\n", #call, must_rc);		\
			exit(1);						\
		}								\
	} while (0)

/* Processor time: other work on the machine changes it little. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* --- a PE and its user --- */

static int host_leave(struct pe *pe)
{
	return 0;
}

static void host_nothing(struct pe *pe)
{
}

static int group_publish(struct pe *pe, u32 num, struct kvm_table *kvm)
{
	return 0;
}

static const struct host_ops host = {
	.leave = host_leave,
	.back = host_nothing,
	.publish = group_publish,
	.isolate = host_nothing,
};

static void make_pe(u32 i)
{
	const struct model_pe_config config = {
		.buid = BUID + i,
		.liobn = LIOBN + i * 0x100,
		.size = DFLT_SIZE,
		.high = HIGH,
		.page_sizes = 0x107,
		.ddw = true,
		.reset = true,
	};

	places[i].hv = model_add_pe(&config);
	places[i].pe = (struct pe){
		.name = "pe",
		.addr = {
			.buid = BUID + i,
			.token_query = MODEL_TOKEN_QUERY,
			.token_create = MODEL_TOKEN_CREATE,
			.token_remove = MODEL_TOKEN_REMOVE,
			.token_reset = MODEL_TOKEN_RESET,
			.wide_query = true,
		},
		.dflt = { .w = { LIOBN + i * 0x100, 0, DFLT_SIZE, 12 }, .present = true },
		.host = &host,
	};
	pe_init(&places[i].pe);
	ioas_init(&places[i].ioas, false);
}

static void begin(u32 pes)
{
	u32 i;

	shim_reset();
	model_reset(&model_qemu);
	shim_mm_init(&mm, ~0UL);
	shim_map_user(&mm, UA, PIECE, PAGE_SHIFT);
	shim_set_mm(&mm);
	hcall_init();
	for (i = 0; i < pes; i++)
		make_pe(i);
}

static void attach(struct place *p)
{
	MUST(pe_take(&p->pe));
	MUST(ioas_attach(&p->ioas, &p->pe));
}

static void end(u32 pes)
{
	u32 i;

	for (i = 0; i < pes; i++) {
		if (!places[i].ioas.dead)
			ioas_kill(&places[i].ioas);
		pe_release(&places[i].pe);
	}
	if (shim_allocs_live() || shim_pins() || mm.locked_vm) {
		fprintf(stderr, "something is left in the end\n");
		exit(1);
	}
}

/* --- the tables --- */

static bool empty_window(u32 shift, u64 size)
{
	u64 bytes = shim_alloc_bytes();
	double t = now();
	u64 start;

	MUST(ioas_create(&places[0].ioas, shift, size, 1, &start));
	t = now() - t;
	bytes = shim_alloc_bytes() - bytes;
	printf("%10llu GiB %8u KiB %12llu %14.4f\n", (unsigned long long)(size / GiB),
	       1U << (shift - 10), (unsigned long long)bytes, t);
	MUST(ioas_remove(&places[0].ioas, start));
	return bytes < EMPTY_MOST;
}

static bool empty_windows(void)
{
	static const struct { u32 shift; u64 size; } windows[] = {
		{ 12, GiB }, { 16, GiB }, { 12, TiB }, { 16, TiB }, { 16, 8 * TiB },
		{ 12, 8 * TiB }, { 16, 64 * TiB }, { 21, 64 * TiB }, { 24, 64 * TiB },
		{ 24, 32768 * TiB },
	};
	bool small = true;
	u32 i;

	begin(1);
	attach(&places[0]);
	printf("\n%14s %12s %12s %14s\n", "empty window", "page", "bytes", "create (s)");
	for (i = 0; i < ARRAY_SIZE(windows); i++)
		small &= empty_window(windows[i].shift, windows[i].size);
	end(1);
	return small;
}

/* Pieces of a window, each as large as all the memory. */
static double map_pieces(u64 start, u64 first, u64 n)
{
	double t = now();

	for (; n--; first++)
		MUST(ioas_map(&places[0].ioas, start + first * PIECE, UA, PIECE,
			      PAPR_TCE_READ | PAPR_TCE_WRITE));
	return now() - t;
}

static double unmap_pieces(u64 start, u64 n)
{
	double t = now();
	u64 i;

	for (i = 0; i < n; i++)
		MUST(ioas_unmap(&places[0].ioas, start + i * PIECE, PIECE));
	return now() - t;
}

static void mappings_row(u64 start, u64 pieces)
{
	u64 bytes = shim_alloc_bytes();
	double n = pieces * (double)PIECE_PAGES;
	double map = map_pieces(start, 0, pieces), again, unmap;

	bytes = shim_alloc_bytes() - bytes;
	again = map_pieces(start, 0, pieces);
	unmap = unmap_pieces(start, pieces);
	printf("%12.0f %10.1f %12.1f %10.1f %14.2f\n", n, map / n * 1e9, again / n * 1e9,
	       unmap / n * 1e9, bytes / n);
}

/* Each row has a window of its own, so that its memory is counted from zero. */
static void mappings(void)
{
	static const u64 pieces[] = { 1, 4, 12, MAPPINGS / PIECE_PAGES + 1 };
	u64 start;
	u32 i;

	begin(1);
	attach(&places[0]);
	MUST(ioas_register(&places[0].ioas, UA, PIECE));
	printf("\n%12s %10s %12s %10s %14s\n", "mappings", "map (ns)", "replace (ns)",
	       "unmap (ns)", "bytes each");
	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		MUST(ioas_create(&places[0].ioas, PAGE_SHIFT, 64 * TiB, 1, &start));
		mappings_row(start, pieces[i]);
		MUST(ioas_remove(&places[0].ioas, start));
	}
	end(1);
}

/* --- regions of one page --- */

static u64 window;

static int register_one(u64 ua)
{
	return ioas_register(&places[0].ioas, ua, PAGE_SIZE);
}

static int unregister_one(u64 ua)
{
	return ioas_unregister(&places[0].ioas, ua, PAGE_SIZE);
}

static int map_one(u64 ua)
{
	return ioas_map(&places[0].ioas, window + (ua - UA), ua, PAGE_SIZE,
			PAPR_TCE_READ | PAPR_TCE_WRITE);
}

static int unmap_one(u64 ua)
{
	return ioas_unmap(&places[0].ioas, window + (ua - UA), PAGE_SIZE);
}

/* Each of the first @n pages once, in a scattered order. Return: nanoseconds for one. */
static double for_each(u64 n, int (*fn)(u64 ua))
{
	double t = now();
	u64 i;

	for (i = 0; i < n; i++)
		MUST(fn(UA + (i * 40503 & (n - 1)) * PAGE_SIZE));
	return (now() - t) / n * 1e9;
}

/* Steps down trees of @n nodes, for all the searches in a region's life together. */
static u64 steps_allowed(u64 n)
{
	return 20ULL * ilog2(n);
}

static double close_all(u64 n)
{
	double t = now();

	ioas_kill(&places[0].ioas);
	return (now() - t) / n * 1e9;
}

static bool regions_row(u64 n)
{
	double reg, map, unmap, unreg, again;
	u64 bytes, start, steps;

	begin(1);
	attach(&places[0]);
	MUST(ioas_create(&places[0].ioas, PAGE_SHIFT, 64 * GiB, 1, &start));
	window = start;
	bytes = shim_alloc_bytes();
	reg = for_each(n, register_one);
	bytes = shim_alloc_bytes() - bytes;
	map = for_each(n, map_one);
	unmap = for_each(n, unmap_one);
	unreg = for_each(n, unregister_one);
	steps = shim_tree_steps() / n;
	for_each(n, register_one);
	for_each(n, map_one);
	again = close_all(n);
	printf("%12llu %14.0f %10.0f %12.0f %16.0f %12.0f %8llu %12.0f\n",
	       (unsigned long long)n, reg, map, unmap, unreg, again, (unsigned long long)steps,
	       bytes / (double)n);
	end(1);
	return bytes / n < REGION_MOST && steps < steps_allowed(n);
}

static bool regions(void)
{
	static const u64 numbers[] = { 1024, 16384, 65536, 262144 };
	bool small = true;
	u32 i;

	printf("\n%12s %14s %10s %12s %16s %12s %8s %12s\n", "regions", "register (ns)", "map (ns)",
	       "unmap (ns)", "unregister (ns)", "close (ns)", "steps", "bytes each");
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		small &= regions_row(numbers[i]);
	return small;
}

static void pes_row(u32 from, u32 to)
{
	u64 bytes = shim_alloc_bytes(), start;
	double t = now(), map;
	double n = to - from;
	u32 i;

	for (i = from; i < to; i++)
		attach(&places[i]);
	t = now() - t;
	map = now();
	for (i = from; i < to; i++) {
		MUST(ioas_create(&places[i].ioas, PAGE_SHIFT, GiB, 1, &start));
		MUST(ioas_register(&places[i].ioas, UA, 16 * MiB));
		MUST(ioas_map(&places[i].ioas, start, UA, 16 * MiB, PAPR_TCE_READ));
	}
	map = now() - map;
	printf("%12u %14.1f %22.1f %14.0f\n", to, t / n * 1e6, map / n * 1e6,
	       (shim_alloc_bytes() - bytes) / n);
}

/* One container for each PE. */
static void pes(void)
{
	begin(PES);
	printf("\n%12s %14s %22s %14s\n", "PEs", "attach (us)", "create and map (us)",
	       "bytes each");
	pes_row(0, 1);
	pes_row(1, 10);
	pes_row(10, 100);
	pes_row(100, PES);
	end(PES);
}

/* Return: whether it failed. */
static int verdict(bool small, const char *name, const char *why)
{
	printf("%s scale/%s%s\n", small ? "ok" : "not ok", name, small ? "" : why);
	return !small;
}

int main(void)
{
	bool windows = empty_windows(), few_bytes;

	mappings();
	few_bytes = regions();
	pes();
	putchar('\n');
	return verdict(windows, "empty-window", " - one takes 64 KiB or more") |
	       verdict(few_bytes, "regions", " - one takes too much memory or too many steps");
}
