/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * victim.h - a process that is killed in the middle of its work.
 */
#ifndef GUEST_VICTIM_H
#define GUEST_VICTIM_H

#include <sys/types.h>

/**
 * victim_start() - fork, and wait until the child is at work
 *
 * Return: the child, which runs @busy as below.
 */
pid_t victim_start(void (*busy)(unsigned int seed, int ready), unsigned int seed);

/**
 * victim_kill() - victim_start(), and kill it at a time that @seed decides
 * @busy: what the child does and never ends: it writes a byte to @ready once it is at work
 * @seed: for the child too
 *
 * A child that ends by itself fails the test.
 */
void victim_kill(void (*busy)(unsigned int seed, int ready), unsigned int seed);

#endif
