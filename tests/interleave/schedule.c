// SPDX-License-Identifier: GPL-2.0-only
/*
 * schedule.c - the choice of the thread that continues at each place, and the state after it.
 *
 * A state is identified by the steps that led to it. Each step is hashed together with its
 * thread's earlier steps and with the earlier steps that it depends on (those on the same object,
 * one of them a write). Two paths with the same set of hashes differ only in the order of
 * independent steps. They lead to the same state, and the steps after it are tried only once.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sanitizer/common_interface_defs.h>
#include <linux/kernel.h>
#include "schedule.h"

#define MOST_OBJECTS	8192

/**
 * struct object - the steps on one object
 * @at:    its address
 * @run:   the run of these steps
 * @write: hash of the last step that changed it
 * @reads: hashes of the steps since then that did not change it
 * @clock: how far the threads had come that changed it
 * @given: ... that released it as readers: ordered before the next change only
 */
struct object {
	const volatile void *at;
	u64 run;
	u64 write;
	u64 reads;
	u32 clock[MOST_FIBERS];
	u32 given[MOST_FIBERS];
};

/**
 * struct thread - a thread of the scenario
 * @fn:      what it does
 * @next:    its next step
 * @past:    hash of all steps that led to its place
 * @clock:   how far it knows that each thread has come
 * @ended:   it has ended
 * @willing: it lets others continue
 */
struct thread {
	void (*fn)(void);
	struct step next;
	u64 past;
	u32 clock[MOST_FIBERS];
	bool ended;
	bool willing;
};

struct node schedule_path[MOST_STEPS];
u32 schedule_steps, schedule_forced;
bool schedule_traced;

static struct thread threads[MOST_FIBERS];
static u32 n_threads;
static struct object objects[MOST_OBJECTS];
static u64 run = 1;
static u32 known_objects;
static bool covered;

u32 schedule_threads(void)
{
	return n_threads;
}

const u32 *schedule_clock(void)
{
	return threads[fiber_self()].clock;
}

u64 schedule_run_number(void)
{
	return run;
}

void schedule_reset(void)
{
	run++;
	known_objects = 0;
}

static u64 mix(u64 a, u64 b)
{
	a = a * 0x9e3779b97f4a7c15ULL + b + 0x632be59bd9b4e019ULL;
	a = (a ^ a >> 32) * 0xbf58476d1ce4e5b9ULL;
	return a ^ a >> 29;
}

static struct object *object_at(const volatile void *at)
{
	u32 i = mix((unsigned long)at, 0) % MOST_OBJECTS;

	while (objects[i].run == run && objects[i].at != at)
		i = (i + 1) % MOST_OBJECTS;
	if (objects[i].run != run) {
		objects[i] = (struct object){ .at = at, .run = run };
		if (++known_objects > MOST_OBJECTS / 2)
			schedule_wrong("too many objects");
	}
	return &objects[i];
}

static u64 hash_of(const struct thread *t, const struct step *s)
{
	u64 hash = t->past;
	u32 i;

	for (i = 0; i < 2 && s->object[i]; i++) {
		const struct object *o = object_at(s->object[i]);

		hash = mix(hash, o->write);
		if (s->writes[i])
			hash = mix(hash, o->reads);
	}
	return mix(hash, 1);
}

static void join(u32 *to, const u32 *from)
{
	u32 i;

	for (i = 0; i < MOST_FIBERS; i++)
		to[i] = max(to[i], from[i]);
}

/* What others did before they changed the object is ordered before the thread's next steps. */
static void order(struct thread *t, const struct step *s)
{
	struct object *o;

	if (!s->object[0] || s->apart)
		return;
	o = object_at(s->object[0]);
	join(t->clock, o->clock);
	if (s->writes[0])
		join(t->clock, o->given);
	if (!s->writes[0] && !s->gives)
		return;
	join(s->writes[0] ? o->clock : o->given, t->clock);
	t->clock[t - threads]++;
}

static void take(struct thread *t, const struct step *s)
{
	u32 i;

	t->past = hash_of(t, s);
	for (i = 0; i < 2 && s->object[i]; i++) {
		struct object *o = object_at(s->object[i]);

		if (s->writes[i]) {
			o->write = t->past;
			o->reads = 0;
		} else {
			o->reads += t->past;
		}
	}
	order(t, s);
}

/* The state after thread @next has taken its step. */
static u64 key_after(u32 next)
{
	u64 key = next;
	u32 i;

	for (i = 0; i < n_threads; i++)
		key = mix(key, i == next ? hash_of(&threads[i], &threads[i].next)
					 : threads[i].past);
	return key;
}

u32 schedule_default(const struct node *n)
{
	u8 others = n->ready & ~(1U << n->from);

	if (n->ready & 1U << n->from)
		return n->from;
	return __builtin_ctz(others >> n->from ? others >> n->from << n->from : others);
}

u32 schedule_cost(const struct node *n, u32 thread)
{
	return thread != n->from && n->ready & (1U << n->from);
}

/* A thread that waits by polling continues when another one has taken a step: each run ends. */
static u8 let_others(u8 ready, u32 from)
{
	u8 others = from < n_threads ? ready & ~(1U << from) : 0;

	return others && threads[from].willing ? others : ready;
}

