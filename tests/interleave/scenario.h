/* SPDX-License-Identifier: GPL-2.0-only */
/* scenario.h - who does what at the same time. */
#ifndef INTERLEAVE_SCENARIO_H
#define INTERLEAVE_SCENARIO_H

#include "fiber.h"

/**
 * struct scenario - threads in one world
 * @name:    for reports and --replay
 * @prepare: what was before
 * @thread:  what each of them does; NULL at the end
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

/* A call fails in this run: what cannot fail otherwise may. */
extern bool scenario_faulty;

/* KVM lets go of what it had. */
void scenario_end(void);

#endif
