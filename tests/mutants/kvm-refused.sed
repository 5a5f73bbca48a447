# SPDX-License-Identifier: GPL-2.0-only
# A page that KVM could not put into a table is left there.
#
# file: driver/kvm/kvm_table.c
s/if (!kvm_table_put(t, idx, 0)) {/if (leaf) {/
