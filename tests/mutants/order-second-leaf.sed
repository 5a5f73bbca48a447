# SPDX-License-Identifier: GPL-2.0-only
# A batch over two leaves holds the first one's lock alone.
#
# file: driver/tce/batch.c
# interleave: kvm_leaves_over
/^struct leaves batch_lock(/,/^}/s/^\tspin_lock_nested(.*/\tl.last = l.first;/
s/^\tlockdep_assert(lockdep_is_held(.*//
