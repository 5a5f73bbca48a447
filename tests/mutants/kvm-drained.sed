# SPDX-License-Identifier: GPL-2.0-only
# Counts are dropped while KVM has a table of the address space.
#
# file: driver/memory/pin.c
s/l->open ? mm_iommu_put(l->mm, p->mem) : pin_drain(l->mm, p->mem)/pin_drain(l->mm, p->mem)/
