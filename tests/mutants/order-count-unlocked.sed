# SPDX-License-Identifier: GPL-2.0-only
# UNREGISTER looks at what KVM changes without the lock.
#
# file: driver/memory.c
# interleave: kvm_unregister_users
/^static bool memory_reachable(/,/^}/{/spin_lock/d;/spin_unlock/d
}
