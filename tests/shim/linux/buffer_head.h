/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks of files: what there is of them is with the pages. */
#ifndef SHIM_LINUX_BUFFER_HEAD_H
#define SHIM_LINUX_BUFFER_HEAD_H

#include <linux/mm.h>

#endif
