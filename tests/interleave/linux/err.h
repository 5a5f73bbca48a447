/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INTERLEAVE_LINUX_ERR_H
#define INTERLEAVE_LINUX_ERR_H

#include <linux/types.h>

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}

static inline bool IS_ERR(const void *p)
{
	return (unsigned long)p >= -4095UL;
}

#endif
