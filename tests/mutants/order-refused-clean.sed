# SPDX-License-Identifier: GPL-2.0-only
# A page that KVM could not put into a table for all is not marked dirty.
#
# file: driver/kvm/kvm_table.c
# interleave: kvm_map
/^static int kvm_table_refused(/,/^}/s/if (tce & PAPR_TCE_WRITE)/if (tce > ~0ULL)/
