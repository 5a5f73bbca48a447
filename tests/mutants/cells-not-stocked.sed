# SPDX-License-Identifier: GPL-2.0-only
# What batches take of the stock of cells nobody puts back.
#
# file: driver/tce/batch.c
/^static int batch_try(/,/^}/s/^\trange_lock_must_stock(c);$//
