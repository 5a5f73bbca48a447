/* SPDX-License-Identifier: GPL-2.0-only */
/* config.h - what compat/probe.sh would find in this kernel. */
#define HAVE_TABLE_GROUP_DEVICE
