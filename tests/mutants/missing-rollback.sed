# SPDX-License-Identifier: GPL-2.0-only
# A MAP that failed stays half done.
#
# file: driver/tce/map_many.c
s/journal_roll_back(c, m->first, done, /journal_roll_back(c, m->first, 0, /
