# SPDX-License-Identifier: GPL-2.0-only
# An UNMAP that failed stays half done.
#
# file: driver/table.c
s/^\t\t\ttable_reinstate(t, first, idx);/\t\t\t;/
