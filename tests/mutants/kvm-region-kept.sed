# SPDX-License-Identifier: GPL-2.0-only
# A region stays counted for a TCE that KVM has taken over.
#
# file: driver/kvm/kvm_table.c
s/^\t\tregions_drop_late(t->regions, region, 1);/\t\tregions_drop_late(t->regions, region, 0);/
