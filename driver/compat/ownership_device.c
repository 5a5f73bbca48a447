// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_device.c - kernels whose operations name the device.
 *
 * Such a kernel (6.11 and later, RHEL 9.6) can hand a PE to VFIO by itself. Its
 * take and release are called once for each PE, as a part of ours:
 *
 *  take     removes the host's dynamic window and forgets the default one. It
 *           ignores failures, so the result is verified. It also takes
 *           ibm,dma-window out of the device tree. Without that, a device that is
 *           added meanwhile has no group, and a kexec kernel has no DMA; so the
 *           property is put back at once.
 *  release  resets the PE's windows and makes a new table for the default one,
 *           for one device; the other devices' table is set by us. A table that it
 *           could not make completely is not handed out; the next release, or
 *           the next take, makes it.
 */
#include "ownership.h"
#ifdef OWNERSHIP_DEVICE

#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-ats.h>
#include <linux/rcupdate.h>
#include "group/group.h"
#include "group/group_device_tree.h"

#define PROP_SAVED	"ibm,dma-window-saved"

MODULE_INFO(ownership, "device");

static int property_add(struct group_pe *gp, struct property *p)
{
	int rc = of_add_property(gp->node, p);

	if (!rc)
		group_property_added(p);
	return rc;
}

/*
 * The kernel's take makes a new copy of the property each time, unless it finds one, and removed
 * properties are never freed. So it is lent the same copy each time.
 */
static int saved_make(struct group_pe *gp, const struct property *dflt)
{
	if (!gp->saved)
		gp->saved = group_property_copy(PROP_SAVED, dflt);
	return gp->saved ? 0 : -ENOMEM;
}

static int saved_kvm(struct group_pe *gp, const struct property *dflt)
{
	struct property *stale = of_find_property(gp->node, PROP_SAVED, NULL);
	int rc = saved_make(gp, dflt);

	if (rc)
		return rc;
	if (stale)
		of_remove_property(gp->node, stale);
	return property_add(gp, gp->saved);
}

struct property *ownership_removed_default(struct device_node *dn)
{
	return of_find_property(dn, PROP_SAVED, NULL);
}

/* Does anything of the host's dynamic window still exist? */
static bool ddw_left(const struct group_pe *gp)
{
	return gp->ddw.valid &&
	       (of_find_property(gp->node, gp->ddw.prop->name, NULL) ||
		hcall_exists(gp->ddw.w.liobn, gp->ddw.w.start));
}

/*
 * The kernel's take reported success but left the host's window: remove it. If that fails, the
 * window is noted for the PE's next take: nothing else knows of it.
 */
static int ddw_repair(struct group_pe *gp)
{
	int rc = ddw_drop(&gp->pe.addr, &gp->ddw.w, false);

	if (rc)
		pe_leave_behind(&gp->pe, &gp->ddw.w);
	else if (of_find_property(gp->node, gp->ddw.prop->name, NULL))
		rc = of_remove_property(gp->node, gp->ddw.prop);
	return rc;
}

/*
 * The kernel's release. Without memory for the map of the default window's table, the kernel
 * hands out a table with which any driver's first mapping crashes. Without a table, that driver
 * gets an error.
 */
static bool kernel_release(struct iommu_table_group *group, struct device *dev)
{
	struct iommu_table *tbl;

	ownership_kernel_ops->release_ownership(group, dev);
	tbl = group->tables[0];
	if (!tbl || tbl->it_map)
		return tbl;
	WRITE_ONCE(group->tables[0], NULL);
	set_iommu_table_base(dev, NULL);
	iommu_tce_table_put(tbl);
	return false;
}

/*
 * Without a default table, the kernel's take does nothing, unless the PE can have only one window,
 * and it would still list a window that we then remove. So the kernel's release makes the table.
 */
static int builtin_table(struct group_pe *gp)
{
	struct iommu_table_group *group = gp->group;

	if (group->tables[0] || group->max_dynamic_windows_supported == 1)
		return 0;
	return kernel_release(group, gp->dev) ? 0 : -ENOMEM;
}

static int builtin_take(struct group_pe *gp, struct property *dflt)
{
	int rc = builtin_table(gp);

	if (!rc)
		rc = saved_kvm(gp, dflt);
	if (rc)
		return rc;
	if (ownership_kernel_ops->take_ownership(gp->group, gp->dev))
		rc = -EIO;
	of_remove_property(gp->node, gp->saved);
	/* The same property as before: the node takes it back. */
	if (!of_find_property(gp->node, GROUP_DEFAULT_NAME, NULL) && property_add(gp, dflt))
		dev_err(gp->dev, "vfio_pseries: %s is lost\n", GROUP_DEFAULT_NAME);
	return rc;
}

