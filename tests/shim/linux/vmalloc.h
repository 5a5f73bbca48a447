/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_VMALLOC_H
#define SHIM_LINUX_VMALLOC_H

#include <linux/slab.h>

#define vzalloc(size)	shim_alloc(1, size, GFP_KERNEL | __GFP_ZERO)
#define vfree(p)	kfree(p)

#endif
