// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_supplied.c - kernels that cannot hand a pSeries PE to VFIO.
 *
 * Such a kernel (before 6.11; 6.1 is the one we know) has no IOMMU operations
 * for PCI on pSeries at all: VFIO refuses every device. They are supplied here,
 * with a blocking domain whose attach and detach are take and release. Once
 * registered they cannot be withdrawn, so the module stays loaded.
 *
 * The kernel keeps a static list of the dynamic windows that it created, which
 * its memory notifier walks to map added memory, and nobody can edit. But its
 * entries point at the value of the window's device-tree property. While a user
 * owns the PE that value names a table that does not exist, so that nothing the
 * kernel does reaches a user's window, even when that has got the same LIOBN;
 * memory that is added meanwhile is refused by the kernel itself. When the host
 * comes back, its window is created anew, the value is published, and then all
 * RAM is mapped, in that order, so that memory added in between is not missed.
 *
 * The property itself leaves the tree meanwhile, or a kernel started by kexec
 * would take that value for a window. What is removed from the tree is never
 * freed, so the list's pointer stays good; what comes back is a copy.
 *
 * A PE that can have one window only (an SR-IOV function) has no default window
 * once the kernel has made that one a dynamic one: it has removed the window, its
 * property and its table. The property is then found among the removed ones. The
 * user gets the default window, and when the host comes back it makes room for
 * the host's again. Its table is gone for good: should the host's window not come
 * back, its driver gets no DMA until it does.
 */
#include "config.h"
#ifndef HAVE_TABLE_GROUP_DEVICE

#include <linux/device.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/iommu.h>
#include <linux/log2.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/pci-bridge.h>
#include "../host.h"

/* A LIOBN that no table has. */
#define LIOBN_NONE	0xffffffffU

static int memory_event(struct notifier_block *nb, unsigned long event, void *data)
{
	return NOTIFY_DONE;
}

/* Wait for a memory notifier that has read the old value. */
static void memory_notifier_barrier(void)
{
	static struct notifier_block nb = { .notifier_call = memory_event };

	if (!register_memory_notifier(&nb))
		unregister_memory_notifier(&nb);
}

/*
 * The kernel computes 1 << (window_shift - PAGE_SHIFT), and takes a window that
 * is smaller than RAM for one that is no direct one.
 */
static void ddw_hide(struct host_pe *hp)
{
	struct property *prop = of_find_property(hp->node, hp->ddw.prop->name, NULL);
	struct host_ddw_value *v = hp->listed;

	WRITE_ONCE(v->liobn, cpu_to_be32(LIOBN_NONE));
	WRITE_ONCE(v->window_shift, cpu_to_be32(PAGE_SHIFT));
	memory_notifier_barrier();
	if (prop)
		of_remove_property(hp->node, prop);
}

/* Only a kernel started by kexec misses it. */
static void ddw_describe(struct host_pe *hp)
{
	struct property *prop = host_property_copy(hp->ddw.prop->name, hp->ddw.prop);

	if (prop)
		memcpy(prop->value, hp->listed, sizeof(*hp->listed));
	if (!prop || of_add_property(hp->node, prop))
		dev_warn(hp->dev, "vfio_pseries: %s is lost\n", hp->ddw.prop->name);
}

static void ddw_publish(struct host_pe *hp)
{
	struct host_ddw_value *v = hp->listed;

	v->start = cpu_to_be64(hp->ddw.w.start);
	v->page_shift = cpu_to_be32(hp->ddw.w.page_shift);
	WRITE_ONCE(v->window_shift, cpu_to_be32(ilog2(hp->ddw.w.size)));
	/* The geometry is right before a notifier finds the table. */
	smp_wmb();
	WRITE_ONCE(v->liobn, cpu_to_be32(hp->ddw.w.liobn));
	ddw_describe(hp);
}

static int ddw_put(struct host_pe *hp, u64 page, u32 n)
{
	const struct hv_window *w = &hp->ddw.w;
	u64 ioba = w->start + (page << w->page_shift);
	int waited = 0;
	u32 i;
	int rc;

	for (i = 0; i < n; i++)
		hp->list[i] = cpu_to_be64((page + i) << w->page_shift | PAPR_TCE_PERM);
	do {
		rc = hv_put(w->liobn, ioba, w->page_shift, hp->list, n);
	} while (rc > 0 && hv_wait(rc, &waited));
	return rc > 0 ? -EIO : rc;
}

