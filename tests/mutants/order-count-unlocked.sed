# SPDX-License-Identifier: GPL-2.0-only
# UNREGISTER looks at what KVM changes without an order.
#
# file: driver/memory.c
# interleave: kvm_unregister_users
/^static bool memory_reachable(/,/^}/s/atomic64_read_acquire(&r->mapped)/r->mapped.counter/
