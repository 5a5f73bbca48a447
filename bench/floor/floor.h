/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * floor.h - the calls that tce_floor.ko offers to a program, on /dev/tce_floor.
 *
 * Indices count TCEs from the window's start. PUT and STUFF may run in several threads at a time;
 * while CREATE or REMOVE runs, no other call may run.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define FLOOR_DEVICE	"/dev/tce_floor"

/**
 * struct floor_window - the window to create
 * @page_shift:   log2 of the IOMMU page size
 * @window_shift: log2 of the window's size in bytes
 */
struct floor_window {
	__u32 page_shift;
	__u32 window_shift;
};

/**
 * struct floor_range - consecutive TCEs
 * @first: index of the first
 * @n:     how many
 */
struct floor_range {
	__u64 first;
	__u64 n;
};

/* One RTAS call, then H_STUFF_TCE over the whole window. */
#define FLOOR_CREATE	_IOW('F', 1, struct floor_window)
/* One RTAS call. */
#define FLOOR_REMOVE	_IO('F', 2)
/* Valid TCEs, each different from the others: H_PUT_TCE_INDIRECT; H_PUT_TCE for a single one. */
#define FLOOR_PUT	_IOW('F', 3, struct floor_range)
/* Invalid TCEs: H_STUFF_TCE; H_PUT_TCE for a single one. */
#define FLOOR_STUFF	_IOW('F', 4, struct floor_range)

#endif
