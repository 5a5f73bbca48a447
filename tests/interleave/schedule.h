/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * schedule.h - one run: threads that continue one at a time, and the choice at each place.
 *
 * At a place something begins that other threads can notice: taking a lock, an access without a
 * lock, a call to the hypervisor. Between two places a thread only touches what it has locked, so
 * it can run there without preemption, and no behaviour is missed (CHESS; race.c finds
 * violations).
 */
#ifndef INTERLEAVE_SCHEDULE_H
#define INTERLEAVE_SCHEDULE_H

#include "fiber.h"

#define MOST_STEPS	16384

/**
 * struct step - a thread's next step
 * @what:   for a trace
 * @where:  its code
 * @object: its object, NULL for none
 * @writes: it changes the object
 * @apart:  it does not order the thread's earlier steps before later steps on the object
 * @gives:  it does order them, although it does not change the object
 * @ready:  can the step be taken now? NULL for always
 * @arg:    for @ready
 */
struct step {
	const char *what;
	const void *where;
	const volatile void *object[2];
	bool writes[2];
	bool apart;
	bool gives;
	bool (*ready)(const void *arg);
	const void *arg;
};

/**
 * struct node - a place that was reached, and the thread that continued
 * @key:    by thread: the state after it has continued, see schedule.c
 * @ready:  mask of the threads that can continue
 * @tried:  mask of the threads that need no try any more
 * @from:   the thread that ran until here, MAIN_FIBER at the beginning
 * @chosen: the thread that continued
 * @used:   preemptions before this place
 */
struct node {
	u64 key[MOST_FIBERS];
	u8 ready;
	u8 tried;
	u8 from;
	u8 chosen;
	u8 used;
};

/* The path so far. Its first schedule_forced choices are given, the others made on the way. */
extern struct node schedule_path[MOST_STEPS];
extern u32 schedule_steps, schedule_forced;
/* True to print each step. */
extern bool schedule_traced;

/* The thread that continues without a preemption, and the cost of choosing @thread. */
u32 schedule_default(const struct node *n);
u32 schedule_cost(const struct node *n, u32 thread);

/* Runs threads 0 to @n - 1 until all have ended. */
void schedule_run(u32 n, void (*const *fn)(void));

/* Threads of the last run, with those that others started. */
u32 schedule_threads(void);

/* The calling thread starts one more. Return: its number. */
u32 schedule_spawn(void (*fn)(void));

/* The calling thread has reached a place; returns when the thread shall take the step. */
void schedule_at(const struct step *s);
/* The same for a step that belongs to the one before: no other thread needs to run in between. */
void schedule_past(const struct step *s);
/* The calling thread lets others continue at its next place. */
void schedule_willing(void);

/* Reports an error in this schedule, and ends the program. */
void schedule_wrong(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/*
 * Prints a schedule for --replay: the places at which it differs from running without preemption.
 */
void schedule_print(char *to, size_t room);

/* How far the calling thread knows that each thread has come, counted in ordering steps. */
const u32 *schedule_clock(void);
/* Number of the run. */
u64 schedule_run_number(void);

/* Forgets the objects of the run before. */
void schedule_reset(void);

/* search.c: a state was reached, with @left preemptions left. Return: false when it is known. */
bool search_meets(u64 key, u32 left);
u32 search_bound(void);
/* The thread that shall continue at a step; @usual unless a replay says otherwise. */
u32 search_choice(u32 step, u32 usual);

#endif
