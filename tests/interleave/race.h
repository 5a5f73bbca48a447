/* SPDX-License-Identifier: GPL-2.0-only */
/* race.h - accesses of the driver that nothing orders. */
#ifndef INTERLEAVE_RACE_H
#define INTERLEAVE_RACE_H

#include <linux/types.h>

/* The calling thread's next access to @at is marked; @told: the step before it has told others. */
void race_expected(const volatile void *at, bool told);

#endif
