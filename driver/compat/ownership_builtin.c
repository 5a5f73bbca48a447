// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_builtin.c - kernels that can hand a pSeries PE to VFIO themselves.
 *
 * Such a kernel (6.11 and later) calls its table-group operations when a
 * group's domain changes. The operations of every group are replaced by ours,
 * which call the kernel's own take and release once each, around our work:
 *
 *  take     removes the host's dynamic window and forgets the default one. It
 *           ignores failures, so the result is verified. It also takes
 *           ibm,dma-window out of the device tree, without which a device that
 *           is added meanwhile has no group and a kexec image no DMA; so the
 *           property is put back at once.
 *  release  resets the PE's windows and makes a new table for the default one,
 *           for the device it is told; the others' is set by us.
 *
 * Creating and setting windows is refused: while this module is loaded nobody
 * but our own containers drives a PE that a user owns. One whose user was there
 * before is left to the kernel's own driver until that user's end.
 */
#include "config.h"
#ifdef HAVE_TABLE_GROUP_DEVICE

#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include "../host.h"

#define PROP_SAVED	"ibm,dma-window-saved"

/*
 * The kernel's own operations, the same for all groups, and a copy for PEs whose
 * user was there before us. Set before a group has ours.
 */
static struct iommu_table_group_ops *builtin;
static struct iommu_table_group_ops passing;
static DEFINE_MUTEX(builtin_lock);

/*
 * The kernel's take makes a new copy of the property each time unless there is
 * one, and removed properties are never freed: lend it the same one each time.
 */
static int saved_lend(struct host_pe *hp, const struct property *dflt)
{
	struct property *stale = of_find_property(hp->node, PROP_SAVED, NULL);

	if (!hp->saved)
		hp->saved = host_property_copy(PROP_SAVED, dflt);
	if (!hp->saved)
		return -ENOMEM;
	if (stale)
		of_remove_property(hp->node, stale);
	return of_add_property(hp->node, hp->saved);
}

const struct property *ownership_removed_default(struct device_node *dn)
{
	return of_find_property(dn, PROP_SAVED, NULL);
}

/* Is anything left of the window that the host had? */
static bool ddw_left(const struct host_pe *hp)
{
	return hp->ddw.valid &&
	       (of_find_property(hp->node, hp->ddw.prop->name, NULL) ||
		hv_exists(hp->ddw.w.liobn, hp->ddw.w.start));
}

/* The kernel's take reported success and left the host's window: remove it. */
static int ddw_repair(struct host_pe *hp)
{
	int rc = 0;

	if (hv_exists(hp->ddw.w.liobn, hp->ddw.w.start)) {
		rc = hv_clear(&hp->ddw.w, false);
		if (!rc)
			rc = hv_remove(&hp->pe.addr, hp->ddw.w.liobn);
	}
	if (!rc && of_find_property(hp->node, hp->ddw.prop->name, NULL))
		rc = of_remove_property(hp->node, hp->ddw.prop);
	return rc;
}

static int builtin_take(struct host_pe *hp, struct property *dflt)
{
	int rc = saved_lend(hp, dflt);

	if (rc)
		return rc;
	if (builtin->take_ownership(hp->group, hp->dev))
		rc = -EIO;
	of_remove_property(hp->node, hp->saved);
	/* The very property that was there: the node takes it back. */
	if (!of_find_property(hp->node, HOST_DEFAULT_NAME, NULL) && of_add_property(hp->node, dflt))
		dev_err(hp->dev, "vfio_pseries: %s is lost\n", HOST_DEFAULT_NAME);
	return rc;
}

/*
 * A PE with one window, which the host has made a dynamic one. Whether the
 * default window comes back when the kernel removes that is firmware's business.
 * The kernel's copy of its property is the only one. It stays as it is; without
 * it a release could not begin.
 */
static int builtin_take_single(struct host_pe *hp)
{
	struct property *saved = of_find_property(hp->node, PROP_SAVED, NULL);
	struct property *dflt;

	if (!saved)
		return -ENODEV;
	dflt = host_property_copy(HOST_DEFAULT_NAME, saved);
	if (!dflt)
		return -ENOMEM;
	if (builtin->take_ownership(hp->group, hp->dev)) {
		host_property_free(dflt);
		return -EIO;
	}
	hp->pe.dflt.present = false;
	if (of_add_property(hp->node, dflt))
		dev_err(hp->dev, "vfio_pseries: %s is lost\n", HOST_DEFAULT_NAME);
	return 0;
}

