// SPDX-License-Identifier: GPL-2.0-only
/*
 * threads.c - several threads in one IOAS, under ThreadSanitizer.
 *
 * Each mapper has its own slice of the default window and its own memory, so that it knows the
 * slice's translations after all threads have stopped. Meanwhile one thread creates and removes a
 * second window, which all map into. One thread registers and unregisters memory that others try
 * to map. One attaches and detaches a second PE, and the hypervisor is sometimes busy or fails.
 * Two threads are processors of a hostile guest: KVM writes for them to the same few TCEs of two
 * windows, also after these windows are gone, and the guest's user space maps and unmaps there,
 * too. No page may be reachable after its memory was unregistered. After all have stopped, the
 * walker (walk.c) checks everything. In the last round the IOAS is ended while the threads run.
 *
 * threads.N [SECONDS]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <linux/errno.h>
#include "kvm.h"
#include "world.h"

#define MAPPERS		3
#define SLICE		(4 * MiB)
#define SLICE_PAGES	(SLICE / (4 * KiB))
#define ROUND_MS	150
#define PATIENCE	60	/* the most seconds beyond those asked for */

/* The call that a thread repeats, and how often it succeeded. */
struct worker {
	pthread_t thread;
	void (*turn)(struct worker *w);
	const char *what;
	u32 num;
	unsigned int seed;
	u64 turns;
	u64 good;
	u64 ua[SLICE_PAGES];	/* mapper: what its slice holds, 0 for nothing */
	u32 cpu;		/* processor: which one */
	struct kvm_table *held;	/* ... the table that KVM has */
	u64 base;		/* ... and its window's start */
};

static bool stop;
static bool ending;		/* the IOAS may be gone at any time */

