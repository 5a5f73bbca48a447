// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_host_windows.c - the host's windows, where the kernel cannot give them up.
 *
 * The kernel keeps a static list of the dynamic windows that it created. Its memory notifier
 * walks the list to map added memory. Nobody can edit the list, but its entries point at the
 * value of the window's device-tree property. While a user owns the PE, that value names a table
 * that does not exist. So nothing that the kernel does reaches a user's window, even one with the
 * same LIOBN; the kernel itself refuses memory that is added meanwhile. When the host gets the PE
 * back, its window is created again, then the value is published, and then all RAM is mapped. In
 * this order, memory added in between is not missed.
 *
 * The property itself leaves the tree meanwhile, or a kernel started by kexec would take its
 * value for a window. A property that is removed from the tree is never freed, so the list's
 * pointer stays valid. The same property is added again later, by a changeset: only that takes it
 * off the list of removed ones. A new copy each time would never be freed either, and a user can
 * make a PE change hands without end. Also, the list would not know the copy when the module is
 * loaded again. From then on only this file makes or removes the host's window, so what is known
 * of it does not depend on the tree.
 *
 * A PE that can have one window only (an SR-IOV function) has no default window once the kernel
 * has replaced it by a dynamic one: the kernel has removed the window, its property and its
 * table. The property is then found among the removed ones. The user gets the default window.
 * When the host gets the PE back, that window is removed for the host's. The default window's
 * table is gone for good: if the host's window cannot be made again, its driver gets no DMA until
 * it can.
 */
#include "ownership.h"
#ifndef OWNERSHIP_DEVICE

#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/log2.h>
#include <linux/memory.h>
#include <linux/string.h>
#include "group/group.h"
#include "group/group_device_tree.h"

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
 * PAGE_SHIFT is the smallest value: the kernel computes 1 << (window_shift - PAGE_SHIFT). It does
 * not take a window that is smaller than RAM for a direct one.
 */
static void ddw_hide(struct group_pe *gp)
{
	struct host_ddw_value *v = gp->listed;

	WRITE_ONCE(v->liobn, cpu_to_be32(LIOBN_NONE));
	WRITE_ONCE(v->window_shift, cpu_to_be32(PAGE_SHIFT));
	memory_notifier_barrier();
	/* It is missing when it could not be put back before, which does not matter here. */
	of_remove_property(gp->node, gp->ddw.prop);
}

/* Add a removed property again. If that fails, only a kernel started by kexec misses it. */
static void describe(struct group_pe *gp, struct property *prop)
{
	struct of_changeset set;
	int rc;

	of_changeset_init(&set);
	rc = of_changeset_add_property(&set, gp->node, prop);
	if (!rc)
		rc = of_changeset_apply(&set);
	of_changeset_destroy(&set);
	if (!rc)
		group_property_added(prop);
	else
		dev_warn(gp->dev, "vfio_pseries: %s is lost\n", prop->name);
}

static void ddw_publish(struct group_pe *gp)
{
	struct host_ddw_value *v = gp->listed;

	v->start = cpu_to_be64(gp->ddw.w.start);
	v->page_shift = cpu_to_be32(gp->ddw.w.page_shift);
	WRITE_ONCE(v->window_shift, cpu_to_be32(ilog2(gp->ddw.w.size)));
	/* The geometry has to be right before a notifier finds the table. */
	smp_wmb();
	WRITE_ONCE(v->liobn, cpu_to_be32(gp->ddw.w.liobn));
	describe(gp, gp->ddw.prop);
}

static int ddw_put(struct group_pe *gp, u64 page, u32 n)
{
	const struct dma_window *w = &gp->ddw.w;
	u64 ioba = w->start + (page << w->page_shift);
	u32 i;
	int rc;

	for (i = 0; i < n; i++)
		gp->list[i] = cpu_to_be64((page + i) << w->page_shift | PAPR_TCE_PERM);
	rc = hcall_patiently(hcall_put(w->liobn, ioba, w->page_shift, gp->list, n));
	return rc > 0 ? -EIO : rc;
}

/* Map one range of RAM at bus address = window start + physical address. */
static int ddw_map_range(unsigned long pfn, unsigned long nr, void *data)
{
	struct group_pe *gp = data;
	u32 shift = gp->ddw.w.page_shift;
	u64 page = ((u64)pfn << PAGE_SHIFT) >> shift;
	u64 end = ((((u64)pfn + nr) << PAGE_SHIFT) + (1ULL << shift) - 1) >> shift;

	while (page < end) {
		u32 n = min_t(u64, end - page, HCALL_BATCH);
		int rc = ddw_put(gp, page, n);

		if (rc)
			return rc;
		page += n;
	}
	return 0;
}

static int ddw_map_ram(struct group_pe *gp)
{
	return walk_system_ram_range(0, gp->ddw.w.size >> PAGE_SHIFT, gp, ddw_map_range);
}

/* Try twice: a single refusal is no reason to leave the host without its window. */
static int twice(int (*step)(struct group_pe *gp), struct group_pe *gp)
{
	return step(gp) ? step(gp) : 0;
}

/* A window that is not direct has a table of the kernel's: set its place. */
static void ddw_move_table(struct group_pe *gp)
{
	struct iommu_table *tbl = gp->group->tables[1];

	if (gp->ddw.direct || !tbl)
		return;
	tbl->it_index = gp->ddw.w.liobn;
	tbl->it_offset = gp->ddw.w.start >> gp->ddw.w.page_shift;
}

