/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_GFP_H
#define SHIM_LINUX_GFP_H

#include <linux/slab.h>
#include <asm/page.h>

#define __get_free_page(flags)	((unsigned long)shim_alloc(1, PAGE_SIZE, flags))
#define get_zeroed_page(flags)	((unsigned long)shim_alloc(1, PAGE_SIZE, (flags) | __GFP_ZERO))
#define free_page(addr)		kfree((void *)(addr))

#endif
