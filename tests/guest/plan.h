/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * plan.h - hypervisor calls that tests/inject answers in the hypervisor's place
 *
 * The scenario has to load that module.
 */
#ifndef GUEST_PLAN_H
#define GUEST_PLAN_H

/* "CALL FROM TIMES ANSWER [done], ...", as tests/inject/inject.c explains it. */
void plan_begin(const char *plan);
/* It ends; how many calls were answered since it began. */
unsigned int plan_end(void);

#endif
