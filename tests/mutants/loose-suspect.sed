# SPDX-License-Identifier: GPL-2.0-only
# v1: the page that a TCE in an unknown state may still reach is let go.
#
# file: driver/tce/journal.c
s/regions_suspect_v1(t->regions, was);/gather_add(\&r->g, was, was_region, t->w.page_shift);/