#define CHECK(cond, ...)						\
	do {								\
		if (!(cond)) {						\
			fprintf(stderr, "%s: %s: ", __func__, #cond);	\
			fprintf(stderr, __VA_ARGS__);			\
			fputc('\n', stderr);				\
			abort();					\
		}							\
	} while (0)

static u32 dice(struct worker *w, u32 sides)
{
	return rand_r(&w->seed) % sides;
}

/* Checks that @rc is one of the answers that other threads can cause; 0 ends the list. */
static void expect(struct worker *w, int rc, const int *allowed)
{
	w->good += !rc;
	if (!rc || (ending && (rc == -ENODEV || rc == -ENXIO)))
		return;
	while (*allowed && *allowed != rc)
		allowed++;
	CHECK(*allowed, "%s: errno %d", w->what, -rc);
}

/* Tests read the model's counters without its lock. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:^model_count_of$\nrace:^model_failed$\n";
}

static const int fails[] = { -EIO, 0 };

/* --- turns --- */

static u64 slice_ua(const struct worker *w)
{
	return UA + w->num * SLICE;
}

static void map_own(struct worker *w)
{
	u32 first = dice(w, SLICE_PAGES), n = 1 + dice(w, SLICE_PAGES - first);
	u64 ioba = w->num * SLICE + first * 4 * KiB;
	u64 ua = slice_ua(w) + dice(w, SLICE_PAGES - n + 1) * 4 * KiB;
	bool map = dice(w, 3);
	int rc = map ? ioas_map(&world.ioas, ioba, ua, n * 4 * KiB, RW)
		     : ioas_unmap(&world.ioas, ioba, n * 4 * KiB);
	u32 i;

	expect(w, rc, fails);
	for (i = 0; !rc && i < n; i++)
		w->ua[first + i] = map ? ua + i * 4 * KiB : 0;
}

static void map_high(struct worker *w)
{
	static const int allowed[] = { -EIO, -ENXIO, 0 };
	u64 ioba = HIGH + dice(w, 256) * 64 * KiB;

	expect(w, ioas_map(&world.ioas, ioba, slice_ua(w), 64 * KiB, RW), allowed);
	if (dice(w, 2))
		expect(w, ioas_unmap(&world.ioas, ioba, 64 * KiB), allowed);
}

static void turn_mapper(struct worker *w)
{
	if (dice(w, 4))
		map_own(w);
	else
		map_high(w);
}

/* Sometimes there is a second PE, and by a fault it may lack a window. */
static void turn_windows(struct worker *w)
{
	static const int allowed[] = { -EIO, -ENOSPC, -EINVAL, 0 };
	u64 start = 0;
	int rc = ioas_create(&world.ioas, dice(w, 2) ? 12 : PAGE_SHIFT, 16 * MiB, 1, &start);

	expect(w, rc, allowed);
	if (!rc)
		CHECK(start == HIGH, "the window is at %llx", (unsigned long long)start);
	usleep(dice(w, 3000));
	if (!rc)
		do {
			rc = ioas_remove(&world.ioas, HIGH);
			expect(w, rc, fails);
		} while (rc == -EIO);
}

/* TCEs of the guest's two processors, in both windows; the first few are for one processor each. */
#define GUEST_SLICE	5
#define GUEST_TCES	24
#define CPU_TCES	6

/* No TCE that the guest can write reaches memory that was just unregistered. */
static void check_unreachable(u64 ua, u64 size)
{
	u64 end = GUEST_SLICE * SLICE + (GUEST_TCES + 8) * PAGE_SIZE;
	u64 ioba, tce;

	for (ioba = GUEST_SLICE * SLICE; ioba < end; ioba += 4 * KiB) {
		if (papr_get_tce(LIOBN, ioba, &tce) || !(tce & RW))
			continue;
		/* Pages are in reverse order. */
		CHECK(tce < shim_hpa(&world.mm, ua + size - PAGE_SIZE) ||
		      tce >= shim_hpa(&world.mm, ua) + PAGE_SIZE, "%llx at %llx",
		      (unsigned long long)tce, (unsigned long long)ioba);
	}
}

static void turn_memory(struct worker *w)
{
	static const int allowed[] = { -EBUSY, 0 };
	u64 ua = slice_ua(w);
	int rc;

	expect(w, ioas_register(&world.ioas, ua, MiB), allowed);
	usleep(dice(w, 1000));
	rc = ioas_unregister(&world.ioas, ua, MiB);
	expect(w, rc, allowed);
	if (!rc)
		check_unreachable(ua, MiB);
}

/* Maps another thread's memory, which may be registered. */
static void turn_thief(struct worker *w)
{
	static const int allowed[] = { -EIO, -EINVAL, 0 };
	u64 ioba = w->num * SLICE + dice(w, 256) * 4 * KiB;

	expect(w, ioas_map(&world.ioas, ioba, UA + (w->num - 1) * SLICE, MiB, 1), allowed);
	usleep(dice(w, 500));
	expect(w, ioas_unmap(&world.ioas, w->num * SLICE, SLICE), allowed);
}

static void turn_pe(struct worker *w)
{
	static const int allowed[] = { -EIO, -EBUSY, -ENOSPC, -EINVAL, 0 };
	struct pe *pe = &world.more[0].pe;
	int rc = pe_take(pe);

	expect(w, rc, allowed);
	if (rc)
		return;
	expect(w, ioas_attach(&world.ioas, pe), allowed);
	usleep(dice(w, 2000));
	ioas_detach(&world.ioas, pe);
	pe_release(pe);
}

/* The guest's user space, which also makes KVM's slots. */
static void turn_user(struct worker *w)
{
	static const int allowed[] = { -EIO, -ENXIO, 0 };
	u64 ioba = (dice(w, 2) ? HIGH : w->num * SLICE) + dice(w, GUEST_TCES) * PAGE_SIZE;
	u64 size = (1 + dice(w, 8)) * PAGE_SIZE;

	if (dice(w, 3))
		expect(w, ioas_map(&world.ioas, ioba, UA + dice(w, 16) * PAGE_SIZE, size, RW),
		       allowed);
	else
		expect(w, ioas_unmap(&world.ioas, ioba, size), allowed);
	usleep(dice(w, 300));
}

static void let_go(struct worker *w)
{
	if (w->held)
		shim_lookup_drop(w->held);
	w->held = NULL;
}

/* KVM keeps its table, also after the window is gone. */
static void turn_cpu(struct worker *w)
{
	u32 high = dice(w, 2), i;

	if (!dice(w, 16))
		let_go(w);
	if (!w->held) {
		w->held = kvm_find(&world.one.kvm[high]);
		w->base = high ? HIGH : w->num * SLICE;
	}
	for (i = 0; w->held && i < 16; i++) {
		u32 n = dice(w, GUEST_TCES - CPU_TCES);
		bool own = n < CPU_TCES;
		u64 ioba = w->base + (own ? w->cpu * CPU_TCES + n : n + CPU_TCES) * PAGE_SIZE;
		/*
		 * Mappers' memory, and memory that others register and unregister. If both
		 * processors write a TCE, counts are lost, and memory with a too high count
		 * cannot be unregistered.
		 */
		u64 ua = UA + dice(w, own ? 4 : 3) * SLICE + dice(w, 64) * 4 * KiB;

		if (kvm_put_tce(w->held, ioba, ua, dice(w, 3) ? RW : 0) == KVM_DONE)
			w->good++;
	}
	/* Sometimes clears all TCEs of this processor. */
	for (i = 0; w->held && !dice(w, 4) && i < CPU_TCES; i++)
		kvm_put_tce(w->held, w->base + (w->cpu * CPU_TCES + i) * PAGE_SIZE, 0, 0);
}

/* Failures, mostly one at a time and rarely two in a call, and short busy times. */
static void turn_hypervisor(struct worker *w)
{
	usleep(4000 + dice(w, 4000));
	if (dice(w, 2))
		model_busy(~0U, dice(w, 4), PAPR_H_BUSY, PAPR_RTAS_BUSY);
	else
		model_fail(&(struct model_fault){ .nth = 1 + dice(w, 200), .calls = MODEL_WRITES,
						  .when = dice(w, 3) });
	w->good += model_failed();
}

static void turn_info(struct worker *w)
{
	struct ioas_info info;

	expect(w, ioas_info(&world.ioas, &info), fails);
	if (ending)
		return;
	CHECK(info.dma32_size == DFLT_SIZE, "%x", info.dma32_size);
	usleep(200);
}

/* The last numbers are of slices that no other thread uses. */
static struct worker workers[] = {
	{ .turn = turn_mapper, .what = "mapper 0", .num = 0 },
	{ .turn = turn_mapper, .what = "mapper 1", .num = 1 },
	{ .turn = turn_mapper, .what = "mapper 2", .num = 2 },
	{ .turn = turn_memory, .what = "memory", .num = 3 },
	{ .turn = turn_thief, .what = "thief", .num = 4 },
	{ .turn = turn_user, .what = "guest's user space", .num = GUEST_SLICE },
	{ .turn = turn_cpu, .what = "guest's processor 0", .num = GUEST_SLICE },
	{ .turn = turn_cpu, .what = "guest's processor 1", .num = GUEST_SLICE,
	  .cpu = 1 },
	{ .turn = turn_windows, .what = "windows" },
	{ .turn = turn_pe, .what = "PE" },
	{ .turn = turn_info, .what = "info" },
	{ .turn = turn_hypervisor, .what = "hypervisor" },
};

/* --- rounds --- */

static void *work(void *arg)
{
	struct worker *w = arg;

	shim_set_mm(&world.mm);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		w->turn(w);
		w->turns++;
	}
	return NULL;
}

