/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * plan.h - hypervisor calls that tests/inject answers in the hypervisor's place
 *
 * The scenario has to load that module.
 */
#ifndef GUEST_PLAN_H
#define GUEST_PLAN_H

/* "CALL FROM TIMES ANSWER [done], ...", see tests/inject/inject.c. */
void plan_begin(const char *plan);
/* Ends the plan. Returns how many calls were answered since its begin. */
unsigned int plan_end(void);

#endif
