# SPDX-License-Identifier: GPL-2.0-only
# UNREGISTER does not ask whether TCEs still name the region.
#
# file: driver/memory/regions.c
s/return suspect || m->poison || .*/return suspect || m->poison;/
