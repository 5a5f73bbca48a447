// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_none.c - kernels that have no operations to hand a PE to VFIO.
 *
 * Such a kernel (before 6.4; 6.1 is the one we know) has no IOMMU operations for PCI on pSeries
 * at all: VFIO refuses every device. This file supplies them, with a blocking domain whose attach
 * is take and whose detach is release. Once registered they cannot be withdrawn, so the module
 * stays loaded. ownership_host_windows.c has what take and release do with the host's windows.
 */
#include "ownership.h"
#ifdef OWNERSHIP_NONE

#include <linux/device.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <asm/pci-bridge.h>
#include "group/group.h"
#include "group/group_device_tree.h"

MODULE_INFO(ownership, "none");

static struct iommu_device supplied_iommu;

static int domain_attach(struct iommu_domain *domain, struct device *dev)
{
	return group_take(dev);
}

static void domain_detach(struct iommu_domain *domain, struct device *dev)
{
	group_release(dev);
}

/* It is nobody's alone. */
static void domain_free(struct iommu_domain *domain)
{
}

static const struct iommu_domain_ops domain_ops = {
	.attach_dev	= domain_attach,
	.detach_dev	= domain_detach,
	.free		= domain_free,
};

/*
 * One for all groups, with nothing of a group in it: the core would tell a user who gets none for
 * want of memory that his call is not valid.
 */
static struct iommu_domain blocked = {
	.type	= IOMMU_DOMAIN_BLOCKED,
	.ops	= &domain_ops,
};

/* No default domain: the host uses the platform's own DMA. */
static struct iommu_domain *supplied_domain_alloc(unsigned int type)
{
	return type == IOMMU_DOMAIN_BLOCKED ? &blocked : NULL;
}

/* TCE tables are always coherent. */
static bool supplied_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY;
}

static struct iommu_device *supplied_probe(struct device *dev)
{
	return dev_is_pci(dev) ? &supplied_iommu : ERR_PTR(-ENODEV);
}

/* As in the kernel, the nearest node that describes a window is the PE's. */
static struct pci_dn *supplied_pe(struct device *dev)
{
	struct device_node *dn = dev->of_node;

	while (dn && PCI_DN(dn) && !group_has_window(dn))
		dn = dn->parent;
	return dn ? PCI_DN(dn) : NULL;
}

/*
 * The PE's group exists since its bus was set up. If there is none, the device's PE does not
 * exist yet, and the device is in no other PE's group. The kernel will put it into the PE's own
 * group without asking us, and VFIO does not take it.
 */
static struct iommu_group *supplied_group(struct device *dev)
{
	const struct pci_dn *pe = supplied_pe(dev);

	if (!pe || !pe->table_group || !pe->table_group->group)
		return ERR_PTR(-ENODEV);
	return iommu_group_ref_get(pe->table_group->group);
}

static const struct iommu_ops supplied_ops = {
	.capable		= supplied_capable,
	.domain_alloc		= supplied_domain_alloc,
	.probe_device		= supplied_probe,
	.device_group		= supplied_group,
	.default_domain_ops	= &domain_ops,
	.owner			= THIS_MODULE,
};

/**
 * struct regroup - all PCI devices, in bus order, locked
 * @n:   how many
 * @max: most devices that fit
 * @dev: each device, with a reference and its device lock held
 */
struct regroup {
	size_t n;
	size_t max;
	struct pci_dev *dev[];
};

static size_t regroup_count(void)
{
	struct pci_dev *pdev = NULL;
	size_t n = 0;

	for_each_pci_dev(pdev)
		n++;
	return n;
}

/* False when there are more devices than fit: virtual functions appear without a lock. */
static bool regroup_fill(struct regroup *r)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		if (r->n == r->max) {
			pci_dev_put(pdev);
			return false;
		}
		r->dev[r->n++] = pci_dev_get(pdev);
	}
	return true;
}

static void regroup_put(struct regroup *r)
{
	while (r->n--)
		pci_dev_put(r->dev[r->n]);
	kvfree(r);
}

static struct regroup *regroup_alloc(void)
{
	size_t max = regroup_count();
	struct regroup *r = kvzalloc(struct_size(r, dev, max), GFP_KERNEL);

	if (r)
		r->max = max;
	return r;
}

static struct regroup *regroup_begin(void)
{
	struct regroup *r = regroup_alloc();
	size_t i;

	while (r && !regroup_fill(r)) {
		regroup_put(r);
		r = regroup_alloc();
	}
	for (i = 0; r && i < r->n; i++)
		device_lock(&r->dev[i]->dev);
	return r;
}

static void regroup_end(struct regroup *r)
{
	size_t i;

	for (i = r->n; i--;)
		device_unlock(&r->dev[i]->dev);
	regroup_put(r);
}

/* The core has undone a registration that failed, except for these pointers. */
static void supplied_withdraw(void)
{
	pci_bus_type.iommu_ops = NULL;
	platform_bus_type.iommu_ops = NULL;
}

/*
 * The core skips devices that are in a group already. So all devices leave their groups, and are
 * put back when the core probes them. The device locks keep drivers from binding or unbinding in
 * between, which the group would not count. All are locked at once, because the core visits every
 * member of a group.
 */
static int supplied_register(void)
{
	struct regroup *r;
	size_t i;
	int rc;

	pci_lock_rescan_remove();
	r = regroup_begin();
	if (!r) {
		pci_unlock_rescan_remove();
		return -ENOMEM;
	}
	for (i = 0; i < r->n; i++)
		iommu_group_remove_device(&r->dev[i]->dev);
	rc = iommu_device_register(&supplied_iommu, &supplied_ops, NULL);
	if (rc)
		supplied_withdraw();
	regroup_end(r);
	pci_unlock_rescan_remove();
	return rc;
}

/* Nothing to be done for a PE: the bus has the operations. */
bool ownership_meet(struct group_pe *gp)
{
	return true;
}

void ownership_forget(struct group_pe *gp)
{
}

int ownership_init(void)
{
	int rc;

	if (iommu_present(&pci_bus_type)) {
		pr_info("vfio_pseries: PCI has IOMMU operations of another driver\n");
		return -EBUSY;
	}
	rc = iommu_device_sysfs_add(&supplied_iommu, NULL, NULL, "vfio_pseries");
	if (rc)
		return rc;
	rc = supplied_register();
	if (rc) {
		iommu_device_sysfs_remove(&supplied_iommu);
		return rc;
	}
	/* The core keeps pointers to the operations above for good. */
	__module_get(THIS_MODULE);
	return 0;
}

#endif
