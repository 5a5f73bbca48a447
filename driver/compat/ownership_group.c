// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_group.c - kernels whose operations name the table group alone.
 *
 * Such a kernel (6.4 to 6.10, RHEL 9.5, SLES 15 SP6) can hand a PE to VFIO by itself, with the
 * host's tables. For the first device, its take marks all tables as used; for the second device,
 * it finds them in use. Its release clears what the host has mapped, also when a device is added
 * to a PE that the host owns. Neither touches the window that maps all of memory. So neither is
 * ever called here. ownership_host_windows.c handles the host's windows, as on kernels that have
 * no operations at all.
 *
 * The operations are called once for each device and are not told for which one. So each call
 * handles all devices of the group; what an earlier call has done stays as it is.
 */
#include "ownership.h"
#ifdef OWNERSHIP_GROUP

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include "group/group.h"

MODULE_INFO(ownership, "group");

/* A limit of addresses below all memory. */
#define LIMIT_NOWHERE	1

static bool is_of_group(struct device *dev, const struct iommu_table_group *group)
{
	struct iommu_group *its = iommu_group_get(dev);

	iommu_group_put(its);
	return its && its == group->group;
}

/* The next PCI device of the group after @pdev; drops the reference to @pdev. */
static struct pci_dev *next_of_group(struct pci_dev *pdev, const struct iommu_table_group *group)
{
	do
		pdev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, pdev);
	while (pdev && !is_of_group(&pdev->dev, group));
	return pdev;
}

/* The first device decides: for the others nothing is left that could fail. */
long ownership_take(OWNERSHIP_ARGS)
{
	struct pci_dev *pdev = NULL;
	int rc = -ENODEV;

	while ((pdev = next_of_group(pdev, group))) {
		rc = group_take(&pdev->dev);
		if (rc)
			break;
	}
	pci_dev_put(pdev);
	return rc;
}

/*
 * The kernel remembers that a window was a direct one, and would send a driver's DMA there also
 * when the window could not be made again. DMA to addresses beyond a device's limit goes through
 * its table, which is the default window's. If that window is gone, too (a PE with one window),
 * only the direct way is left, which leads nowhere.
 */
static void limit_direct(struct device *dev)
{
	const struct group_pe *gp = group_pe_get(dev);

	if (IS_ERR(gp))
		return;
	if (gp->ddw.lost && get_iommu_table_base(dev))
		dev->bus_dma_limit = LIMIT_NOWHERE;
	else if (dev->bus_dma_limit == LIMIT_NOWHERE)
		dev->bus_dma_limit = 0;
}

void ownership_release(OWNERSHIP_ARGS)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = next_of_group(pdev, group))) {
		group_release(&pdev->dev);
		limit_direct(&pdev->dev);
	}
}

#endif
