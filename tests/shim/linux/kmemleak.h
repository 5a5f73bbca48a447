/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_KMEMLEAK_H
#define SHIM_LINUX_KMEMLEAK_H

/* There is no kmemleak here. */
static inline void kmemleak_not_leak(const void *ptr)
{
	(void)ptr;
}

#endif
