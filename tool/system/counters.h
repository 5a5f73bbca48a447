/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counters.h - the module's counters of a PE's windows, as numbers that can be compared.
 */
#ifndef TCECTL_COUNTERS_H
#define TCECTL_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

/* Sums over all windows that a user has of the PE; docs/debugfs.md has the meanings. */
struct counters {
	unsigned int windows;
	uint64_t mapped;
	uint64_t put;
	uint64_t indirect;
	uint64_t stuff;
	uint64_t batches;
	uint64_t tces;
	uint64_t busy;
	uint64_t failed;
};

/**
 * counters_read() - the counters now
 * @node: the PE's device-tree node
 *
 * Return: false when they cannot be seen (by an ordinary user, or without this module).
 */
bool counters_read(const char *node, struct counters *c);

/**
 * counters_key() - one number that the module shows for a PE
 * @file: "pes" or "possible"
 * @kind: of line
 *
 * Return: false when there is none, or it cannot be seen.
 */
bool counters_key(const char *node, const char *file, const char *kind, const char *key,
		  uint64_t *value);

/**
 * counters_liobn() - the hypervisor's name for a window, by its first bus address
 *
 * Return: as counters_key().
 */
bool counters_liobn(const char *node, uint64_t start, uint64_t *liobn);

#endif
