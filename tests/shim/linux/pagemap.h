/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of files; linux/mm.h has all that the shim has of them. */
#ifndef SHIM_LINUX_PAGEMAP_H
#define SHIM_LINUX_PAGEMAP_H

#include <linux/mm.h>

#endif
