/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * schedule.h - one run: threads that go on one at a time, and who did at each place.
 *
 * A place is where something begins that others can notice: taking a lock, an access without one,
 * a call to the hypervisor. What lies between two of them only touches what the thread has locked,
 * so nothing is missed by letting it run there (CHESS; race.c tells if that is wrong).
 */
#ifndef INTERLEAVE_SCHEDULE_H
#define INTERLEAVE_SCHEDULE_H

#include "fiber.h"

#define MOST_STEPS	16384

/**
 * struct step - what a thread is about to do
 * @what:   for a trace
 * @where:  the code that does it
 * @object: what it is done to, NULL for nothing
 * @writes: it changes that
 * @apart:  nothing that a thread did before is seen by those who do the like later
 * @gives:  it is, though the object is not changed
 * @ready:  can it be done now? NULL for always
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
 * struct node - a place that was come to, and who went on there
 * @key:     by thread: the state that there is once it has gone on, see schedule.c
 * @ready:   mask of the threads that can go on
 * @tried:   mask of those that need no try any more
 * @from:    who ran until here, MAIN_FIBER at the beginning
 * @chosen:  who went on
 * @used:    preemptions before this place
 * @willing: @from waits by looking again and again, and goes on last
 */
struct node {
	u64 key[MOST_FIBERS];
	u8 ready;
	u8 tried;
	u8 from;
	u8 chosen;
	u8 used;
	bool willing;
};

/* The way so far; its first schedule_forced are given, the others chosen as they come. */
extern struct node schedule_path[MOST_STEPS];
extern u32 schedule_steps, schedule_forced;
/* Print each step. */
extern bool schedule_traced;

/* Whom a node would go on with if nobody was preempted, and what another one costs. */
u32 schedule_default(const struct node *n);
u32 schedule_cost(const struct node *n, u32 thread);

/* Run threads 0 to @n - 1 until all have ended. */
void schedule_run(u32 n, void (*const *fn)(void));

/* One more thread, begun by the calling one. Return: its number. */
u32 schedule_spawn(void (*fn)(void));

/* The calling thread comes to a place; it returns when it is to take the step. */
void schedule_at(const struct step *s);
/* The same for a step that belongs to the one before: nobody need go on in between. */
void schedule_past(const struct step *s);
/* The calling thread lets others go on at its next place. */
void schedule_willing(void);

/* Something is wrong with this schedule. */
void schedule_wrong(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* How to run a schedule again: where it differs from going on as long as one can. */
void schedule_print(char *to, size_t room);

/* How far the calling thread knows that each has come, in steps that order what is around them. */
const u32 *schedule_clock(void);
/* Number of the run. */
u64 schedule_run_number(void);

/* Forget the objects of the run before. */
void schedule_reset(void);

/* search.c: a state was come to, with so many preemptions left. Return: false when it is known. */
bool search_meets(u64 key, u32 left);
u32 search_bound(void);
/* Who is to go on at a step where @usual would. */
u32 search_choice(u32 step, u32 usual);

#endif
