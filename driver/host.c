// SPDX-License-Identifier: GPL-2.0-only
/*
 * host.c - PEs as the kernel knows them.
 *
 * A PE is what the kernel calls a table group: it hangs on the device-tree node
 * that has the default window's property, and every PCI device below that node
 * without a window of its own belongs to it. Descriptions are made when a PE
 * is met for the first time and kept until the module goes.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <asm/pci-bridge.h>
#include "host.h"
#include "lookup.h"

/* Guards the list; taken inside everything else and never held over a sleep. */
static DEFINE_SPINLOCK(host_lock);
static LIST_HEAD(host_pes);

/* Describing two PEs at once could describe the same one twice. */
static DEFINE_MUTEX(host_meet_lock);

static struct host_pe *host_find(const struct iommu_table_group *group)
{
	struct host_pe *hp, *found = NULL;

	spin_lock(&host_lock);
	list_for_each_entry(hp, &host_pes, link)
		if (hp->group == group)
			found = hp;
	spin_unlock(&host_lock);
	return found;
}

struct pe *host_pe_of_group(struct iommu_group *group)
{
	struct host_pe *hp = host_find(iommu_group_get_iommudata(group));

	return hp ? &hp->pe : NULL;
}

static struct iommu_table_group *host_table_group(struct device *dev)
{
	struct iommu_group *group = iommu_group_get(dev);
	struct iommu_table_group *tg;

	if (!group)
		return NULL;
	tg = iommu_group_get_iommudata(group);
	iommu_group_put(group);
	return tg;
}

/* The node that a table group hangs on, above (or at) the device's own. */
static struct device_node *host_node(struct device *dev, const struct iommu_table_group *tg)
{
	struct device_node *dn = dev->of_node;

	while (dn && PCI_DN(dn) && PCI_DN(dn)->table_group != tg)
		dn = dn->parent;
	return dn && PCI_DN(dn) ? dn : NULL;
}

static int host_cells(struct device_node *dn, const char *name, int fallback)
{
	u32 cells;

	return of_property_read_u32(dn, name, &cells) ? fallback : cells;
}

/* LoPAR "ibm,dma-window": LIOBN, bus address, size. Always 4 KiB pages. */
static int host_read_default(struct device_node *dn, struct hv_window *w)
{
	int na = host_cells(dn, "ibm,#dma-address-cells", of_n_addr_cells(dn));
	int ns = host_cells(dn, "ibm,#dma-size-cells", of_n_size_cells(dn));
	const __be32 *cell;
	int len;

	cell = of_get_property(dn, "ibm,dma-window", &len);
	if (!cell || len < (1 + na + ns) * (int)sizeof(*cell))
		return -ENODEV;
	w->liobn = of_read_number(cell, 1);
	w->start = of_read_number(cell + 1, na);
	w->size = of_read_number(cell + 1 + na, ns);
	w->page_shift = IOMMU_PAGE_SHIFT_4K;
	return 0;
}

/* LoPAR "ibm,ddw-applicable": tokens; "ibm,ddw-extensions": count, then these. */
#define DDW_EXT_RESET		1
#define DDW_EXT_QUERY_WIDE	2

static u32 host_ddw_extension(struct device_node *dn, u32 ext)
{
	u32 count, value;

	if (of_property_read_u32_index(dn, "ibm,ddw-extensions", 0, &count) || count < ext)
		return 0;
	return of_property_read_u32_index(dn, "ibm,ddw-extensions", ext, &value) ? 0 : value;
}

static void host_read_address(struct device *dev, struct device_node *dn, struct hv_pe *addr)
{
	const struct pci_dn *pdn = PCI_DN(dev->of_node);
	u32 tokens[3];

	addr->buid = pdn->phb->buid;
	addr->config_addr = pdn->busno << 16 | pdn->devfn << 8;
	if (of_property_read_u32_array(dn, "ibm,ddw-applicable", tokens, ARRAY_SIZE(tokens)))
		return;
	addr->token_query = tokens[0];
	addr->token_create = tokens[1];
	addr->token_remove = tokens[2];
	addr->token_reset = host_ddw_extension(dn, DDW_EXT_RESET);
	addr->wide_query = host_ddw_extension(dn, DDW_EXT_QUERY_WIDE) == 1;
}

static void host_pe_free(struct host_pe *hp)
{
	of_node_put(hp->node);
	kfree(hp->list);
	kfree(hp);
}

static struct host_pe *host_describe(struct device *dev, struct iommu_table_group *tg)
{
	struct device_node *dn = host_node(dev, tg);
	struct host_pe *hp;

