# SPDX-License-Identifier: GPL-2.0-only
# Which table KVM has is changed without the lock.
#
# file: driver/kvm/kvm_table.c
# interleave: kvm_remove
/^void kvm_table_end(/,/^}/{/write_lock/d;/write_unlock/d
}
