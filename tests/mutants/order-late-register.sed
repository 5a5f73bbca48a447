# SPDX-License-Identifier: GPL-2.0-only
# Memory that is pinned for an IOAS that has ended meanwhile is kept.
#
# file: driver/ioas/ioas.c
# interleave: register_close
/^static int ioas_registered(/,/^}/s/if (s->dead)/if (s->dead \&\& rc)/
