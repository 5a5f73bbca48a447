# SPDX-License-Identifier: GPL-2.0-only
# A region stays counted for a TCE that KVM has taken over.
#
# file: driver/kvm/kvm_table.c
s/^\t\tmemory_drop_late(t->memory, region, 1);/\t\tmemory_drop_late(t->memory, region, 0);/
