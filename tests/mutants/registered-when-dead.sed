# SPDX-License-Identifier: GPL-2.0-only
# A REGISTER that comes back to a dead IOAS publishes its range.
#
# file: driver/ioas/ioas.c
/^static int ioas_registered(/,/^}/s/if (s->dead)/if (s->v1)/
