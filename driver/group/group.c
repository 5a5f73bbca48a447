// SPDX-License-Identifier: GPL-2.0-only
/*
 * group.c - PEs on the kernel's side: described when they are first seen, taken and released.
 *
 * The kernel calls a PE a table group (group_device_tree.c says which node it belongs to).
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include "debug/trace.h"
#include "group/group.h"
#include "group/group_device_tree.h"
#include "group/group_list.h"
#include "kvm/kvm_iommu.h"

/* Only one PE is described at a time: else two threads could describe the same one. */
static DEFINE_MUTEX(group_meet_lock);

/*
 * One PE changes hands at a time. Taken inside the IOMMU core's group mutex and outside of a PE's
 * lock; guards @dev of struct group_pe, and group_closed.
 */
static DEFINE_MUTEX(group_owner_lock);
static bool group_closed;

struct pe *group_pe_of_group(struct iommu_group *group)
{
	struct group_pe *gp = group_list_find(iommu_group_get_iommudata(group));

	return gp ? &gp->pe : NULL;
}

struct iommu_table_group *group_table_group(struct device *dev)
{
	struct iommu_group *group = iommu_group_get(dev);
	struct iommu_table_group *tg;

	if (!group)
		return NULL;
	tg = iommu_group_get_iommudata(group);
	iommu_group_put(group);
	return tg;
}

/* Radix has no pages above 1 GiB, so nothing could fill a larger IOMMU page. */
static u64 group_unusable_pgsizes(void)
{
	return radix_enabled() ? ~((2ULL << 30) - 1) : 0;
}

static struct group_pe *group_describe(struct device *dev, struct iommu_table_group *tg)
{
	struct device_node *dn = group_node(dev, tg);
	struct group_pe *gp;

	if (!dn || !dev->of_node)
		return ERR_PTR(-ENODEV);
	gp = kzalloc(sizeof(*gp), GFP_KERNEL);
	if (!gp)
		return ERR_PTR(-ENOMEM);
	gp->list = kzalloc(HCALL_BATCH * sizeof(*gp->list), GFP_KERNEL);
	kref_init(&gp->ref);
	gp->group = tg;
	gp->node = of_node_get(dn);
	snprintf(gp->name, sizeof(gp->name), "vfio_pseries %s", dev_name(dev));
	gp->pe.name = gp->name;
	gp->pe.host = &ownership_host_ops;
	group_read_address(dev, dn, &gp->pe.addr);
	gp->pe.unusable = group_unusable_pgsizes();
	if (!gp->list || group_read_default(dn, &gp->pe.dflt)) {
		struct group_pe *none = ERR_PTR(gp->list ? -ENODEV : -ENOMEM);

		group_pe_put(gp);
		return none;
	}
	pe_init(&gp->pe);
	return gp;
}

struct group_pe *group_pe_get(struct device *dev)
{
	struct iommu_table_group *tg = dev_is_pci(dev) ? group_table_group(dev) : NULL;
	struct group_pe *gp;

	if (!tg)
		return ERR_PTR(-ENODEV);
	mutex_lock(&group_meet_lock);
	gp = group_list_find(tg);
	if (!gp) {
		gp = group_describe(dev, tg);
		if (!IS_ERR(gp))
			group_list_add(gp);
	}
	mutex_unlock(&group_meet_lock);
	return gp;
}

/* With group_owner_lock held. Reads the address again: the function seen first may be gone. */
static int group_take_pe(struct group_pe *gp, struct device *dev)
{
	int rc;

	lockdep_assert_held(&group_owner_lock);
	if (gp->pe.owned)
		return 0;
	if (group_closed || !try_module_get(THIS_MODULE))
		return -ESHUTDOWN;
	group_read_address(dev, gp->node, &gp->pe.addr);
	gp->dev = dev;
	rc = pe_take(&gp->pe);
	trace_pe_take(gp->pe.addr.buid, gp->pe.addr.config_addr, rc);
	gp->dev = NULL;
	if (rc)
		module_put(THIS_MODULE);
	return rc;
}

