# SPDX-License-Identifier: GPL-2.0-only
# KVM's count goes while the TCE is still there.
#
# file: driver/tce/kvm_slots.c
# interleave: kvm_first
s/if (table_entry_kvms(leaf, \*slot))/if (!leaf->slots[*slot])/
