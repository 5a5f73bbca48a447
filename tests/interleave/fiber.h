/* SPDX-License-Identifier: GPL-2.0-only */
/* fiber.h - coroutines with their own stacks, on one thread, one at a time. */
#ifndef INTERLEAVE_FIBER_H
#define INTERLEAVE_FIBER_H

#include <linux/types.h>

#define MOST_FIBERS	4
/* The fiber that starts the others, and continues when they have ended. */
#define MAIN_FIBER	MOST_FIBERS

/* Makes fiber @i, which begins with @fn; @fn ends with fiber_end(). */
void fiber_make(u32 i, void (*fn)(void));

/* Switches to fiber @to. Returns when another fiber switches to the caller. */
void fiber_switch(u32 to);

/* Ends the calling fiber; @to continues. */
void fiber_end(u32 to) __attribute__((noreturn));

/* The running fiber. */
u32 fiber_self(void);

/* Is @p on the stack of a fiber? */
bool fiber_owns(const volatile void *p);

#endif
