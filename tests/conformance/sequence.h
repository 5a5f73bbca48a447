/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sequence.h - a random sequence of hypercalls and RTAS calls, the same wherever it is issued.
 *
 * The calls go through the seam, papr.h: in a guest there is a hypervisor below it, on the host a
 * model of one. Each answer is reported as a line.
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

/* Reports one line; each side has its own definition. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Makes @steps calls, which depend on @seed. In the end the PE is as after a reset. */
void sequence_run(const struct subject *subject, u64 seed, u32 steps);

#endif
