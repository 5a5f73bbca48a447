// SPDX-License-Identifier: GPL-2.0-only
/*
 * plan.c - the parameters of tce_inject
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan.h"
#include "tap.h"

#define PARAMETERS	"/sys/module/tce_inject/parameters/"

static void set(const char *plan)
{
	FILE *f = fopen(PARAMETERS "plan", "w");

	if (!f || fputs(plan, f) < 0 || fclose(f))
		tap_fail("the plan '%s': %s", plan, strerror(errno));
}

void plan_begin(const char *plan)
{
	set(plan);
}

unsigned int plan_end(void)
{
	FILE *f = fopen(PARAMETERS "hits", "r");
	unsigned int hits;

	set("off");
	if (!f || fscanf(f, "%u", &hits) != 1)
		tap_fail("the number of answered calls cannot be read");
	fclose(f);
	return hits;
}
