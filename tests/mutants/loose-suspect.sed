# SPDX-License-Identifier: GPL-2.0-only
# v1: the page that a TCE in an unknown state may still reach is let go.
#
# file: driver/tce/journal.c
s/memory_suspect_loose(t->memory, was);/gather_add(\&r->g, was, was_region, t->w.page_shift);/
