# SPDX-License-Identifier: GPL-2.0-only
# Counts are dropped while KVM has a table of the address space.
#
# file: driver/tally.c
/^static long tally_put_locked(/,/^}/s/l->open ? mm_iommu_put(l->mm, mem) : tally_drain(l->mm, mem)/tally_drain(l->mm, mem)/
