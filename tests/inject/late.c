// SPDX-License-Identifier: GPL-2.0-only
/*
 * late.c - a mapping of the host's that outlives its driver.
 *
 * Pages of a network card's pool do so: they stay mapped until their last user returns them.
 *
 *   echo 0000:00:01.0 >/sys/module/tce_inject/parameters/late
 *
 * maps a page for that device; "late" is then its bus address. "off" unmaps it.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>

static struct {
	struct pci_dev *pdev;
	struct page *page;
	dma_addr_t addr;
} late;

static int late_map(const char *text)
{
	unsigned int domain, bus, slot, fn;

	if (late.pdev || sscanf(text, "%x:%x:%x.%x", &domain, &bus, &slot, &fn) != 4)
		return -EINVAL;
	late.page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	late.pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, fn));
	if (late.page && late.pdev) {
		late.addr = dma_map_page(&late.pdev->dev, late.page, 0, PAGE_SIZE,
					 DMA_BIDIRECTIONAL);
		if (!dma_mapping_error(&late.pdev->dev, late.addr))
			return 0;
	}
	if (late.page)
		__free_page(late.page);
	pci_dev_put(late.pdev);
	late.pdev = NULL;
	return -EIO;
}

static int late_unmap(void)
{
	if (!late.pdev)
		return -EINVAL;
	dma_unmap_page(&late.pdev->dev, late.addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	__free_page(late.page);
	pci_dev_put(late.pdev);
	late.pdev = NULL;
	return 0;
}

static int late_set(const char *text, const struct kernel_param *kp)
{
	return sysfs_streq(text, "off") ? late_unmap() : late_map(text);
}

static int late_get(char *text, const struct kernel_param *kp)
{
	return late.pdev ? sprintf(text, "%#llx\n", (unsigned long long)late.addr)
			 : sprintf(text, "off\n");
}

static const struct kernel_param_ops late_ops = {
	.set = late_set,
	.get = late_get,
};
module_param_cb(late, &late_ops, NULL, 0600);
MODULE_PARM_DESC(late, "a device that gets a mapping of a page, or off");
