# SPDX-License-Identifier: GPL-2.0-only
# KVM's call for a slot may sleep.
#
# file: driver/kvm/kvm_table.c
# interleave: kvm_map
/^static __be64 \*kvm_table_slot_in(/,/^}/s/^\tslots = leaf/\tcond_resched();\n&/
