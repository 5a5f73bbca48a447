/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - the tests of "tcectl test", and what they have to know of the device. Each test runs
 * in a process of its own, opens the device for itself, and leaves it as the next one needs it.
 */
#ifndef TCECTL_CHECK_H
#define TCECTL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "../../lib/tap.h"

/**
 * struct check - the device under test
 * @bdf:           its name
 * @node:          its PE's device-tree node
 * @default_start: the PE's default window, as firmware describes it
 * @default_size:  its bytes
 * @ddw:           firmware has dynamic windows for it
 * @reset:         firmware can restore the default window
 * @nvme:          it is an NVMe disk
 * @first:         first block of the disk that the tests may write
 * @count:         number of these blocks; 0: none
 */
struct check {
	char bdf[16];
	char node[256];
	uint64_t default_start;
	uint64_t default_size;
	bool ddw;
	bool reset;
	bool nvme;
	uint64_t first;
	uint64_t count;
};

extern struct check check;

extern const struct tap_test api_tests[];	/* calls: GET_INFO, REGISTER, MAP */
extern const struct tap_test window_tests[];	/* CREATE and REMOVE */
extern const struct tap_test dma_tests[];	/* by an NVMe disk */

/* Ends the test as skipped where firmware has no dynamic windows. */
void check_needs_ddw(void);

#endif
