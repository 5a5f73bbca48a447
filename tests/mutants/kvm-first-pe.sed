# SPDX-License-Identifier: GPL-2.0-only
# KVM writes to the first PE of a container only.
#
# file: driver/lend.c
/^static int lend_put(/,/^}/s/i < t->pes/i < 1/
