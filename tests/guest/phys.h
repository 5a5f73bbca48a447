/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * phys.h - where user memory is, and how the kernel sees its page; needs root
 */
#ifndef GUEST_PHYS_H
#define GUEST_PHYS_H

#include <stdbool.h>
#include <stdint.h>

uint64_t phys_of(const void *mem);
bool phys_present(const void *mem);
bool phys_swapped(const void *mem);
/* The page's dirty flag. */
bool phys_dirty(const void *mem);

#endif
