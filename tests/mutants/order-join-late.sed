# SPDX-License-Identifier: GPL-2.0-only
# A PE joins after what is mapped was written for it: what KVM writes meanwhile is not.
#
# file: driver/tce/members.c
# interleave: kvm_join
/^int table_join(/,/^}/{s/^\t\tt->liobn\[t->pes++\] = w->liobn;/\t\tt->w.start |= 0;/
s/return unknown ? -EBUSY : table_replay(t, w->liobn);/unknown = unknown || table_replay(t, w->liobn);\n\tlend_exclude(t->lend);\n\tif (!unknown)\n\t\tt->liobn[t->pes++] = w->liobn;\n\tlend_admit(t->lend);\n\treturn unknown ? -EBUSY : 0;/
}
