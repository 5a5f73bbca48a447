/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INTERLEAVE_LINUX_KREF_H
#define INTERLEAVE_LINUX_KREF_H

#include <linux/atomic.h>
#include <linux/kernel.h>

struct kref {
	u32 refs;
};

static inline void kref_init(struct kref *ref)
{
	ref->refs = 1;
}

static inline void kref_get(struct kref *ref)
{
	BUG_ON(!shim_fetch_add(&ref->refs, 1));
}

bool kref_get_unless_zero(struct kref *ref);

static inline void kref_put(struct kref *ref, void (*release)(struct kref *ref))
{
	if (shim_fetch_add(&ref->refs, -1) == 1)
		release(ref);
}

#endif
