/* SPDX-License-Identifier: GPL-2.0-only */
/* search.h - every schedule with so many preemptions, those left out that lead nowhere new. */
#ifndef INTERLEAVE_SEARCH_H
#define INTERLEAVE_SEARCH_H

#include <linux/types.h>

/* Begin anew: up to @bound preemptions. */
void search_begin(u32 bound);

/* After a run: the way of the next one. Return: false when there is none. */
bool search_next(void);

/* Run this one alone: what schedule_print() said. Return: false when it says nothing. */
bool search_only(const char *schedule);

/* States that were come to. */
u64 search_states(void);

/* Has the bound kept a schedule from being tried since this was asked last? */
bool search_was_bounded(void);

#endif
