# SPDX-License-Identifier: GPL-2.0-only
# Only the first PE of a container gets its TCEs.
#
# file: driver/table.c
/^static int table_call(/,/^}/s/i < t->pes/i < 1/
