# SPDX-License-Identifier: GPL-2.0-only
# A REGISTER that comes back to a dead space publishes its range.
#
# file: driver/ioas/ioas.c
/^static int space_registered(/,/^}/s/if (s->dead)/if (s->v1)/
