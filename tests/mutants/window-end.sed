# SPDX-License-Identifier: GPL-2.0-only
# A range may go one page beyond its window.
#
# file: driver/ioas/ioas_call.h
s/size > (\*t)->w.size - /size > (*t)->w.size + (1ULL << (*t)->w.page_shift) - /
