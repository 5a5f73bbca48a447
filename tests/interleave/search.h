/* SPDX-License-Identifier: GPL-2.0-only */
/* search.h - a search through all schedules up to a number of preemptions that reach new states. */
#ifndef INTERLEAVE_SEARCH_H
#define INTERLEAVE_SEARCH_H

#include <linux/types.h>

/* Begins a search with up to @bound preemptions. */
void search_begin(u32 bound);

/* After a run: sets the path of the next one. Return: false when there is none. */
bool search_next(void);

/* Runs only this schedule, as printed by schedule_print(). Return: false when it is not valid. */
bool search_only(const char *schedule);

/* Number of states that were reached. */
u64 search_states(void);

/* Has the bound kept a schedule from being tried since the last call? */
bool search_was_bounded(void);

#endif
