// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_place.c - the bus addresses of windows
 *
 * Sequences of calls run with the addresses that QEMU gives: the default window at 0 with 1 GiB, a
 * first dynamic window at 0 as well, a further one at 2^59. They also run with those that PowerVM
 * gives: one dynamic window, at 2^59. A call that failed has changed nothing, neither for the next
 * call nor for the windows that exist.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "tap.h"
#include "tests.h"
#include "victim.h"
#include "world.h"

#define HIGH	(1ULL << 59)
#define MOST	2
#define NOSPC	(-ENOSPC)
/*
 * To clear all TCEs takes 5 seconds and more, also on an idle machine. PowerVM only removes a
 * cleared window, and is sometimes busy.
 */
#define KILL_SECONDS	(world_powervm() ? 30 : 4)

enum op { END, CREATE, REMOVE };

/* For CREATE: its arguments, and the address or errno it returns. For REMOVE: the address. */
struct step {
	enum op op;
	unsigned int shift;
	uint64_t size;
	uint64_t start;
	int error;
};

struct sequence {
	const char *name;
	struct step step[12];
};

#define C(shift, size, start)	{ CREATE, shift, size, start, 0 }
#define FAILS(shift, size, why)	{ CREATE, shift, size, 0, why }
#define R(start)		{ REMOVE, 0, 0, start, 0 }

/* Sequences for every hypervisor. */
static const struct sequence sequences[] = {
	{ "the default window alone",
	  { R(0), C(12, GIB, 0), R(0), C(12, 512 * MIB, 0), R(0), C(12, GIB, 0) } },
	{ "the default window and a dynamic one",
	  { C(12, 4 * GIB, HIGH), FAILS(12, GIB, NOSPC), R(HIGH), C(16, 4 * GIB, HIGH), R(0),
	    C(12, 512 * MIB, 0), R(0), C(12, GIB, 0), R(HIGH), C(16, GIB, HIGH) } },
	{ }
};

static const struct sequence powervm_sequences[] = {
	{ "a dynamic window alone",
	  { R(0), C(16, 4 * GIB, HIGH), FAILS(16, GIB, NOSPC), FAILS(12, GIB, NOSPC), R(HIGH),
	    C(21, 4 * GIB, HIGH), R(HIGH), C(12, GIB, 0), C(16, GIB, HIGH) } },
	{ "the default window goes first",
	  { C(16, 4 * GIB, HIGH), R(0), C(12, GIB, 0), R(0), R(HIGH), C(16, 4 * GIB, HIGH) } },
	{ "larger than the default window, with its page size",
	  { R(0), C(12, 2 * GIB, HIGH), FAILS(12, 2 * GIB, NOSPC), R(HIGH), C(12, GIB, 0) } },
	{ "the largest",
	  { FAILS(12, 128 * GIB, -EINVAL), FAILS(16, 2048 * GIB, -EINVAL),
	    FAILS(24, 16 * GIB, -EINVAL), R(0), C(21, 32768 * GIB, HIGH) } },
	{ }
};

static const struct sequence qemu_sequences[] = {
	{ "a dynamic window alone",
	  { R(0), C(16, 4 * GIB, 0), R(0), C(16, 4 * GIB, 0), R(0), C(12, GIB, 0) } },
	{ "the default window goes first",
	  { C(16, 4 * GIB, HIGH), R(0), C(12, GIB, 0), R(0), R(HIGH), C(16, 4 * GIB, 0) } },
	{ "two dynamic windows, the higher one goes",
	  { R(0), C(16, 4 * GIB, 0), C(21, 4 * GIB, HIGH), FAILS(12, GIB, NOSPC), R(HIGH),
	    C(12, GIB, HIGH), R(HIGH), C(16, 8 * GIB, HIGH), R(HIGH), R(0), C(12, GIB, 0) } },
	{ "two dynamic windows, the lower one goes",
	  { R(0), C(16, 4 * GIB, 0), C(21, 4 * GIB, HIGH), R(0), FAILS(16, 4 * GIB, NOSPC),
	    FAILS(12, GIB, NOSPC), R(HIGH), C(12, GIB, 0), C(16, 4 * GIB, HIGH) } },
	{ "larger than the default window, with its page size",
	  { R(0), C(12, 2 * GIB, 0), C(12, GIB, HIGH), R(0), R(HIGH), C(12, GIB, 0) } },
	{ }
};

