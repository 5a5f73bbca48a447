/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks of files; linux/mm.h has all that the shim has of them. */
#ifndef SHIM_LINUX_BUFFER_HEAD_H
#define SHIM_LINUX_BUFFER_HEAD_H

#include <linux/mm.h>

#endif