static u8 who_is_ready(void)
{
	u8 ready = 0;
	u32 i;

	for (i = 0; i < n_threads; i++) {
		const struct step *s = &threads[i].next;

		if (!threads[i].ended && (!s->ready || s->ready(s->arg)))
			ready |= 1U << i;
	}
	return ready;
}

static bool all_ended(void)
{
	u32 i = 0;

	while (i < n_threads && threads[i].ended)
		i++;
	return i == n_threads;
}

static void describe(const struct step *s, char *to, size_t room)
{
	__sanitizer_symbolize_pc((void *)((unsigned long)s->where - 1), "%f %S:%l", to, room);
}

static void trace(u32 thread)
{
	const struct step *s = &threads[thread].next;
	char where[256];

	describe(s, where, sizeof(where));
	printf("# %4u  %*s%u %s, %s\n", schedule_steps, 12 * thread, "", thread,
	       s->what ? s->what : "begins", s->what ? where : "");
}

static void stuck(void)
{
	char where[256];
	u32 i;

	for (i = 0; i < n_threads; i++) {
		if (threads[i].ended)
			continue;
		describe(&threads[i].next, where, sizeof(where));
		printf("# thread %u waits: %s, %s\n", i, threads[i].next.what, where);
	}
	schedule_wrong("nobody can go on");
}

/* At a new place: continues with the cheapest thread; search.c tries others later. */
static void meet(struct node *n)
{
	u32 left;

	n->chosen = search_choice(schedule_steps, schedule_default(n));
	n->tried = covered ? 0xff : 1U << n->chosen;
	left = search_bound() - min_t(u32, search_bound(), n->used);
	if (!search_meets(n->key[n->chosen], left))
		covered = true;
}

/* Number of preemptions, with the one at @n. */
static u8 used_after(const struct node *n)
{
	return n->used + schedule_cost(n, n->chosen);
}

/* The next thread's number, or MAIN_FIBER when all have ended. */
static u32 choose(u32 from)
{
	struct node *n = &schedule_path[schedule_steps];
	u8 ready = let_others(who_is_ready(), from);
	u32 i;

	if (all_ended())
		return MAIN_FIBER;
	if (!ready)
		stuck();
	if (schedule_steps == MOST_STEPS - 1)
		schedule_wrong("it does not end");
	if (schedule_steps < schedule_forced && n->ready && n->ready != ready)
		schedule_wrong("step %u: not the same as the last time", schedule_steps);
	n->ready = ready;
	n->from = from;
	n->used = schedule_steps ? used_after(n - 1) : 0;
	for (i = 0; i < n_threads; i++)
		n->key[i] = ready & 1U << i ? key_after(i) : 0;
	if (schedule_steps >= schedule_forced)
		meet(n);
	if (!(ready & 1U << n->chosen))
		schedule_wrong("step %u: thread %u cannot go on", schedule_steps, n->chosen);
	if (schedule_traced)
		trace(n->chosen);
	schedule_steps++;
	take(&threads[n->chosen], &threads[n->chosen].next);
	return n->chosen;
}

static void body(void)
{
	u32 self = fiber_self();

	threads[self].fn();
	threads[self].ended = true;
	fiber_end(choose(self));
}

static struct thread *add_thread(void (*fn)(void))
{
	u32 i = n_threads++;

	if (i == MOST_FIBERS)
		schedule_wrong("too many threads");
	threads[i] = (struct thread){ .fn = fn, .past = i + 1 };
	threads[i].clock[i] = 1;
	fiber_make(i, body);
	return &threads[i];
}

u32 schedule_spawn(void (*fn)(void))
{
	struct thread *self = &threads[fiber_self()];
	struct thread *t = add_thread(fn);

	t->past = mix(t->past, self->past);
	join(t->clock, self->clock);
	self->clock[fiber_self()]++;
	return t - threads;
}

void schedule_run(u32 n, void (*const *fn)(void))
{
	u32 i;

	n_threads = 0;
	for (i = 0; i < n; i++)
		add_thread(fn[i]);
	schedule_steps = 0;
	covered = false;
	fiber_switch(choose(MAIN_FIBER));
}

void schedule_at(const struct step *s)
{
	u32 self = fiber_self(), next;

	if (self == MAIN_FIBER) {
		if (s->ready && !s->ready(s->arg))
			schedule_wrong("nobody is there to wait for");
		return;
	}
	threads[self].next = *s;
	next = choose(self);
	threads[self].willing = false;
	if (next != self)
		fiber_switch(next);
}

void schedule_past(const struct step *s)
{
	if (fiber_self() != MAIN_FIBER)
		take(&threads[fiber_self()], s);
}

void schedule_willing(void)
{
	if (fiber_self() != MAIN_FIBER)
		threads[fiber_self()].willing = true;
}

void schedule_print(char *to, size_t room)
{
	size_t used = snprintf(to, room, "-");
	u32 i;

	for (i = 0; i < schedule_steps && used < room; i++) {
		const struct node *n = &schedule_path[i];

		if (n->chosen == schedule_default(n))
			continue;
		if (*to == '-')
			used = 0;
		used += snprintf(to + used, room - used, "%s%u:%u", used ? "," : "", i, n->chosen);
	}
}

void schedule_wrong(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("# ");
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	abort();
}