/* One copy for all times, as in saved_make(): a property that was in the node is never freed. */
static int default_make(struct group_pe *gp, const struct property *saved)
{
	if (!gp->lent)
		gp->lent = group_property_copy(GROUP_DEFAULT_NAME, saved);
	return gp->lent ? 0 : -ENOMEM;
}

/*
 * A PE with one window, which the host has replaced by a dynamic one. Firmware decides whether
 * the default window comes back when the kernel removes the dynamic one. The kernel's copy of the
 * default window's property is the only one. It stays as it is: without it a release could not
 * begin.
 */
static int builtin_take_single(struct group_pe *gp)
{
	struct property *saved = of_find_property(gp->node, PROP_SAVED, NULL);

	if (!saved)
		return -ENODEV;
	if (saved_make(gp, saved) || default_make(gp, saved))
		return -ENOMEM;
	if (ownership_kernel_ops->take_ownership(gp->group, gp->dev))
		return -EIO;
	gp->pe.dflt.present = false;
	if (property_add(gp, gp->lent))
		dev_err(gp->dev, "vfio_pseries: %s is lost\n", GROUP_DEFAULT_NAME);
	return 0;
}

/*
 * The kernel reads the default window's property, and crashes without it. Where the kernel has a
 * copy, it makes a new property from the copy (see above). Somebody may have taken both out of
 * the tree meanwhile: then the kernel is lent ours. Return: whether it was.
 */
static bool builtin_describe(struct group_pe *gp)
{
	struct property *dflt = of_find_property(gp->node, GROUP_DEFAULT_NAME, NULL);
	bool saved = of_find_property(gp->node, PROP_SAVED, NULL);

	if (dflt && saved)
		of_remove_property(gp->node, dflt);
	return !dflt && !saved && !property_add(gp, gp->saved);
}

static void builtin_release(struct group_pe *gp)
{
	bool lent = builtin_describe(gp);

	/* Try twice: a single refusal is no reason to leave the host without its table. */
	if (!kernel_release(gp->group, gp->dev))
		kernel_release(gp->group, gp->dev);
	if (lent)
		of_remove_property(gp->node, gp->saved);
}

static int ownership_leave(struct pe *pe)
{
	struct group_pe *gp = to_group_pe(pe);
	struct property *dflt = of_find_property(gp->node, GROUP_DEFAULT_NAME, NULL);
	int rc;

	group_find_ddw(gp);
	if (dflt)
		rc = builtin_take(gp, dflt);
	else
		rc = builtin_take_single(gp);
	if (!rc && ddw_left(gp)) {
		rc = ddw_repair(gp);
		if (rc)
			builtin_release(gp);
	}
	return rc;
}

static void ownership_back(struct pe *pe)
{
	struct group_pe *gp = to_group_pe(pe);

	builtin_release(gp);
	if (!gp->group->tables[0])
		dev_err(gp->dev, "vfio_pseries: the kernel did not set up its window again\n");
}

const struct host_ops ownership_host_ops = {
	.leave		= ownership_leave,
	.back		= ownership_back,
	.publish	= group_publish,
	.isolate	= group_isolate,
};

/* Does a driver do DMA through the host's windows? RCU keeps the driver until it was read. */
static bool has_host_driver(struct pci_dev *pdev)
{
	struct device_driver *driver;
	bool has;

	rcu_read_lock();
	driver = READ_ONCE(pdev->dev.driver);
	has = driver && !to_pci_driver(driver)->driver_managed_dma;
	rcu_read_unlock();
	return has;
}

static bool host_at_work(const struct iommu_table_group *group)
{
	struct pci_dev *pdev = NULL;
	bool works = false;

	for_each_pci_dev(pdev)
		works |= group_table_group(&pdev->dev) == group && has_host_driver(pdev);
	return works;
}

/*
 * From Linux 7.0 on, the kernel takes and releases a function with ATS around each reset of it,
 * whoever owns it. If the host owns it, its drivers would lose their windows, also those of the
 * other functions. No user gets a PE while such drivers are bound, so this take is not a user's.
 * A user's take that finds a driver which is about to be refused fails, because ioas_attach()
 * checks.
 */
static bool is_reset(struct group_pe *gp, struct device *dev)
{
	return !READ_ONCE(gp->pe.owned) && pci_ats_supported(to_pci_dev(dev)) &&
	       host_at_work(gp->group);
}

long ownership_take(OWNERSHIP_ARGS)
{
	struct group_pe *gp = group_pe_get(dev);

	if (IS_ERR(gp) || !is_reset(gp, dev))
		return group_take(dev);
	gp->reset = dev;
	return 0;
}

/* Also called for a device that appears in a PE that the host owns. */
void ownership_release(OWNERSHIP_ARGS)
{
	struct group_pe *gp = group_pe_get(dev);
	bool after_reset = !IS_ERR(gp) && gp->reset == dev;

	if (after_reset)
		gp->reset = NULL;
	if (!group_release(dev) && !after_reset)
		kernel_release(group, dev);
}

#endif
