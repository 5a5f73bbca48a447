# SPDX-License-Identifier: GPL-2.0-only
# A PE leaves a table while KVM writes to its members.
#
# file: driver/tce/members.c
# interleave: kvm_leave
/^static void table_drop_member(/,/^}/{/kvm_table_exclude/d;/kvm_table_admit/d
}