/* Map one range of RAM at bus address = window start + physical address. */
static int ddw_map_range(unsigned long pfn, unsigned long nr, void *data)
{
	struct host_pe *hp = data;
	u32 shift = hp->ddw.w.page_shift;
	u64 page = ((u64)pfn << PAGE_SHIFT) >> shift;
	u64 end = ((((u64)pfn + nr) << PAGE_SHIFT) + (1ULL << shift) - 1) >> shift;

	while (page < end) {
		u32 n = min_t(u64, end - page, HV_BATCH);
		int rc = ddw_put(hp, page, n);

		if (rc)
			return rc;
		page += n;
	}
	return 0;
}

static int ddw_map_ram(struct host_pe *hp)
{
	return walk_system_ram_range(0, hp->ddw.w.size >> PAGE_SHIFT, hp, ddw_map_range);
}

/* A single refusal is no reason to leave the host without its window. */
static int twice(int (*step)(struct host_pe *hp), struct host_pe *hp)
{
	return step(hp) ? step(hp) : 0;
}

/* A window for DMA that is mapped as it goes has a table of the kernel's. */
static void ddw_move_table(struct host_pe *hp)
{
	struct iommu_table *tbl = hp->group->tables[1];

	if (hp->ddw.direct || !tbl)
		return;
	tbl->it_index = hp->ddw.w.liobn;
	tbl->it_offset = hp->ddw.w.start >> hp->ddw.w.page_shift;
}

static int ddw_create(struct host_pe *hp)
{
	struct hv_window w;
	int rc;

	rc = hv_create(&hp->pe.addr, hp->ddw.w.page_shift, ilog2(hp->ddw.w.size), &w);
	if (rc)
		return rc;
	rc = hv_clear(&w, false);
	if (rc) {
		hv_remove(&hp->pe.addr, w.liobn);
		return rc;
	}
	hp->ddw.w = w;
	return 0;
}

/* Empty the host's window and remove it. On error it is as it was. */
static int ddw_leave(struct host_pe *hp)
{
	int rc;

	ddw_hide(hp);
	rc = hv_clear(&hp->ddw.w, true);
	if (!rc)
		rc = hv_remove(&hp->pe.addr, hp->ddw.w.liobn);
	if (!rc)
		return 0;
	ddw_publish(hp);
	if (hp->ddw.direct && twice(ddw_map_ram, hp))
		dev_err(hp->dev, "vfio_pseries: cannot map RAM in the host's window again\n");
	return rc;
}

/*
 * Without its window the host uses the default one: slower, but it works. The
 * kernel never tries again by itself; the next time that the host comes back we
 * do.
 */
static void ddw_back(struct host_pe *hp)
{
	int rc = twice(ddw_create, hp);

	hp->ddw.lost = rc;
	if (rc) {
		dev_warn(hp->dev, "vfio_pseries: no 64-bit window for the host: %d\n", rc);
		return;
	}
	ddw_move_table(hp);
	ddw_publish(hp);
	if (hp->ddw.direct)
		rc = twice(ddw_map_ram, hp);
	if (!rc)
		return;
	dev_warn(hp->dev, "vfio_pseries: cannot map RAM in the host's window: %d\n", rc);
	hp->ddw.lost = true;
	ddw_hide(hp);
	if (!hv_clear(&hp->ddw.w, false))
		hv_remove(&hp->pe.addr, hp->ddw.w.liobn);
}

static void tables_aside(struct host_pe *hp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hp->aside); i++) {
		hp->aside[i] = hp->group->tables[i];
		WRITE_ONCE(hp->group->tables[i], NULL);
	}
}

static void tables_back(struct host_pe *hp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hp->aside); i++)
		WRITE_ONCE(hp->group->tables[i], hp->aside[i]);
}

const struct property *ownership_removed_default(struct device_node *dn)
{
	const struct property *p = READ_ONCE(dn->deadprops);

	/* Nothing ever leaves this list but with the node. */
	while (p && strcmp(p->name, HOST_DEFAULT_NAME))
		p = p->next;
	return p;
}

static struct property *default_described(struct host_pe *hp)
{
	return of_find_property(hp->node, HOST_DEFAULT_NAME, NULL);
}

/* Without it a device that is added meanwhile has no group, and a kexec image no DMA. */
static void default_describe(struct host_pe *hp)
{
	const struct property *removed = ownership_removed_default(hp->node);
	struct property *prop;

	if (default_described(hp) || !removed)
		return;
	prop = host_property_copy(HOST_DEFAULT_NAME, removed);
	if (!prop || of_add_property(hp->node, prop))
		dev_warn(hp->dev, "vfio_pseries: %s is lost\n", HOST_DEFAULT_NAME);
}

/* The default window makes room for the host's. */
static void default_away(struct host_pe *hp)
{
	struct pe_window *d = &hp->pe.dflt;

	if (d->present || hv_exists(d->w.liobn, d->w.start))
		hv_remove(&hp->pe.addr, d->w.liobn);
	d->present = false;
}

