/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * victim.h - a process that is killed in the middle of its work.
 */
#ifndef GUEST_VICTIM_H
#define GUEST_VICTIM_H

#include <sys/types.h>

/**
 * victim_start() - fork a child, and wait until it works
 *
 * Return: the child, which runs @busy as below.
 */
pid_t victim_start(void (*busy)(unsigned int seed, int ready), unsigned int seed);

/**
 * victim_kill() - victim_start(), and kill the child at a time that depends on @seed
 * @busy: the child's endless work: it writes a byte to @ready when the work has begun
 * @seed: also for the child's work
 *
 * A child that ends by itself fails the test.
 */
void victim_kill(void (*busy)(unsigned int seed, int ready), unsigned int seed);

#endif