/* Remove a window that the host cannot have after all. One sign that it is gone is enough. */
static void host_ddw_drop(struct group_pe *gp, const struct dma_window *w)
{
	if (!ddw_drop(&gp->pe.addr, w, false))
		return;
	if (ddw_remove(&gp->pe.addr, w->liobn) && hcall_exists(w->liobn, w->start))
		pe_leave_behind(&gp->pe, w);
}

static int host_ddw_create(struct group_pe *gp)
{
	struct dma_window w;
	int rc;

	rc = ddw_create(&gp->pe.addr, gp->ddw.w.page_shift, ilog2(gp->ddw.w.size), &w);
	if (rc)
		return rc;
	rc = hcall_clear(&w, false);
	if (rc)
		host_ddw_drop(gp, &w);
	else
		gp->ddw.w = w;
	return rc;
}

/* Empty the host's window and remove it. On error the window is as it was. */
static int ddw_leave(struct group_pe *gp)
{
	int rc;

	ddw_hide(gp);
	rc = ddw_drop(&gp->pe.addr, &gp->ddw.w, true);
	if (!rc)
		return 0;
	ddw_publish(gp);
	if (gp->ddw.direct && twice(ddw_map_ram, gp))
		dev_err(gp->dev, "vfio_pseries: cannot map RAM in the host's window again\n");
	return rc;
}

/*
 * Without its window the host uses the default one: slower, but it works. The kernel never tries
 * again by itself; we try the next time that the host gets the PE back.
 */
static void ddw_back(struct group_pe *gp)
{
	int rc = twice(host_ddw_create, gp);

	gp->ddw.lost = rc;
	if (rc) {
		dev_warn(gp->dev, "vfio_pseries: no 64-bit window for the host: %d\n", rc);
		return;
	}
	ddw_move_table(gp);
	ddw_publish(gp);
	if (gp->ddw.direct)
		rc = twice(ddw_map_ram, gp);
	if (!rc)
		return;
	dev_warn(gp->dev, "vfio_pseries: cannot map RAM in the host's window: %d\n", rc);
	gp->ddw.lost = true;
	ddw_hide(gp);
	host_ddw_drop(gp, &gp->ddw.w);
}

static void tables_aside(struct group_pe *gp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gp->aside); i++) {
		gp->aside[i] = gp->group->tables[i];
		WRITE_ONCE(gp->group->tables[i], NULL);
	}
}

static void tables_back(struct group_pe *gp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gp->aside); i++)
		WRITE_ONCE(gp->group->tables[i], gp->aside[i]);
}

struct property *ownership_removed_default(struct device_node *dn)
{
	struct property *p = READ_ONCE(dn->deadprops);

	/* A property leaves this list only with its node, or by describe(). */
	while (p && strcmp(p->name, GROUP_DEFAULT_NAME))
		p = p->next;
	return p;
}

static struct property *default_described(struct group_pe *gp)
{
	return of_find_property(gp->node, GROUP_DEFAULT_NAME, NULL);
}

/* Without it a device that is added meanwhile has no group, and a kexec kernel no DMA. */
static void default_describe(struct group_pe *gp)
{
	struct property *removed = ownership_removed_default(gp->node);

	if (!default_described(gp) && removed)
		describe(gp, removed);
}

/* Remove the default window for the host's. A remove may fail and still have taken effect. */
static int default_away(struct group_pe *gp)
{
	const struct dma_window *w = &gp->pe.dflt.w;

	return hcall_exists(w->liobn, w->start) ? ddw_remove(&gp->pe.addr, w->liobn) : 0;
}

/* If the host has its window, remove the default one's property; else bring that one back. */
static void default_settle(struct group_pe *gp)
{
	struct pe_window *d = &gp->pe.dflt;
	struct property *prop = default_described(gp);

	if (gp->ddw.lost)
		d->present = !ddw_reset(&gp->pe.addr) && !hcall_clear(&d->w, false);
	else if (prop)
		of_remove_property(gp->node, prop);
}

static int ownership_leave(struct pe *pe)
{
	struct group_pe *gp = to_group_pe(pe);
	int rc = 0;

	if (!gp->listed)
		group_find_ddw(gp);
	if (gp->ddw.valid && !gp->listed)
		gp->listed = gp->ddw.prop->value;
	gp->single |= !default_described(gp);
	if (gp->ddw.valid && !gp->ddw.lost)
		rc = ddw_leave(gp);
	if (rc)
		return rc;
	if (gp->single) {
		default_describe(gp);
		pe->dflt.present = false;
	}
	tables_aside(gp);
	return 0;
}

static void ownership_back(struct pe *pe)
{
	struct group_pe *gp = to_group_pe(pe);

	tables_back(gp);
	/* Somebody may have removed it from the tree meanwhile. */
	default_describe(gp);
	/*
	 * The device tree of a kernel started by kexec was made without this window: it would not
	 * know of the window, and find no room for its own.
	 */
	if (!gp->ddw.valid || gp->last)
		return;
	if (gp->single) {
		twice(default_away, gp);
		pe->dflt.present = false;
	}
	ddw_back(gp);
	if (gp->single)
		default_settle(gp);
}

const struct host_ops ownership_host_ops = {
	.leave		= ownership_leave,
	.back		= ownership_back,
	.publish	= group_publish,
	.isolate	= group_isolate,
};

#endif
