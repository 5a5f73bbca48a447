# SPDX-License-Identifier: GPL-2.0-only
# A PE leaves a table while KVM writes to its members.
#
# file: driver/tce/members.c
# interleave: kvm_leave
/^static void table_drop_member(/,/^}/{/lend_exclude/d;/lend_admit/d
}
