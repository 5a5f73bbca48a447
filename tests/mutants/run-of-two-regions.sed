# SPDX-License-Identifier: GPL-2.0-only
# What one call maps of two regions is taken for one.
#
# file: driver/tce/map_many.c
s/		if (!i \&\& n == run.n \&\& region != REGIONS_V1)/		if (!i \&\& region != REGIONS_V1)/
