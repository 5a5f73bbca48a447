/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helper.h - the program that a test becomes by execve(): vfiotest itself, told to be a helper.
 */
#ifndef GUEST_HELPER_H
#define GUEST_HELPER_H

#include "vfio.h"

#define HELPER		"--helper"
#define HELPER_CALLS	7

/* What each call of the user interface gives to a process that the container does not belong to. */
struct helper_results {
	int ret[HELPER_CALLS];
};

extern const char *const helper_call[HELPER_CALLS];

void helper_try(struct vfio *v, struct helper_results *results);

/*
 * Becomes the helper, which inherits the file descriptors without close-on-exec. It tries all
 * calls on the container if there is one (or -1), writes the results to one pipe and ends when
 * the other does.
 */
void helper_exec(int container, int results, int until) __attribute__((noreturn));

int helper(char *argv[]);

#endif
