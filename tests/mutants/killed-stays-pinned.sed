# SPDX-License-Identifier: GPL-2.0-only
# What a REGISTER that is killed has pinned so far stays pinned.
#
# file: driver/memory/pin_pages.c
s/^\tpin_unpin(p);/\tif (p->runs.pages == p->pages)\n\t\tpin_unpin(p);/
