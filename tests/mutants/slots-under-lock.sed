# SPDX-License-Identifier: GPL-2.0-only
# Regions are searched for with a table's lock held.
#
# file: driver/tce/kvm_slots.c
/^static u32 slots_pull(/,/^}/{s/ua\[n\] = tally_pull(.*/tally_down(\&t->tally, tally_pull(\&t->tally, \&leaf->slots[*slot]));/;s/n += !!ua\[n\];/(void)ua;/
}
