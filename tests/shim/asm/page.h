/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHIM_PAGE_SHIFT comes from the compiler's command line: 12 or 16, as in the kernels that the
 * module runs on.
 */
#ifndef SHIM_ASM_PAGE_H
#define SHIM_ASM_PAGE_H

#define PAGE_SHIFT	SHIM_PAGE_SHIFT
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#endif
