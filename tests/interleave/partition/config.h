/* SPDX-License-Identifier: GPL-2.0-only */
/* config.h - what compat/probe.sh would find of this kernel. */
#define HAVE_TABLE_GROUP_DEVICE
