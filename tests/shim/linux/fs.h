/* SPDX-License-Identifier: GPL-2.0-only */
/* Files: what there is of them is with the pages. */
#ifndef SHIM_LINUX_FS_H
#define SHIM_LINUX_FS_H

#include <linux/mm.h>

#endif
