# SPDX-License-Identifier: GPL-2.0-only
# A MAP that failed stays half done.
#
# file: driver/table.c
s/table_roll_back(c, m->first, done, /table_roll_back(c, m->first, 0, /
