/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_BITMAP_H
#define SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int n)
{
	unsigned int set = 0;

	while (n--)
		set += test_bit(n, map);
	return set;
}

#endif
