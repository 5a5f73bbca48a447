/* SPDX-License-Identifier: GPL-2.0-only */
/* place.h - where, in the shim's headers, another coroutine may continue; all sources have it. */
#ifndef INTERLEAVE_PLACE_H
#define INTERLEAVE_PLACE_H

/* Before an access to something that is read and written without a lock. */
void place_access(const volatile void *object, _Bool writes);

/* Before an access to a counter: an addition, or a look at it. */
void place_count(const volatile void *counter, _Bool adds);

#define SHIM_PLACE(p, writes)	place_access(p, writes)
#define SHIM_COUNT(p, adds)	place_count(p, adds)

#endif
