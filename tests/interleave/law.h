/* SPDX-License-Identifier: GPL-2.0-only */
/* law.h - what must hold at every moment, in addition to the walker's checks at the end. */
#ifndef INTERLEAVE_LAW_H
#define INTERLEAVE_LAW_H

#include <linux/types.h>

/* Begins a run. With @faulty a call fails, so that all calls depend on each other. */
void law_begin(bool faulty);

/*
 * After the end of all users: checks that each page that a device could write to is marked dirty.
 */
void law_check_dirty(void);

#endif
