/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buffer.h - user memory of the kinds that a device can be given, and patterns to put in it
 *
 * Every 64-bit word of a pattern depends on its seed and its place, so no two blocks of one seed
 * are alike.
 */
#ifndef LIB_BUFFER_H
#define LIB_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIB	1024ULL
#define MIB	(1024ULL * KIB)
#define GIB	(1024ULL * MIB)

size_t page_size(void);

/*
 * All of these start at a multiple of 64 KiB and are zero; they end the test if there is no
 * memory.
 */
void *buffer_private(size_t size);
void *buffer_shared(size_t size);
void *buffer_huge(size_t size, bool shared);
/* A mapping of a file descriptor (a memfd). */
void *buffer_of(int fd, size_t size);

void pattern_fill(void *mem, size_t size, uint64_t seed);
bool pattern_is(const void *mem, size_t size, uint64_t seed);
/* Is @mem the part of the pattern that starts at this offset? */
bool pattern_part_is(const void *mem, size_t size, uint64_t seed, size_t offset);
bool filled_with(const void *mem, size_t size, unsigned char byte);

/* Different in every run. */
uint64_t new_seed(void);

#endif