/* The kernel makes a new property from its copy, where it has one (see above). */
static void builtin_release(struct host_pe *hp)
{
	struct property *dflt = of_find_property(hp->node, HOST_DEFAULT_NAME, NULL);

	if (dflt && of_find_property(hp->node, PROP_SAVED, NULL))
		of_remove_property(hp->node, dflt);
	builtin->release_ownership(hp->group, hp->dev);
}

static int ownership_leave(struct pe *pe)
{
	struct host_pe *hp = to_host_pe(pe);
	struct property *dflt = of_find_property(hp->node, HOST_DEFAULT_NAME, NULL);
	int rc;

	host_find_ddw(hp);
	if (dflt)
		rc = builtin_take(hp, dflt);
	else
		rc = builtin_take_single(hp);
	if (!rc && ddw_left(hp)) {
		rc = ddw_repair(hp);
		if (rc)
			builtin_release(hp);
	}
	return rc;
}

static void ownership_back(struct pe *pe)
{
	struct host_pe *hp = to_host_pe(pe);

	builtin_release(hp);
	if (!hp->group->tables[0])
		dev_err(hp->dev, "vfio_pseries: the kernel did not set up its window again\n");
}

const struct host_ops ownership_host_ops = {
	.leave		= ownership_leave,
	.back		= ownership_back,
	.publish	= host_publish,
	.isolate	= host_isolate,
};

static unsigned long refuse_size(__u32 page_shift, __u64 window_size, __u32 levels)
{
	return 0;
}

static long refuse_create(struct iommu_table_group *group, int num, __u32 page_shift,
			  __u64 window_size, __u32 levels, struct iommu_table **ptbl)
{
	return -EBUSY;
}

static long refuse_set(struct iommu_table_group *group, int num, struct iommu_table *tbl)
{
	return -EBUSY;
}

static long refuse_unset(struct iommu_table_group *group, int num)
{
	return -EBUSY;
}

static long wrapped_take(struct iommu_table_group *group, struct device *dev)
{
	return host_take(dev);
}

/* Also called for a device that appears in a PE that the host owns. */
static void wrapped_release(struct iommu_table_group *group, struct device *dev)
{
	if (!host_release(dev))
		builtin->release_ownership(group, dev);
}

static struct iommu_table_group_ops wrapped = {
	.get_table_size		= refuse_size,
	.create_table		= refuse_create,
	.set_window		= refuse_set,
	.unset_window		= refuse_unset,
	.take_ownership		= wrapped_take,
	.release_ownership	= wrapped_release,
};

/* With the group's mutex. From here on the PE is as all others. */
static void passing_release(struct iommu_table_group *group, struct device *dev)
{
	struct host_pe *hp = host_pe_get(dev);

	builtin->release_ownership(group, dev);
	WRITE_ONCE(group->ops, &wrapped);
	if (!IS_ERR(hp))
		host_tables_inert(hp);
}

static bool builtin_is(struct iommu_table_group_ops *ops)
{
	bool same;

	mutex_lock(&builtin_lock);
	if (!builtin) {
		passing = *ops;
		passing.release_ownership = passing_release;
		builtin = ops;
	}
	same = builtin == ops;
	mutex_unlock(&builtin_lock);
	return same;
}

/* Called with the group's mutex held, and so not while it changes hands. */
static int wrap(struct device *dev, void *data)
{
	struct iommu_table_group *group = data;
	const struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	bool user = domain && domain->type == IOMMU_DOMAIN_BLOCKED;

	if (group->ops == builtin)
		smp_store_release(&group->ops, user ? &passing : &wrapped);
	return 1;
}

bool ownership_meet(struct host_pe *hp)
{
	struct iommu_table_group_ops *ops = READ_ONCE(hp->group->ops);

	if (ops && ops != &wrapped && ops != &passing && builtin_is(ops))
		iommu_group_for_each_dev(hp->group->group, hp->group, wrap);
	return READ_ONCE(hp->group->ops) != &passing;
}

static int wrap_barrier(struct device *dev, void *data)
{
	return 0;
}

void ownership_forget(struct host_pe *hp)
{
	if (hp->group->ops != &wrapped && hp->group->ops != &passing)
		return;
	WRITE_ONCE(hp->group->ops, builtin);
	/* Walking the group takes its mutex: after it nobody is inside ours. */
	iommu_group_for_each_dev(hp->group->group, NULL, wrap_barrier);
}

/* PEs are wrapped as they are met. */
int ownership_init(void)
{
	return 0;
}

#endif