static void start_all(void)
{
	u32 i;

	__atomic_store_n(&stop, false, __ATOMIC_RELAXED);
	for (i = 0; i < ARRAY_SIZE(workers); i++)
		CHECK(!pthread_create(&workers[i].thread, NULL, work, &workers[i]), "thread");
}

static void stop_all(void)
{
	u32 i;

	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < ARRAY_SIZE(workers); i++)
		pthread_join(workers[i].thread, NULL);
	for (i = 0; i < ARRAY_SIZE(workers); i++)
		let_go(&workers[i]);
	model_fail(NULL);
	model_busy(0, 0, 0, 0);
	model_forgive(RULE_REMOVE_INVALID);
	model_forgive(RULE_RESET_INVALID);
}

static void check_slice(const struct worker *w)
{
	u64 ioba = w->num * SLICE;
	u64 hpa, perm;
	u32 i;

	for (i = 0; i < SLICE_PAGES; i++, ioba += 4 * KiB) {
		perm = model_translate(world.one.hv, ioba, &hpa);
		CHECK(perm == (w->ua[i] ? RW : 0), "%s: page %u: %llx", w->what, i,
		      (unsigned long long)perm);
		CHECK(!perm || hpa == shim_hpa(&world.mm, w->ua[i]), "%s: page %u", w->what, i);
	}
}

