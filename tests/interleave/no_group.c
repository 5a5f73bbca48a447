// SPDX-License-Identifier: GPL-2.0-only
/* no_group.c - the host, as far as container.c and debugfs.c need it. */
#include "no_group.h"
#include "world.h"

int group_each(int (*fn)(struct group_pe *gp, void *data), void *data)
{
	struct endpoint *e;
	int rc = 0;
	u32 i;

	for (i = 0; !rc && (e = world_endpoint(i)); i++)
		rc = fn(to_group_pe(&e->pe), data);
	return rc;
}

bool group_table_read(struct group_pe *gp, size_t i, struct host_table *t)
{
	return false;
}

struct pe *group_pe_of_group(struct iommu_group *group)
{
	return (struct pe *)group;
}
