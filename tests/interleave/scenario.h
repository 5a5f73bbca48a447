/* SPDX-License-Identifier: GPL-2.0-only */
/* scenario.h - scenarios: what each thread does at the same time. */
#ifndef INTERLEAVE_SCENARIO_H
#define INTERLEAVE_SCENARIO_H

#include "fiber.h"

/**
 * struct scenario - threads in one world
 * @name:    for reports and --replay
 * @prepare: the preparation
 * @thread:  what each thread does; NULL at the end
 * @after:   what must hold when all have ended, may be NULL
 */
struct scenario {
	const char *name;
	void (*prepare)(void);
	void (*thread[MOST_FIBERS + 1])(void);
	void (*after)(void);
};

/* The last one has no name. */
extern const struct scenario scenarios[];

/* A call fails in this run: acts may fail that cannot fail otherwise. */
extern bool scenario_faulty;

/* KVM drops its table. */
void scenario_end(void);

#endif
