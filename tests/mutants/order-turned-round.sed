# SPDX-License-Identifier: GPL-2.0-only
# Two locks are taken in both orders.
#
# file: driver/lend.c
# interleave: kvm_remove_create
/^void lend_begin(/,/^}/{s/^\tspin_lock(&l->lock);/\tspin_lock(\&t->lock);\n&/;s/^\tspin_unlock(&l->lock);/&\n\tspin_unlock(\&t->lock);/
}
