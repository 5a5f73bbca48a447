# SPDX-License-Identifier: GPL-2.0-only
# A MAP does not note what KVM has changed since it began.
#
# file: driver/tce/map_many.c
# interleave: kvm_map
/^static void store_mapped(/,/^}/s/if (READ_ONCE(t->lent))/if (t->lost)/
