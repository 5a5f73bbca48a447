# SPDX-License-Identifier: GPL-2.0-only
# An UNMAP that failed stays half done.
#
# file: driver/tce/unmap_many.c
s/table_reinstate(c, first, idx);/table_reinstate(c, first, first);/
