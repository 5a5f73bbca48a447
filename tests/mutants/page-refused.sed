# SPDX-License-Identifier: GPL-2.0-only
# One page's TCE was refused, and its entry is not unknown.
#
# file: driver/table.c
/^static int table_put_again/,/^}/s/table_try(t, idx, 1, b, true);/;/