/* The host has its window again, or there is what the device tree says. */
static void default_settle(struct host_pe *hp)
{
	struct pe_window *d = &hp->pe.dflt;
	struct property *prop = default_described(hp);

	if (hp->ddw.lost)
		d->present = !hv_reset(&hp->pe.addr) && !hv_clear(&d->w, false);
	else if (prop)
		of_remove_property(hp->node, prop);
}

static int ownership_leave(struct pe *pe)
{
	struct host_pe *hp = to_host_pe(pe);
	int rc = 0;

	if (!hp->ddw.lost)
		host_find_ddw(hp);
	if (hp->ddw.valid && !hp->listed)
		hp->listed = hp->ddw.prop->value;
	hp->single |= !default_described(hp);
	if (hp->ddw.valid && !hp->ddw.lost)
		rc = ddw_leave(hp);
	if (rc)
		return rc;
	if (hp->single) {
		default_describe(hp);
		pe->dflt.present = false;
	}
	tables_aside(hp);
	return 0;
}

static void ownership_back(struct pe *pe)
{
	struct host_pe *hp = to_host_pe(pe);

	tables_back(hp);
	/*
	 * A kernel started by kexec does not know of a window that its device tree
	 * was made without, and would find no room for its own.
	 */
	if (!hp->ddw.valid || hp->last)
		return;
	if (hp->single)
		default_away(hp);
	ddw_back(hp);
	if (hp->single)
		default_settle(hp);
}

const struct host_ops ownership_host_ops = {
	.leave		= ownership_leave,
	.back		= ownership_back,
	.publish	= host_publish,
	.isolate	= host_isolate,
};

/* --- IOMMU operations of the PCI bus --- */

static struct iommu_device supplied_iommu;

static int domain_attach(struct iommu_domain *domain, struct device *dev)
{
	return host_take(dev);
}

static void domain_detach(struct iommu_domain *domain, struct device *dev)
{
	host_release(dev);
}

static void domain_free(struct iommu_domain *domain)
{
	kfree(domain);
}

static const struct iommu_domain_ops domain_ops = {
	.attach_dev	= domain_attach,
	.detach_dev	= domain_detach,
	.free		= domain_free,
};

/* No default domain: what the host uses is the platform's own DMA. */
static struct iommu_domain *supplied_domain_alloc(unsigned int type)
{
	if (type != IOMMU_DOMAIN_BLOCKED)
		return NULL;
	return kzalloc(sizeof(struct iommu_domain), GFP_KERNEL);
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

/*
 * The PE's group exists since its bus was set up. A device that was just added
 * has no table group yet: the kernel asks again when it sets up its DMA.
 */
static struct iommu_group *supplied_group(struct device *dev)
{
	struct device_node *dn = dev->of_node;

	while (dn && PCI_DN(dn) && !PCI_DN(dn)->table_group)
		dn = dn->parent;
	if (!dn || !PCI_DN(dn) || !PCI_DN(dn)->table_group->group)
		return ERR_PTR(-ENODEV);
	return iommu_group_ref_get(PCI_DN(dn)->table_group->group);
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
 * @dev: a reference and the device lock of each
 */
struct regroup {
	size_t n;
	struct pci_dev *dev[];
};

static struct regroup *regroup_begin(void)
{
	struct pci_dev *pdev = NULL;
	struct regroup *r;
	size_t n = 0;

	for_each_pci_dev(pdev)
		n++;
	r = kvzalloc(struct_size(r, dev, n), GFP_KERNEL);
	if (!r)
		return NULL;
	for_each_pci_dev(pdev)
		r->dev[r->n++] = pci_dev_get(pdev);
	for (n = 0; n < r->n; n++)
		device_lock(&r->dev[n]->dev);
	return r;
}

static void regroup_end(struct regroup *r)
{
	while (r->n--) {
		device_unlock(&r->dev[r->n]->dev);
		pci_dev_put(r->dev[r->n]);
	}
	kvfree(r);
}

/* The core has undone a registration that failed, but for these pointers. */
static void supplied_withdraw(void)
{
	pci_bus_type.iommu_ops = NULL;
	platform_bus_type.iommu_ops = NULL;
}

/*
 * The core does not look at devices that are in a group already. They leave
 * theirs and are put back when the core meets them. The device locks keep
 * drivers from binding or unbinding in between, which the group would not
 * count; all at once, because the core visits every member of a group.
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

/* Nothing to be done per PE: the operations are the bus's. */
void ownership_meet(struct host_pe *hp)
{
}

void ownership_forget(struct host_pe *hp)
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
