# SPDX-License-Identifier: GPL-2.0-only
# KVM writes to the first PE of a container only.
#
# file: driver/kvm/kvm_table.c
/^static int kvm_table_put(/,/^}/s/i < t->pes/i < 1/
