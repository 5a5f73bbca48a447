/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counts.h - labels of the phases in the host's trace
 *
 * counts.scenario and counts.guest.sh use the same numbers.
 */
#ifndef GUEST_COUNTS_H
#define GUEST_COUNTS_H

enum {
	COUNT_HOST_BEFORE = 1,	/* the host's own reads of the disk, before all jobs */
	COUNT_HOST_DONE = 2,
	COUNT_CREATE = 10,
	COUNT_MAP = 11,
	COUNT_UNMAP = 12,
	COUNT_UNMAP_NOTHING = 13,
	COUNT_OTHER = 14,
	COUNT_REPLACE = 15,
	COUNT_REMOVE_MAPPED = 16,
	COUNT_OTHER_2 = 17,
	COUNT_REMOVE_EMPTY = 18,
	COUNT_SCATTERED = 19,
	COUNT_CLOSE = 20,
	COUNT_END = 21,
	COUNT_HOST_AFTER = 30,	/* the same reads by the host, after all jobs */
	COUNT_HOST_END = 31,
	COUNT_QEMU = 40,	/* the default window removed and created again */
	COUNT_QEMU_MAPPED = 41,	/* the same with 16 TCEs in it */
	COUNT_OTHER_3 = 42,
	COUNT_YIELD = 43,	/* ... and a different window created in its place */
	COUNT_RESTORE = 44,	/* ... which is removed, so that the default one must be restored */
	COUNT_OTHER_4 = 45,
	COUNT_JOIN = 50,	/* a second PE joins while 65,536 TCEs are mapped */
	COUNT_UNMAP_BOTH = 51,
	COUNT_MAP_BOTH = 52,
	COUNT_REMOVE_BOTH = 53,	/* with these TCEs mapped */
	COUNT_OTHER_5 = 54,
};

#endif
