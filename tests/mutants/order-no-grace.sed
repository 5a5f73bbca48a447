# SPDX-License-Identifier: GPL-2.0-only
# Nobody waits until KVM is done with a slot.
#
# file: driver/lend.c
# interleave: kvm_remove
s/^\t\tsynchronize_rcu();/\t\tcond_resched();/
