/* SPDX-License-Identifier: GPL-2.0-only */
/* race.h - accesses of the driver that nothing orders. */
#ifndef INTERLEAVE_RACE_H
#define INTERLEAVE_RACE_H

/* The calling thread's next access is to @at, and is meant to be made without a lock. */
void race_expected(const volatile void *at);

#endif
