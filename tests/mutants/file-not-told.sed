# SPDX-License-Identifier: GPL-2.0-only
# Pages of files that a device could write to are unpinned as others are.
#
# file: driver/memory/pin_pages.c
s/if (p->files && p->written)/if (false)/
