// SPDX-License-Identifier: GPL-2.0-only
/*
 * suites.c - the order in which the suites run.
 */
#include <stddef.h>

#include "tests.h"

const struct tap_test *const all_tests[] = {
	ioctl_tests,
	window_tests,
	map_tests,
	dma_tests,
	place_tests,
	v1_tests,
	eeh_tests,
	stopped_tests,
	resetting_tests,
	firmware_tests,
	memory_tests,
	kinds_tests,
	file_tests,
	life_tests,
	race_tests,
	host_tests,
	own_tests,
	odd_tests,
	take_tests,
	fault_tests,
	hold_tests,
	join_tests,
	kvm_tests,
	counts_tests,
	nth_tests,
	NULL
};
