/* SPDX-License-Identifier: GPL-2.0-only */
/* race.h - what the shim tells the detector of races. */
#ifndef INTERLEAVE_RACE_H
#define INTERLEAVE_RACE_H

#include <linux/types.h>

/*
 * The calling thread's next access to @at is marked; @told: others know of it by the step before.
 */
void race_expected(const volatile void *at, bool told);

#endif
