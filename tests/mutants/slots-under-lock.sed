# SPDX-License-Identifier: GPL-2.0-only
# Regions are searched for with a table's lock held.
#
# file: driver/tce/kvm_slots.c
/^static u32 slots_pull(/,/^}/{s/ua\[n\] = kvm_mapped_pull(.*/kvm_mapped_down(\&t->kvm_mapped, kvm_mapped_pull(\&t->kvm_mapped, \&leaf->slots[*slot]));/;s/n += !!ua\[n\];/(void)ua;/
}