	if (!dn || !dev->of_node)
		return ERR_PTR(-ENODEV);
	hp = kzalloc(sizeof(*hp), GFP_KERNEL);
	if (!hp)
		return ERR_PTR(-ENOMEM);
	hp->list = kzalloc(HV_BATCH * sizeof(*hp->list), GFP_KERNEL);
	hp->group = tg;
	hp->node = of_node_get(dn);
	INIT_LIST_HEAD(&hp->retired);
	snprintf(hp->name, sizeof(hp->name), "vfio_pseries %s", dev_name(dev));
	hp->pe.name = hp->name;
	hp->pe.host = &ownership_host_ops;
	host_read_address(dev, dn, &hp->pe.addr);
	if (!hp->list || host_read_default(dn, &hp->pe.dflt.w)) {
		struct host_pe *none = ERR_PTR(hp->list ? -ENODEV : -ENOMEM);

		host_pe_free(hp);
		return none;
	}
	pe_init(&hp->pe);
	return hp;
}

struct host_pe *host_pe_get(struct device *dev)
{
	struct iommu_table_group *tg = dev_is_pci(dev) ? host_table_group(dev) : NULL;
	struct host_pe *hp;

	if (!tg)
		return ERR_PTR(-ENODEV);
	mutex_lock(&host_meet_lock);
	hp = host_find(tg);
	if (!hp) {
		hp = host_describe(dev, tg);
		if (!IS_ERR(hp)) {
			spin_lock(&host_lock);
			list_add_tail(&hp->link, &host_pes);
			spin_unlock(&host_lock);
		}
	}
	mutex_unlock(&host_meet_lock);
	return hp;
}

void host_pe_each(void (*fn)(struct host_pe *hp))
{
	struct host_pe *hp;

	mutex_lock(&host_meet_lock);
	list_for_each_entry(hp, &host_pes, link)
		fn(hp);
	mutex_unlock(&host_meet_lock);
}

void host_pe_forget_all(void)
{
	struct host_pe *hp, *next;

	list_for_each_entry_safe(hp, next, &host_pes, link) {
		list_del(&hp->link);
		host_pe_free(hp);
	}
}

int host_take(struct device *dev)
{
	struct host_pe *hp = host_pe_get(dev);
	int rc;

	if (IS_ERR(hp))
		return PTR_ERR(hp);
	if (!hp->pe.owned && !try_module_get(THIS_MODULE))
		return -ENODEV;
	if (!hp->pe.owned) {
		hp->dev = dev;
		rc = pe_take(&hp->pe);
		hp->dev = NULL;
		if (rc) {
			dev_warn(dev, "vfio_pseries: cannot be given to a user: %d\n", rc);
			module_put(THIS_MODULE);
			return rc;
		}
	}
	set_iommu_table_base(dev, NULL);
	return 0;
}

bool host_release(struct device *dev)
{
	struct host_pe *hp = host_pe_get(dev);
	bool owned = !IS_ERR(hp) && hp->pe.owned;

	if (owned) {
		hp->dev = dev;
		pe_release(&hp->pe);
		hp->dev = NULL;
		module_put(THIS_MODULE);
	}
	/* Every function of a PE, not only the first one. */
	if (!IS_ERR(hp) && !get_iommu_table_base(dev))
		set_iommu_table_base(dev, hp->group->tables[0]);
	return owned;
}

void host_isolate(struct pe *pe)
{
	struct host_pe *hp = to_host_pe(pe);
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (host_table_group(&pdev->dev) == hp->group)
			pci_clear_master(pdev);
}

int host_publish(struct pe *pe, u32 num, const struct hv_window *w)
{
	struct host_pe *hp = to_host_pe(pe);
	struct iommu_table *tbl = NULL;

	if (w) {
		tbl = lookup_table_get(&hp->retired, w);
		if (!tbl)
			return -ENOMEM;
	}
	if (hp->lookup[num])
		lookup_table_retire(&hp->retired, hp->lookup[num]);
	hp->lookup[num] = tbl;
	WRITE_ONCE(hp->group->tables[num], tbl);
	return 0;
}

void host_retire_tables(struct host_pe *hp)
{
	lookup_tables_put(&hp->retired);
}

static const char * const host_ddw_names[] = {
	"linux,direct64-ddr-window-info",
	"linux,dma64-ddr-window-info",
};

void host_find_ddw(struct host_pe *hp)
{
	const struct host_ddw_value *v;
	struct property *prop = NULL;
	size_t i;

	memset(&hp->ddw, 0, sizeof(hp->ddw));
	for (i = 0; i < ARRAY_SIZE(host_ddw_names) && !prop; i++)
		prop = of_find_property(hp->node, host_ddw_names[i], NULL);
	if (!prop || prop->length < (int)sizeof(*v))
		return;
	v = prop->value;
	hp->ddw.prop = prop;
	hp->ddw.direct = i == 1;
	hp->ddw.w.liobn = be32_to_cpu(v->liobn);
	hp->ddw.w.start = be64_to_cpu(v->start);
	hp->ddw.w.page_shift = be32_to_cpu(v->page_shift);
	hp->ddw.w.size = 1ULL << be32_to_cpu(v->window_shift);
	hp->ddw.valid = true;
}
