# SPDX-License-Identifier: GPL-2.0-only
# Pages that KVM had in a table are not marked dirty.
#
# file: driver/kvm/kvm_table.c
s/if (old \& PAPR_TCE_WRITE)/if (old \& PAPR_TCE_WRITE \&\& !leaf)/
