/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tests.h - the suites, one for each test_*.c, each ended by an entry without a name.
 */
#ifndef GUEST_TESTS_H
#define GUEST_TESTS_H

#include "tap.h"

extern const struct tap_test ioctl_tests[];
extern const struct tap_test window_tests[];
extern const struct tap_test map_tests[];
extern const struct tap_test dma_tests[];
extern const struct tap_test life_tests[];
extern const struct tap_test host_tests[];
extern const struct tap_test memory_tests[];
extern const struct tap_test race_tests[];
extern const struct tap_test file_tests[];
extern const struct tap_test kinds_tests[];
extern const struct tap_test fault_tests[];
extern const struct tap_test hold_tests[];
extern const struct tap_test join_tests[];
extern const struct tap_test kvm_tests[];
extern const struct tap_test counts_tests[];
extern const struct tap_test v1_tests[];
extern const struct tap_test eeh_tests[];
extern const struct tap_test stopped_tests[];
extern const struct tap_test resetting_tests[];
extern const struct tap_test firmware_tests[];
extern const struct tap_test place_tests[];
extern const struct tap_test own_tests[];
extern const struct tap_test odd_tests[];
extern const struct tap_test take_tests[];
extern const struct tap_test nth_tests[];

/* The folder where the scenario has mounted a disk with a file system. */
#define FILES	"/files"

/* The device of another PE, vfiotest's -o: NULL if there is none. */
extern const char *join_bdf;
/* The same for a test with two devices, which fails if there is none. */
const char *join_device(void);

extern const struct tap_test *const all_tests[];

#endif
