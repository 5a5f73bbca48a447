# SPDX-License-Identifier: GPL-2.0-only
# The kernel's table without a map is handed out.
#
# file: driver/compat/ownership_device.c
# guest: inject
s/^\tif (!tbl || tbl->it_map)$/\tif (tbl)/
