# SPDX-License-Identifier: GPL-2.0-only
# A PE joins after what is mapped was written for it: what KVM writes meanwhile is not.
#
# file: driver/table.c
# interleave: kvm_join
/^int table_join(/,/^}/{s/^\t\tt->liobn\[t->pes++\] = w->liobn;/\t\tt->lent |= false;/
s/return unknown ? -EBUSY : table_replay(t, w->liobn);/unknown = unknown || table_replay(t, w->liobn);\n\tspin_lock(\&t->lock);\n\tif (!unknown)\n\t\tt->liobn[t->pes++] = w->liobn;\n\tspin_unlock(\&t->lock);\n\treturn unknown ? -EBUSY : 0;/
}
