// SPDX-License-Identifier: GPL-2.0-only
/*
 * masks.c - which addresses each PCI function may use, and where its DMA goes
 *
 * The kernel keeps this outside of the device tree: a function's masks and its limit, the offset of
 * its direct DMA, whether it has a window of mappings, and whether it goes around that.
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <asm/iommu.h>

#define LONGEST	192	/* bytes of a line */

static bool goes_around(const struct device *dev)
{
#if !defined(CONFIG_DMA_OPS_BYPASS)
	return false;
#elif defined(HAVE_DEVICE_FLAGS)
	return dev_dma_ops_bypass(dev);
#else
	return dev->dma_ops_bypass;
#endif
}

static u64 window_of(struct device *dev)
{
	const struct iommu_table *tbl = get_iommu_table_base(dev);

	return tbl ? (u64)tbl->it_offset << tbl->it_page_shift : ~0ULL;
}

static int print_masks(char *text, struct pci_dev *pdev)
{
	struct device *dev = &pdev->dev;

	return sprintf(text, "%s mask %llx coherent %llx limit %llx offset %llx window %llx %s\n",
		       pci_name(pdev), dma_get_mask(dev), dev->coherent_dma_mask,
		       dev->bus_dma_limit, (u64)dev->archdata.dma_offset, window_of(dev),
		       goes_around(dev) ? "bypassed" : "used");
}

static int masks_get(char *text, const struct kernel_param *kp)
{
	struct pci_dev *pdev = NULL;
	int n = 0;

	for_each_pci_dev(pdev)
		if (n < PAGE_SIZE - LONGEST)
			n += print_masks(text + n, pdev);
	return n;
}

static const struct kernel_param_ops masks_ops = { .get = masks_get };
module_param_cb(masks, &masks_ops, NULL, 0400);
MODULE_PARM_DESC(masks, "each function's DMA masks, limit, offset and first bus address");
