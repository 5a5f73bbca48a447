# SPDX-License-Identifier: GPL-2.0-only
# KVM's call for a slot may sleep.
#
# file: driver/lend.c
# interleave: kvm_map
s/^\tWRITE_ONCE(t->wanted, true);/&\n\tcond_resched();/
