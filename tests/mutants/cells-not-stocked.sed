# SPDX-License-Identifier: GPL-2.0-only
# What batches take of the stock of cells nobody puts back.
#
# file: driver/tce/batch.c
/^static int batch_try(/,/^}/s/^\tcall_must_stock(c);$//
