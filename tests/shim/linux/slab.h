/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation: each is counted, can be made to fail (shim_fail_alloc()), and ends the test if it
 * could sleep where that is forbidden. Powers of two are naturally aligned, as in the kernel.
 */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/types.h>

#define __GFP_SLEEP		0x1U	/* the shim's: may sleep */
#define __GFP_ZERO		0x2U
#define __GFP_NOFAIL		0x4U
#define __GFP_NOWARN		0U
#define __GFP_ACCOUNT		0U
#define __GFP_RETRY_MAYFAIL	0U
#define __GFP_NORETRY		0U
#define GFP_KERNEL		__GFP_SLEEP
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT		0U
#define GFP_ATOMIC		0U

void *shim_alloc(size_t n, size_t size, gfp_t flags);
void *krealloc(const void *p, size_t size, gfp_t flags);
void kfree(const void *p);

#define kmalloc(size, flags)		shim_alloc(1, size, flags)
#define kzalloc(size, flags)		shim_alloc(1, size, (flags) | __GFP_ZERO)
#define kmalloc_array(n, size, flags)	shim_alloc(n, size, flags)
#define kcalloc(n, size, flags)		shim_alloc(n, size, (flags) | __GFP_ZERO)
#define kvmalloc(size, flags)		shim_alloc(1, size, flags)
#define kvzalloc(size, flags)		shim_alloc(1, size, (flags) | __GFP_ZERO)
#define kvmalloc_array(n, size, flags)	shim_alloc(n, size, flags)
#define kvcalloc(n, size, flags)	shim_alloc(n, size, (flags) | __GFP_ZERO)
#define kvfree(p)			kfree(p)

#endif