/* The windows that exist after the steps so far. */
struct places {
	struct window win[MOST];
	unsigned int count;
};

static void forget(struct places *p, uint64_t start)
{
	for (unsigned int i = 0; i < p->count; i++)
		if (p->win[i].start == start)
			p->win[i] = p->win[--p->count];
}

/* Each window accepts a mapping at its start and at its end, and none behind its end. */
static void expect_all(struct vfio *v, struct places *p, void *mem, const char *name)
{
	for (unsigned int i = 0; i < p->count; i++) {
		uint64_t page = 1ULL << p->win[i].shift, end = p->win[i].start + p->win[i].size;

		tap_errno(__vfio_map(v, p->win[i].start, mem, page, VFIO_DIR_BOTH), 0,
			  "%s: MAP at %#llx", name, (unsigned long long)p->win[i].start);
		tap_errno(__vfio_map(v, end - page, mem, page, VFIO_DIR_BOTH), 0,
			  "%s: MAP before %#llx", name, (unsigned long long)end);
		tap_errno(__vfio_map(v, end, mem, page, VFIO_DIR_BOTH), -ENXIO,
			  "%s: MAP at %#llx", name, (unsigned long long)end);
	}
}

static void create(struct vfio *v, struct places *p, const struct step *s, const char *name,
		   unsigned int at)
{
	struct window win;
	int ret = __vfio_create(v, s->shift, s->size, &win);

	tap_errno(ret, s->error, "%s: CREATE, step %u", name, at);
	if (ret)
		return;
	tap_check(s->error || win.start == s->start, "%s: step %u gives %#llx, not %#llx", name, at,
		  (unsigned long long)win.start, (unsigned long long)s->start);
	if (p->count < MOST)
		p->win[p->count++] = win;
}

static void run(const struct sequence *q, void *mem)
{
	struct places p = { .win[0] = { 0, GIB, 12 }, .count = 1 };
	struct vfio v;

	vfio_open(&v, world_bdf);
	vfio_register(&v, mem, 2 * MIB);
	for (unsigned int i = 0; q->step[i].op != END && !tap_failed(); i++) {
		const struct step *s = &q->step[i];

		if (s->op == CREATE) {
			create(&v, &p, s, q->name, i);
		} else {
			tap_errno(__vfio_remove(&v, s->start), 0, "%s: REMOVE, step %u", q->name,
				  i);
			forget(&p, s->start);
		}
		expect_all(&v, &p, mem, q->name);
	}
	vfio_close(&v);
}

static void run_all(const struct sequence *q, void *mem)
{
	for (; q->name; q++)
		run(q, mem);
}

/* Runs all sequences twice: the second run finds what the first one left behind. */
static void table(void)
{
	void *huge = buffer_huge(2 * MIB, false);

	for (unsigned int round = 0; round < 2; round++) {
		run_all(sequences, huge);
		run_all(world_powervm() ? powervm_sequences : qemu_sequences, huge);
	}
}

/*
 * Creates that must fail. None of them is refused by the hypervisor itself: QEMU 7.2 refuses 2^32
 * TCEs and more, but aborts when that window's name is used again.
 */
static void refused_creates(struct world *w, const char *when)
{
	struct window win;

	tap_errno(__vfio_create(&w->v, 34, 1ULL << 40, &win), -EINVAL, "%s: 16 GiB pages", when);
	tap_errno(__vfio_create(&w->v, 12, 3 * GIB, &win), -EINVAL, "%s: 3 GiB", when);
	tap_errno(__vfio_create(&w->v, 12, 1ULL << 62, &win), -EINVAL, "%s: 2^62 bytes", when);
}

/*
 * A failure does not affect the next call, which can succeed, and existing mappings stay.
 */
