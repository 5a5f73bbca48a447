/* SPDX-License-Identifier: GPL-2.0-only */
/* fiber.h - coroutines on stacks of their own, one of them at a time on the one thread there is. */
#ifndef INTERLEAVE_FIBER_H
#define INTERLEAVE_FIBER_H

#include <linux/types.h>

#define MOST_FIBERS	4
/* Who starts the others, and goes on when they have ended. */
#define MAIN_FIBER	MOST_FIBERS

/* Fiber @i is to begin with @fn, which ends with fiber_end(). */
void fiber_make(u32 i, void (*fn)(void));

/* Go on as fiber @to. Returns when somebody says the same of the caller. */
void fiber_switch(u32 to);

/* The caller has ended; @to goes on. */
void fiber_end(u32 to) __attribute__((noreturn));

/* Which one is running. */
u32 fiber_self(void);

/* Does @p lie on the stack of a fiber? */
bool fiber_owns(const volatile void *p);

#endif
