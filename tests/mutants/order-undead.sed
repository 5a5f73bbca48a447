# SPDX-License-Identifier: GPL-2.0-only
# KVM may still write when the window is about to go.
#
# file: driver/kvm/kvm_table.c
# interleave: kvm_remove
/^void kvm_table_end(/,/^}/s/l->t = NULL;/l->stopped = true;/
