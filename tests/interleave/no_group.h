/* SPDX-License-Identifier: GPL-2.0-only */
/* no_group.h - in place of group.h: a PE is all that the host has of one. */
#ifndef INTERLEAVE_NO_GROUP_H
#define INTERLEAVE_NO_GROUP_H

#include "kernel.h"
#include "pe/pe.h"

/* Its node is never looked at. */
struct group_pe {
	struct pe pe;
	void *node[];
};

static inline struct group_pe *to_group_pe(struct pe *pe)
{
	return container_of(pe, struct group_pe, pe);
}

/* A group is its PE by another name. */
struct pe *group_pe_of_group(struct iommu_group *group);

#endif
