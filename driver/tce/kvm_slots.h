/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_slots.h - what KVM's slots say of entries that hold nothing of KVM's any more.
 */
#ifndef VFIO_PSERIES_KVM_SLOTS_H
#define VFIO_PSERIES_KVM_SLOTS_H

#include <linux/types.h>

struct table;

/**
 * slots_settle() - KVM counts nothing any more for what it does not map any more
 * @t:     the table
 * @first: the first entry
 * @end:   the first behind them
 *
 * An entry that holds what KVM wrote, or may, keeps its count. So do all while it is not known what
 * the TCE holds that KVM wrote last.
 *
 * Context: may sleep; nothing else settles these entries.
 */
void slots_settle(struct table *t, u64 first, u64 end);

#endif