static void check_all(void)
{
	u32 i;

	world_check();
	for (i = 0; i < MAPPERS; i++)
		check_slice(&workers[i]);
}

/* Has the worker succeeded often enough? Threads that only blocked each other tested nothing. */
static bool enough(const struct worker *w)
{
	return w->turns > 10 && w->good > 4;
}

static bool all_had_enough(void)
{
	u32 i = 0;

	while (i < ARRAY_SIZE(workers) && enough(&workers[i]))
		i++;
	return i == ARRAY_SIZE(workers);
}

static void check_turns(u32 rounds, u32 cut_off)
{
	u32 i;

	printf("# %u rounds, after %u of them a device was cut off\n", rounds, cut_off);
	CHECK(cut_off * 2 < rounds, "that is too often");

	for (i = 0; i < ARRAY_SIZE(workers); i++) {
		printf("# %s: %llu turns, %llu of use\n", workers[i].what,
		       (unsigned long long)workers[i].turns,
		       (unsigned long long)workers[i].good);
		CHECK(enough(&workers[i]), "%s", workers[i].what);
	}
}

static void begin(void)
{
	u32 i;

	/* The walker's assertions are cmocka's, which must crash here. */
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	world_setup(NULL);
	world_add(DFLT_START, DFLT_SIZE, HIGH);
	world_attach();
	for (i = 0; i < MAPPERS; i++)
		CHECK(!ioas_register(&world.ioas, slice_ua(&workers[i]), SLICE), "register");
	for (i = 0; i < ARRAY_SIZE(workers); i++) {
		workers[i].seed = i + 1;
		memset(workers[i].ua, 0, sizeof(workers[i].ua));
	}
}

static void last_round(void)
{
	ending = true;
	start_all();
	usleep(ROUND_MS * 1000 / 2);
	ioas_kill(&world.ioas);
	usleep(ROUND_MS * 1000 / 2);
	stop_all();
	CHECK(ioas_map(&world.ioas, 0, UA, SLICE, RW) == -ENODEV, "it is dead");
	world_give_back();
	if (!world.isolated)
		world_check_end();
	ending = false;
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 3);
	u32 rounds = 0, cut_off = 0;
	u32 i;

	do {
		begin();
		for (i = 0; i < 4 && !world.isolated; i++, rounds++) {
			start_all();
			usleep(ROUND_MS * 1000);
			stop_all();
			check_all();
			cut_off += !!world.isolated;
		}
		last_round();
		/* On a busy machine it takes longer until all have succeeded often enough. */
	} while (time(NULL) < end || (!all_had_enough() && time(NULL) < end + PATIENCE));
	check_turns(rounds, cut_off);
	return 0;
}
