/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_MAGIC_H
#define SHIM_LINUX_MAGIC_H

#define EXT4_SUPER_MAGIC	0xEF53

#endif
