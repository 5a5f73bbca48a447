/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sequence.h - a random sequence of hypercalls and RTAS calls, the same wherever it is issued.
 *
 * It goes through the seam, papr.h: below it there is a hypervisor in one place and a model of it
 * in the other. What comes back is said line by line.
 */
#ifndef CONFORMANCE_SEQUENCE_H
#define CONFORMANCE_SEQUENCE_H

#include <linux/types.h>

/**
 * struct subject - a PE that nobody uses
 * @buid:  unit id of its PHB
 * @token: query, create, remove and reset
 * @liobn: its default window's name
 * @start: its first bus address
 * @tces:  its entries
 * @list:  4 KiB aligned page for H_PUT_TCE_INDIRECT
 */
struct subject {
	u64 buid;
	u32 token[4];
	u32 liobn;
	u64 start;
	u64 tces;
	__be64 *list;
};

/* One line; the surroundings have it. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* @steps calls, those that @seed leads to. In the end the PE is as after a reset. */
void sequence_run(const struct subject *subject, u64 seed, u32 steps);

#endif
