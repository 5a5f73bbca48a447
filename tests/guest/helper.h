/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helper.h - the program that a test becomes by execve(): vfiotest itself, as a helper.
 */
#ifndef GUEST_HELPER_H
#define GUEST_HELPER_H

#include "vfio.h"

#define HELPER		"--helper"
#define HELPER_CALLS	7

/* The result of each call of the user interface in a process that does not own the container. */
struct helper_results {
	int ret[HELPER_CALLS];
};

extern const char *const helper_call[HELPER_CALLS];

void helper_try(struct vfio *v, struct helper_results *results);

/*
 * Becomes the helper, which inherits the file descriptors without close-on-exec. The helper tries
 * all calls on @container (-1: none), writes their results to the pipe @results, and ends when
 * the pipe @until is closed.
 */
void helper_exec(int container, int results, int until) __attribute__((noreturn));

int helper(char *argv[]);

#endif
