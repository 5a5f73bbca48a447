# SPDX-License-Identifier: GPL-2.0-only
# A window that lies over another one is accepted.
#
# file: driver/pe/pe_window.c
s/^\tif (pe_overlaps(pe, w))/\tif (!want \&\& pe_overlaps(pe, w))/
