# SPDX-License-Identifier: GPL-2.0-only
# What one call maps of two regions is taken for one.
#
# file: driver/tce/map.c
s/		if (!i \&\& n == run.n \&\& region != MEMORY_LOOSE)/		if (!i \&\& region != MEMORY_LOOSE)/
