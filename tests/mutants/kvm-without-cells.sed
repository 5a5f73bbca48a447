# SPDX-License-Identifier: GPL-2.0-only
# KVM clears a page of a run although there is no memory to note that.
#
# file: driver/kvm/kvm_table.c
/^static bool kvm_table_flatten(/,/^}/{/^	if (!leaf->cells)$/{N
s/.*return false;//
}
}
