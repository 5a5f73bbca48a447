/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vfiotest does when a test has it executed anew: see test_life.c.
 */
#ifndef GUEST_HELPER_H
#define GUEST_HELPER_H

#define HELPER	"--helper"

int helper(char *argv[]);

#endif
