# SPDX-License-Identifier: GPL-2.0-only
# Two locks are taken in both orders.
#
# file: driver/kvm/kvm_table.c
# interleave: kvm_remove_create
/^static int lend_exchange_in(/,/^}/{s/^\t\tspin_lock(&leaf->lock);/&\n\t\tspin_lock(\&t->calls.lock);/;s/^\t\tspin_unlock(&leaf->lock);/\t\tspin_unlock(\&t->calls.lock);\n&/
}
/^void lend_begin(/,/^}/{s/^\twrite_lock(&l->lock);/\tspin_lock(\&t->calls.lock);\n&/;s/^\twrite_unlock(&l->lock);/&\n\tspin_unlock(\&t->calls.lock);/
}
