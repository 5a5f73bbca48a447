# SPDX-License-Identifier: GPL-2.0-only
# A page is pinned however often it is pinned already.
#
# file: driver/memory/gup.c
s/(1 << 27)/(1 << 30)/
