# SPDX-License-Identifier: GPL-2.0-only
# v1: what is pinned beyond the window's size is not charged.
#
# file: driver/ioas/ioas_v1.c
/^static int ioas_charge(/,/^}/s/if (pages > s->locked)/if (s->dead)/