static void judged_afresh(void)
{
	struct window ddw, win;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	refused_creates(&w, "beside the default window");
	world_expect_writes(&w, 0, w.data, REACHED, "after refused calls");
	tap_errno(__vfio_create(&w.v, 12, 4 * GIB, &ddw), 0, "CREATE after refused ones");
	vfio_map(&w.v, ddw.start, w.data + MIB, MIB, VFIO_DIR_BOTH);
	for (unsigned int i = 0; i < 3; i++)
		tap_errno(__vfio_create(&w.v, 16, 4 * GIB, &win), -ENOSPC, "CREATE of a third");
	world_expect_writes(&w, 0, w.data, REACHED, "the default window after a refused third");
	world_expect_writes(&w, ddw.start, w.data + MIB, REACHED,
			    "the dynamic window after a refused third");
	vfio_remove(&w.v, ddw.start);
	tap_errno(__vfio_create(&w.v, 16, 4 * GIB, &ddw), 0, "CREATE when there is room again");
	world_close(&w);
}

/* The default window is removed for a create, and is restored if the create fails. */
static void judged_afresh_alone(void)
{
	struct window win;
	struct world w;

	world_open(&w);
	vfio_remove(&w.v, 0);
	refused_creates(&w, "without a window");
	tap_errno(__vfio_create(&w.v, 12, GIB, &win), 0, "CREATE of the default window");
	tap_check(win.start == 0, "the default window is at %#llx", (unsigned long long)win.start);
	world_start(&w, WORLD_HIGH);
	tap_errno(__vfio_create(&w.v, 16, 4 * GIB, &win), 0, "CREATE of a second window");
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "the default window after all that");
	world_close(&w);
}

/* Creates a window where the hypervisor would put the next one. */
static void create_in_the_way(struct vfio *v, struct window *win)
{
	struct window first;

	vfio_remove(v, 0);
	vfio_create(v, 16, 4 * GIB, win);
	if (world_powervm())
		return;
	first = *win;
	vfio_create(v, 16, 4 * GIB, win);
	vfio_remove(v, first.start);
}

/*
 * The hypervisor would put a window over an existing one, or has no second one: the create is
 * refused, and the existing window keeps its mappings.
 */
static void overlap_changes_nothing(void)
{
	uint8_t *huge = buffer_huge(4 * MIB, false);
	struct window second, third;
	struct world w;

	world_open_over(&w, huge, 4 * MIB);
	create_in_the_way(&w.v, &second);
	world_start(&w, second.start + GIB);
	vfio_map(&w.v, second.start, huge + 2 * MIB, 2 * MIB, VFIO_DIR_BOTH);
	for (unsigned int i = 0; i < 3; i++)
		tap_errno(__vfio_create(&w.v, 16, 4 * GIB, &third), -ENOSPC,
			  "CREATE that would overlap");
	world_expect_writes(&w, second.start, huge + 2 * MIB, REACHED,
			    "mapped before the refused CREATE");
	vfio_unmap(&w.v, second.start, 2 * MIB);
	world_expect_writes(&w, second.start, huge + 2 * MIB, UNTOUCHED, "after UNMAP");
	world_close(&w);
}

static void create_large(unsigned int seed, int ready)
{
	struct window win;
	struct vfio v;

	(void)seed;
	vfio_open(&v, world_bdf);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;) {
		vfio_create(&v, 12, world_powervm() ? 64 * GIB : 1ULL << 40, &win);
		vfio_remove(&v, win.start);
	}
}

/* The driver must clear 2^28 TCEs, which takes long; a killed process ends at once. */
static void create_killed(void)
{
	pid_t pid = victim_start(create_large, 0);
	struct window ddw;
	struct world w;
	int status;

	usleep(200000);
	kill(pid, SIGKILL);
	for (unsigned int i = 0; !waitpid(pid, &status, WNOHANG); i++) {
		if (i == KILL_SECONDS * 100)
			tap_fail("the child is still there %u s after the kill", KILL_SECONDS);
		usleep(10000);
	}
	tap_check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the child ended by itself");
	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	tap_check(ddw.start == HIGH, "the next window is at %#llx", (unsigned long long)ddw.start);
	vfio_map(&w.v, ddw.start, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, ddw.start, w.data, REACHED, "the next user's window");
	world_close(&w);
}

const struct tap_test place_tests[] = {
	{ .name = "place/table", .run = table, .limit = 60 },
	{ .name = "place/judged-afresh", .run = judged_afresh },
	{ .name = "place/judged-afresh-alone", .run = judged_afresh_alone },
	{ .name = "place/overlap-changes-nothing", .run = overlap_changes_nothing },
	{ .name = "place/create-killed", .run = create_killed, .limit = 40 },
	{ }
};
