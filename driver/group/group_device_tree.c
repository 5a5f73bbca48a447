// SPDX-License-Identifier: GPL-2.0-only
/*
 * group_device_tree.c - PEs and their windows in the device tree.
 *
 * A PE, the kernel's table group, belongs to the device-tree node that has the default window's
 * property. Every PCI device below that node without a window of its own belongs to the PE. The
 * kernel adds a property there for a dynamic window that it has created.
 */
#include <linux/kernel.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/iommu.h>
#include <asm/pci-bridge.h>
#include "group/group.h"
#include "group/group_device_tree.h"

struct device_node *group_node(struct device *dev, const struct iommu_table_group *tg)
{
	struct device_node *dn = dev->of_node;

	while (dn && PCI_DN(dn) && PCI_DN(dn)->table_group != tg)
		dn = dn->parent;
	return dn && PCI_DN(dn) ? dn : NULL;
}

static int group_cells(struct device_node *dn, const char *name, int fallback)
{
	u32 cells;

	return of_property_read_u32(dn, name, &cells) ? fallback : cells;
}

/*
 * LoPAR "ibm,dma-window": LIOBN, bus address, size. Always 4 KiB pages. Where the host has
 * removed the window (a PE that can have one only), the property is still known.
 */
int group_read_default(struct device_node *dn, struct pe_window *d)
{
	int na = group_cells(dn, "ibm,#dma-address-cells", of_n_addr_cells(dn));
	int ns = group_cells(dn, "ibm,#dma-size-cells", of_n_size_cells(dn));
	const struct property *prop = of_find_property(dn, GROUP_DEFAULT_NAME, NULL);
	const __be32 *cell;

	d->present = prop;
	if (!prop)
		prop = ownership_removed_default(dn);
	if (!prop || prop->length < (1 + na + ns) * (int)sizeof(*cell))
		return -ENODEV;
	cell = prop->value;
	d->w.liobn = of_read_number(cell, 1);
	d->w.start = of_read_number(cell + 1, na);
	d->w.size = of_read_number(cell + 1 + na, ns);
	d->w.page_shift = IOMMU_PAGE_SHIFT_4K;
	return 0;
}

/* LoPAR "ibm,ddw-applicable": tokens; "ibm,ddw-extensions": count, then these. */
#define DDW_EXT_RESET		1
#define DDW_EXT_QUERY_WIDE	2
#define DDW_EXT_LIMITED		3

static u32 group_ddw_extension(struct device_node *dn, u32 ext)
{
	u32 count, value;

	if (of_property_read_u32_index(dn, "ibm,ddw-extensions", 0, &count) || count < ext)
		return 0;
	return of_property_read_u32_index(dn, "ibm,ddw-extensions", ext, &value) ? 0 : value;
}

void group_read_address(struct device *dev, struct device_node *dn, struct ddw_pe *addr)
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
	addr->token_reset = group_ddw_extension(dn, DDW_EXT_RESET);
	addr->wide_query = group_ddw_extension(dn, DDW_EXT_QUERY_WIDE) == 1;
	addr->limited = addr->token_reset && group_ddw_extension(dn, DDW_EXT_LIMITED) == 1;
}

static const char * const host_ddw_names[] = {
	"linux,direct64-ddr-window-info",
	"linux,dma64-ddr-window-info",
};

bool group_has_window(const struct device_node *dn)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(host_ddw_names); i++)
		if (of_find_property(dn, host_ddw_names[i], NULL))
			return true;
	return of_find_property(dn, GROUP_DEFAULT_NAME, NULL);
}

void group_find_ddw(struct group_pe *gp)
{
	const struct host_ddw_value *v;
	struct property *prop = NULL;
	size_t i;

	memset(&gp->ddw, 0, sizeof(gp->ddw));
	for (i = 0; i < ARRAY_SIZE(host_ddw_names) && !prop; i++)
		prop = of_find_property(gp->node, host_ddw_names[i], NULL);
	if (!prop || prop->length < (int)sizeof(*v))
		return;
	v = prop->value;
	gp->ddw.prop = prop;
	gp->ddw.direct = i == 1;
	gp->ddw.w.liobn = be32_to_cpu(v->liobn);
	gp->ddw.w.start = be64_to_cpu(v->start);
	gp->ddw.w.page_shift = be32_to_cpu(v->page_shift);
	gp->ddw.w.size = 1ULL << be32_to_cpu(v->window_shift);
	gp->ddw.valid = true;
}

/* For a copy that never was in the tree. */
static void group_property_free(struct property *p)
{
	kfree(p->name);
	kfree(p->value);
	kfree(p);
}

struct property *group_property_copy(const char *name, const struct property *from)
{
	struct property *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->name = kstrdup(name, GFP_KERNEL);
	p->value = kmemdup(from->value, from->length, GFP_KERNEL);
	p->length = from->length;
	if (p->name && p->value)
		return p;
	group_property_free(p);
	return NULL;
}

void group_property_added(struct property *p)
{
#ifdef CONFIG_OF_KOBJ
	if (!p->attr.attr.name)
		p->attr.attr.name = kstrdup(p->name, GFP_KERNEL | __GFP_NOFAIL);
#endif
}
