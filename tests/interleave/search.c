// SPDX-License-Identifier: GPL-2.0-only
/*
 * search.c - a depth-first search: the next run differs at the last place of a run at which
 * another thread could have continued.
 *
 * The search remembers each state that was reached, with the preemptions that were left. All that
 * can follow with as many or fewer was tried from there, or will be: a state cannot occur again
 * on the path that leads to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include "schedule.h"
#include "search.h"

/**
 * struct state - a state that was reached
 * @key:  its hash, 0 for none
 * @left: preemptions that were left, plus one
 */
struct state {
	u64 key;
	u32 left;
};

static struct state *states;
static u64 room, n_states;
static u32 bound;
static bool bounded;
/* The schedule to repeat: by step, the thread plus one. */
static u8 told[MOST_STEPS];

void search_begin(u32 most)
{
	free(states);
	room = 1 << 16;
	states = calloc(room, sizeof(*states));
	n_states = 0;
	bound = most;
	schedule_forced = 0;
}

u64 search_states(void)
{
	return n_states;
}

bool search_was_bounded(void)
{
	bool was = bounded;

	bounded = false;
	return was;
}

u32 search_bound(void)
{
	return bound;
}

static struct state *state_of(u64 key)
{
	u64 i = key & (room - 1);

	while (states[i].key && states[i].key != key)
		i = (i + 1) & (room - 1);
	return &states[i];
}

static void make_room(void)
{
	struct state *old = states;
	u64 n = room, i;

	room *= 2;
	states = calloc(room, sizeof(*states));
	for (i = 0; i < n; i++)
		if (old[i].key)
			*state_of(old[i].key) = old[i];
	free(old);
}

static bool knows(u64 key, u32 left)
{
	const struct state *s = state_of(key);

	return s->key && s->left > left;
}

bool search_meets(u64 key, u32 left)
{
	struct state *s = state_of(key);

	if (s->key && s->left > left)
		return false;
	if (!s->key && ++n_states > room / 2) {
		make_room();
		s = state_of(key);
	}
	s->key = key;
	s->left = left + 1;
	return true;
}

/* Another thread that could continue at a place, or MOST_FIBERS. */
static u32 another(struct node *n)
{
	u32 t;

	for (t = 0; t < MOST_FIBERS; t++) {
		u32 used = n->used + schedule_cost(n, t);

		if (!(n->ready & ~n->tried & 1U << t))
			continue;
		n->tried |= 1U << t;
		bounded |= used > bound;
		if (used <= bound && !knows(n->key[t], bound - used))
			break;
	}
	return t;
}

bool search_next(void)
{
	u32 i = schedule_steps;

	while (i--) {
		struct node *n = &schedule_path[i];
		u32 t = another(n);

		if (t == MOST_FIBERS)
			continue;
		n->chosen = t;
		search_meets(n->key[t], bound - n->used - schedule_cost(n, t));
		schedule_forced = i + 1;
		return true;
	}
	return false;
}

bool search_only(const char *schedule)
{
	u32 step, thread;
	int n;

	search_begin(MOST_STEPS);
	while (sscanf(schedule, "%u:%u%n", &step, &thread, &n) == 2 && step < MOST_STEPS) {
		told[step] = thread + 1;
		schedule += n;
		schedule += *schedule == ',';
	}
	return !*schedule || !strcmp(schedule, "-");
}

u32 search_choice(u32 step, u32 usual)
{
	return told[step] ? told[step] - 1U : usual;
}
