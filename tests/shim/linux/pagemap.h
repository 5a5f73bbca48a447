/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of files: what there is of them is with the pages. */
#ifndef SHIM_LINUX_PAGEMAP_H
#define SHIM_LINUX_PAGEMAP_H

#include <linux/mm.h>

#endif
