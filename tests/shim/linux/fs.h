/* SPDX-License-Identifier: GPL-2.0-only */
/* Files; linux/mm.h has all that the shim has of them. */
#ifndef SHIM_LINUX_FS_H
#define SHIM_LINUX_FS_H

#include <linux/mm.h>

#endif
