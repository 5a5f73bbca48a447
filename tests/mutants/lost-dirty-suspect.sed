# SPDX-License-Identifier: GPL-2.0-only
# Pages under TCEs in an unknown state are not marked dirty.
#
# file: driver/memory/regions.c
s/if (r->tainted)/if (r->tainted \&\& !r->ua)/
