# SPDX-License-Identifier: GPL-2.0-only
# What batches take of the stock of cells nobody puts back.
#
# file: driver/table.c
/^static int table_try(/,/^}/s/^\ttable_must_stock(c);$//
