# SPDX-License-Identifier: GPL-2.0-only
# Only the first PE of a container gets its TCEs.
#
# file: driver/tce/batch.c
/^static int batch_call(/,/^}/s/i < t->pes/i < 1/
