// SPDX-License-Identifier: GPL-2.0-only
/*
 * victim.c - the moment of the kill
 *
 * The moment differs from child to child. It is the same in every run, as far as a clock allows.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "victim.h"

#define MOST_MICROSECONDS	40000

pid_t victim_start(void (*busy)(unsigned int seed, int ready), unsigned int seed)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		tap_fail("pipe()");
	pid = fork();
	if (!pid)
		busy(seed, ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		tap_fail("the child did not start");
	close(ready[0]);
	return pid;
}

void victim_kill(void (*busy)(unsigned int seed, int ready), unsigned int seed)
{
	pid_t pid = victim_start(busy, seed);
	int status;

	usleep(seed * 7919 % MOST_MICROSECONDS);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	tap_check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the child ended by itself");
}
