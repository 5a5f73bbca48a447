/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_slots.h - KVM's slots of entries that hold nothing of KVM's any more.
 */
#ifndef VFIO_PSERIES_KVM_SLOTS_H
#define VFIO_PSERIES_KVM_SLOTS_H

#include <linux/types.h>

struct table;

/**
 * slots_settle() - count KVM's mappings down for entries that hold nothing of KVM's any more
 * @t:     the table
 * @first: the first entry
 * @end:   the first entry behind the range
 *
 * An entry that holds what KVM wrote, or may hold it, keeps its count. After a write of KVM's
 * whose result is not known (table.lost), all entries keep their counts.
 *
 * Context: may sleep; nothing else settles these entries.
 */
void slots_settle(struct table *t, u64 first, u64 end);

#endif
