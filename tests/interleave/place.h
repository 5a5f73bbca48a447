/* SPDX-License-Identifier: GPL-2.0-only */
/* place.h - what the shim's headers say where another coroutine may go on; every source has it. */
#ifndef INTERLEAVE_PLACE_H
#define INTERLEAVE_PLACE_H

/* Before an access to something that is read and written without a lock. */
void place_access(const volatile void *object, _Bool writes);

/* ... to a counter: added to, or looked at. */
void place_count(const volatile void *counter, _Bool adds);

#define SHIM_PLACE(p, writes)	place_access(p, writes)
#define SHIM_COUNT(p, adds)	place_count(p, adds)

#endif
