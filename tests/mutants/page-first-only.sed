# SPDX-License-Identifier: GPL-2.0-only
# One page reaches the first PE of several alone.
#
# file: driver/tce/one_page.c
/^static inline int table_put_page/,/^}/s/i < t->pes/i < 1/
