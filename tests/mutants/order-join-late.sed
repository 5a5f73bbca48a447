# SPDX-License-Identifier: GPL-2.0-only
# A PE joins after what is mapped was written for it: what KVM writes meanwhile is not.
#
# file: driver/tce/members.c
# interleave: kvm_join
/^int table_join(/,/^}/{s/^\t\tt->liobn\[t->pes++\] = w->liobn;/\t\tt->w.start |= 0;/
s/return unknown ? -EBUSY : table_replay(t, w->liobn);/unknown = unknown || table_replay(t, w->liobn);\n\tkvm_table_exclude(t->kvm);\n\tif (!unknown)\n\t\tt->liobn[t->pes++] = w->liobn;\n\tkvm_table_admit(t->kvm);\n\treturn unknown ? -EBUSY : 0;/
}
