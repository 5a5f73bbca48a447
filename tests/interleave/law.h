/* SPDX-License-Identifier: GPL-2.0-only */
/* law.h - what must hold at every moment, beside what the walker looks at in the end. */
#ifndef INTERLEAVE_LAW_H
#define INTERLEAVE_LAW_H

#include <linux/types.h>

/* A run begins; with @faulty a call fails, so that all calls depend on each other. */
void law_begin(bool faulty);

/* Everybody has gone: each page that a device could write to is marked dirty. */
void law_check_dirty(void);

#endif
