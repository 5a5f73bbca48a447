# SPDX-License-Identifier: GPL-2.0-only
# The module goes without waiting for KVM, which is in the operations of a table.
#
# file: driver/group/group.c
# interleave: host_kvm_unload
/^void host_exit(/,/^}/s/^	lookup_wait();$//
