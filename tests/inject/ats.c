// SPDX-License-Identifier: GPL-2.0-only
/*
 * ats.c - functions with address translation services, which no emulated device of a partition has.
 *
 *   echo 0000:00:00.0 >/sys/module/tce_inject/parameters/ats
 *
 * makes the kernel believe that a function has them. From Linux 7.0 on the kernel then takes that
 * function from its owner during a reset, and gives it back. "around" only does this part, also
 * on kernels from 6.11 on, which do not do it themselves.
 */
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <asm/iommu.h>

#define SOMEWHERE	0x100	/* offset in configuration space; nothing enables it */

static struct pci_dev *function_of(const char *text)
{
	unsigned int domain, bus, slot, fn;

	if (sscanf(text, "%x:%x:%x.%x", &domain, &bus, &slot, &fn) != 4)
		return NULL;
	return pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, fn));
}

static int ats_set(const char *text, const struct kernel_param *kp)
{
	struct pci_dev *pdev = function_of(text);

	if (!pdev)
		return -EINVAL;
#ifdef CONFIG_PCI_ATS
	pdev->ats_cap = SOMEWHERE;
#endif
	pci_dev_put(pdev);
	return 0;
}

static const struct kernel_param_ops ats_ops = { .set = ats_set };
module_param_cb(ats, &ats_ops, NULL, 0200);
MODULE_PARM_DESC(ats, "a function that has address translation services from now on");

/* Kernels differ in the arguments of their operations: the group, or the group and the device. */
typedef long (*take_fn)(struct iommu_table_group *tg, struct device *dev);
typedef void (*release_fn)(struct iommu_table_group *tg, struct device *dev);

/* A function whose group VFIO has stays blocked, and its reset ends without a release. */
static bool is_users(struct device *dev)
{
	const struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && domain->type == IOMMU_DOMAIN_BLOCKED;
}

/* Called with the group's mutex, as in the kernel */
static int take_and_release(struct device *dev, void *data)
{
	struct iommu_table_group *tg = iommu_group_get_iommudata(dev->iommu_group);
	long rc;

	if (dev != data)
		return 0;
	if (!tg || !tg->ops)
		return -ENODEV;
	rc = ((take_fn)(void *)tg->ops->take_ownership)(tg, dev);
	if (!rc && !is_users(dev))
		((release_fn)(void *)tg->ops->release_ownership)(tg, dev);
	return rc;
}

static int around_set(const char *text, const struct kernel_param *kp)
{
	struct pci_dev *pdev = function_of(text);
	struct iommu_group *group = pdev ? iommu_group_get(&pdev->dev) : NULL;
	int rc = group ? iommu_group_for_each_dev(group, &pdev->dev, take_and_release) : -EINVAL;

	iommu_group_put(group);
	pci_dev_put(pdev);
	return rc;
}

static const struct kernel_param_ops around_ops = { .set = around_set };
module_param_cb(around, &around_ops, NULL, 0200);
MODULE_PARM_DESC(around, "a function that is taken and given back as for a reset");