/* Note the device that has the host's dynamic window's table: it gets that table again. */
static void group_clear_base(struct group_pe *gp, struct device *dev)
{
	const struct iommu_table *base = get_iommu_table_base(dev);

	if (base && base == gp->aside[1])
		WRITE_ONCE(gp->wide, dev);
	set_iommu_table_base(dev, NULL);
}

int group_take(struct device *dev)
{
	struct group_pe *gp = group_pe_get(dev);
	int rc;

	if (IS_ERR(gp))
		return PTR_ERR(gp);
	mutex_lock(&group_owner_lock);
	rc = group_take_pe(gp, dev);
	mutex_unlock(&group_owner_lock);
	if (rc) {
		group_tables_inert(gp);
		dev_warn_ratelimited(dev, "vfio_pseries: cannot be given to a user: %d\n", rc);
	} else {
		group_clear_base(gp, dev);
	}
	return rc;
}

static bool group_release_pe(struct group_pe *gp, struct device *dev)
{
	lockdep_assert_held(&group_owner_lock);
	if (!gp->pe.owned)
		return false;
	gp->dev = dev;
	pe_release(&gp->pe);
	trace_pe_release(gp->pe.addr.buid, gp->pe.addr.config_addr);
	gp->dev = NULL;
	module_put(THIS_MODULE);
	return true;
}

/* A device's table. Without a default window the dynamic one's table, if any, is the only one. */
static struct iommu_table *group_base(const struct group_pe *gp, const struct device *dev)
{
	struct iommu_table *const *tables = gp->group->tables;

	if (tables[1] && !gp->ddw.lost && (!tables[0] || dev == READ_ONCE(gp->wide)))
		return tables[1];
	return tables[0];
}

/*
 * Every function of a PE needs its table again, not only the first one. A function that was added
 * meanwhile was given the table that it found in the group: a stand-in of ours.
 */
static void group_set_base(struct group_pe *gp, struct device *dev)
{
	const void *base = get_iommu_table_base(dev);

	if (!base || (base != gp->group->tables[0] && base != gp->group->tables[1]))
		set_iommu_table_base(dev, group_base(gp, dev));
}

bool group_release(struct device *dev)
{
	struct group_pe *gp = group_pe_get(dev);
	bool owned;

	if (IS_ERR(gp))
		return false;
	mutex_lock(&group_owner_lock);
	owned = group_release_pe(gp, dev);
	mutex_unlock(&group_owner_lock);
	if (owned)
		group_tables_inert(gp);
	group_set_base(gp, dev);
	return owned;
}

static struct group_pe *group_known(struct device *dev)
{
	struct iommu_table_group *tg = group_table_group(dev);

	return tg ? group_list_find(tg) : NULL;
}

void group_shutdown(void)
{
	struct pci_dev *pdev = NULL;

	mutex_lock(&group_owner_lock);
	group_closed = true;
	for_each_pci_dev(pdev) {
		struct group_pe *gp = group_known(&pdev->dev);

		if (!gp || !gp->pe.owned)
			continue;
		/* A user's commands must not reach the host's windows. */
		group_isolate(&gp->pe);
		/* A user whose windows could not be removed may still have running calls. */
		if (pe_in_use(&gp->pe))
			continue;
		gp->last = true;
		group_release_pe(gp, &pdev->dev);
	}
	mutex_unlock(&group_owner_lock);
}

void group_isolate(struct pe *pe)
{
	struct group_pe *gp = to_group_pe(pe);
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (group_table_group(&pdev->dev) == gp->group)
			pci_clear_master(pdev);
}

int group_publish(struct pe *pe, u32 num, struct kvm_table *kvm)
{
	/* KVM reads without a lock: it must not see the pointer before the table's contents. */
	smp_store_release(&to_group_pe(pe)->group->tables[num], kvm_iommu_table(kvm));
	return 0;
}
