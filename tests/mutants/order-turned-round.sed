# SPDX-License-Identifier: GPL-2.0-only
# Two locks are taken in both orders.
#
# file: driver/kvm/kvm_table.c
# interleave: kvm_remove_create
/^static int kvm_table_exchange_in(/,/^}/{s/^\t\tspin_lock(&leaf->lock);/&\n\t\tspin_lock(\&t->ranges.lock);/;s/^\t\tspin_unlock(&leaf->lock);/\t\tspin_unlock(\&t->ranges.lock);\n&/
}
/^void kvm_table_begin(/,/^}/{s/^\twrite_lock(&l->lock);/\tspin_lock(\&t->ranges.lock);\n&/;s/^\twrite_unlock(&l->lock);/&\n\tspin_unlock(\&t->ranges.lock);/
}
