/* SPDX-License-Identifier: GPL-2.0-only */
/* internal.h - the interface between the parts of the shim. */
#ifndef SHIM_INTERNAL_H
#define SHIM_INTERNAL_H

#include <linux/types.h>

struct mm_struct;
struct page;

/**
 * struct countdown - a fault at the nth occasion
 * @left: occasions until the fault, 0 when not armed
 */
struct countdown {
	u64 left;
};

/* Counts an occasion. Return: true when the fault occurs at it. */
static inline bool countdown_hits(struct countdown *c)
{
	return c->left && __atomic_fetch_sub(&c->left, 1, __ATOMIC_RELAXED) == 1;
}

void shim_lock_reset(void);
void shim_task_reset(void);
void shim_alloc_reset(void);
void shim_mm_reset(void);
void shim_mm_iommu_reset(void);
void shim_rbtree_reset(void);
void shim_uaccess_reset(void);
void shim_rcu_reset(void);
/* The calling thread may sleep: in the kernel it is no reader of RCU any more. */
void shim_rcu_quiescent(void);

/* User memory is about to be faulted in, which may never end: no lock may be held. */
void shim_fault_in(void);

/* Frame behind a user address, with the log2 of its page's size; NULL when there is none. */
struct page *shim_user_page(const struct mm_struct *mm, unsigned long ua);
/* Pins a page; false when it faults. */
bool shim_pin(struct page *page);
void shim_unpin(struct page *page);

#endif
