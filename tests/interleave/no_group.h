/* SPDX-License-Identifier: GPL-2.0-only */
/* no_group.h - a replacement for group.h: the host's view of a PE is only the PE. */
#ifndef INTERLEAVE_NO_GROUP_H
#define INTERLEAVE_NO_GROUP_H

#include "kernel.h"
#include "pe/pe.h"

/* Nobody reads its node. */
struct group_pe {
	struct pe pe;
	void *node[];
};

/* Nor has it tables of the host's. */
#define IOMMU_TABLE_GROUP_MAX_TABLES	2

struct host_table {
	struct dma_window w;
	u64 used;
};

bool group_table_read(struct group_pe *gp, size_t i, struct host_table *t);

static inline struct group_pe *to_group_pe(struct pe *pe)
{
	return container_of(pe, struct group_pe, pe);
}

/* A group pointer is a PE pointer here. */
struct pe *group_pe_of_group(struct iommu_group *group);

/* Nobody unloads the module: partition.c has what does. */
#define __module_get(m)			((void)(m))
#define module_put(m)			((void)(m))
#define synchronize_rcu_tasks()		((void)0)

#endif
