// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_device.c - kernels whose operations name the device.
 *
 * Such a kernel (6.11 and later, RHEL 9.6) can hand a PE to VFIO by itself. Its
 * take and release are called once for each PE, around our work:
 *
 *  take     removes the host's dynamic window and forgets the default one. It
 *           ignores failures, so the result is verified. It also takes
 *           ibm,dma-window out of the device tree, without which a device that
 *           is added meanwhile has no group and a kexec image no DMA; so the
 *           property is put back at once.
 *  release  resets the PE's windows and makes a new table for the default one,
 *           for the device it is told; the others' is set by us. A table that it
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

static int property_add(struct host_pe *hp, struct property *p)
{
	int rc = of_add_property(hp->node, p);

	if (!rc)
		host_property_added(p);
	return rc;
}

/*
 * The kernel's take makes a new copy of the property each time unless there is
 * one, and removed properties are never freed: lend it the same one each time.
 */
static int saved_make(struct host_pe *hp, const struct property *dflt)
{
	if (!hp->saved)
		hp->saved = host_property_copy(PROP_SAVED, dflt);
	return hp->saved ? 0 : -ENOMEM;
}

static int saved_lend(struct host_pe *hp, const struct property *dflt)
{
	struct property *stale = of_find_property(hp->node, PROP_SAVED, NULL);
	int rc = saved_make(hp, dflt);

	if (rc)
		return rc;
	if (stale)
		of_remove_property(hp->node, stale);
	return property_add(hp, hp->saved);
}

struct property *ownership_removed_default(struct device_node *dn)
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

/*
 * The kernel's take reported success and left the host's window: remove it. If
 * that fails, nobody but the PE's next taker will know that it was there.
 */
static int ddw_repair(struct host_pe *hp)
{
	int rc = hv_drop(&hp->pe.addr, &hp->ddw.w, false);

	if (rc)
		pe_leave_behind(&hp->pe, &hp->ddw.w);
	else if (of_find_property(hp->node, hp->ddw.prop->name, NULL))
		rc = of_remove_property(hp->node, hp->ddw.prop);
	return rc;
}

/*
 * The kernel's release. Without memory for the map of the default window's table
 * it hands out a table that any driver's first mapping dies of; without a table
 * that driver gets an error.
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
 * Without a default table, the kernel's take does nothing unless the PE can have
 * but one window: it would go on to list a window that we remove then.
 */
static int builtin_table(struct host_pe *hp)
{
	struct iommu_table_group *group = hp->group;

	if (group->tables[0] || group->max_dynamic_windows_supported == 1)
		return 0;
	return kernel_release(group, hp->dev) ? 0 : -ENOMEM;
}

static int builtin_take(struct host_pe *hp, struct property *dflt)
{
	int rc = builtin_table(hp);

	if (!rc)
		rc = saved_lend(hp, dflt);
	if (rc)
		return rc;
	if (ownership_kernel_ops->take_ownership(hp->group, hp->dev))
		rc = -EIO;
	of_remove_property(hp->node, hp->saved);
	/* The very property that was there: the node takes it back. */
	if (!of_find_property(hp->node, HOST_DEFAULT_NAME, NULL) && property_add(hp, dflt))
		dev_err(hp->dev, "vfio_pseries: %s is lost\n", HOST_DEFAULT_NAME);
	return rc;
}

/* One copy for all times, as with saved_make(): the node never frees what it was lent. */
static int default_make(struct host_pe *hp, const struct property *saved)
{
	if (!hp->lent)
		hp->lent = host_property_copy(HOST_DEFAULT_NAME, saved);
	return hp->lent ? 0 : -ENOMEM;
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

	if (!saved)
		return -ENODEV;
	if (saved_make(hp, saved) || default_make(hp, saved))
		return -ENOMEM;
	if (ownership_kernel_ops->take_ownership(hp->group, hp->dev))
		return -EIO;
	hp->pe.dflt.present = false;
	if (property_add(hp, hp->lent))
		dev_err(hp->dev, "vfio_pseries: %s is lost\n", HOST_DEFAULT_NAME);
	return 0;
}

/*
 * The kernel reads the default window's property, or dies of its absence. It makes
 * a new one from its copy, where it has one (see above). Somebody may have taken
 * both out of the tree meanwhile: then it is lent ours. Return: whether it was.
 */
static bool builtin_describe(struct host_pe *hp)
{
	struct property *dflt = of_find_property(hp->node, HOST_DEFAULT_NAME, NULL);
	bool saved = of_find_property(hp->node, PROP_SAVED, NULL);

	if (dflt && saved)
		of_remove_property(hp->node, dflt);
	return !dflt && !saved && !property_add(hp, hp->saved);
}

static void builtin_release(struct host_pe *hp)
{
	bool lent = builtin_describe(hp);

	/* A single refusal is no reason to leave the host without its table. */
	if (!kernel_release(hp->group, hp->dev))
		kernel_release(hp->group, hp->dev);
	if (lent)
		of_remove_property(hp->node, hp->saved);
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

/* One that does DMA by the host's windows. It may go, but not before we have looked. */
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
		works |= host_table_group(&pdev->dev) == group && has_host_driver(pdev);
	return works;
}

/*
 * From Linux 7.0 on a function with ATS is taken and released around each reset of it,
 * whoever has it. Where that is the host, its drivers would lose their windows, those of
 * the other functions, too. No user gets a PE while they are there, so this is no claim;
 * one that finds a driver which is about to be refused fails, for space_attach() looks.
 */
static bool is_reset(struct host_pe *hp, struct device *dev)
{
	return !READ_ONCE(hp->pe.owned) && pci_ats_supported(to_pci_dev(dev)) &&
	       host_at_work(hp->group);
}

long ownership_take(OWNERSHIP_ARGS)
{
	struct host_pe *hp = host_pe_get(dev);

	if (IS_ERR(hp) || !is_reset(hp, dev))
		return host_take(dev);
	hp->reset = dev;
	return 0;
}

/* Also called for a device that appears in a PE that the host owns. */
void ownership_release(OWNERSHIP_ARGS)
{
	struct host_pe *hp = host_pe_get(dev);
	bool after_reset = !IS_ERR(hp) && hp->reset == dev;

	if (after_reset)
		hp->reset = NULL;
	if (!host_release(dev) && !after_reset)
		kernel_release(group, dev);
}

#endif
