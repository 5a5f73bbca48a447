// SPDX-License-Identifier: GPL-2.0-only
/*
 * ownership_windows.c - the host's windows, where the kernel cannot give them up.
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
 * freed, so the list's pointer stays good. The very same property comes back, by a
 * changeset, which alone takes it off the list of removed ones: a copy each time
 * would never be freed either, and a user can make a PE change hands without end;
 * and the list would know nothing of it when the module is loaded anew.
 * From then on nobody but this file makes or removes the host's window, so what is
 * known of it does not depend on the tree.
 *
 * A PE that can have one window only (an SR-IOV function) has no default window
 * once the kernel has made that one a dynamic one: it has removed the window, its
 * property and its table. The property is then found among the removed ones. The
 * user gets the default window, and when the host comes back it makes room for
 * the host's again. Its table is gone for good: should the host's window not come
 * back, its driver gets no DMA until it does.
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
 * The kernel computes 1 << (window_shift - PAGE_SHIFT), and takes a window that
 * is smaller than RAM for one that is no direct one.
 */
static void ddw_hide(struct host_pe *hp)
{
	struct host_ddw_value *v = hp->listed;

	WRITE_ONCE(v->liobn, cpu_to_be32(LIOBN_NONE));
	WRITE_ONCE(v->window_shift, cpu_to_be32(PAGE_SHIFT));
	memory_notifier_barrier();
	/* It is not there when it could not be put back; that is no matter here. */
	of_remove_property(hp->node, hp->ddw.prop);
}

/* A property that was removed comes back. Only a kernel started by kexec misses it. */
static void describe(struct host_pe *hp, struct property *prop)
{
	struct of_changeset set;
	int rc;

	of_changeset_init(&set);
	rc = of_changeset_add_property(&set, hp->node, prop);
	if (!rc)
		rc = of_changeset_apply(&set);
	of_changeset_destroy(&set);
	if (!rc)
		host_property_added(prop);
	else
		dev_warn(hp->dev, "vfio_pseries: %s is lost\n", prop->name);
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
	describe(hp, hp->ddw.prop);
}

static int ddw_put(struct host_pe *hp, u64 page, u32 n)
{
	const struct hv_window *w = &hp->ddw.w;
	u64 ioba = w->start + (page << w->page_shift);
	u32 i;
	int rc;

	for (i = 0; i < n; i++)
		hp->list[i] = cpu_to_be64((page + i) << w->page_shift | PAPR_TCE_PERM);
	rc = hv_patiently(hv_put(w->liobn, ioba, w->page_shift, hp->list, n));
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

/* A window that the host cannot have after all: whatever says that it is gone will do. */
static void ddw_drop(struct host_pe *hp, const struct hv_window *w)
{
	if (!hv_drop(&hp->pe.addr, w, false))
		return;
	if (hv_remove(&hp->pe.addr, w->liobn) && hv_exists(w->liobn, w->start))
		pe_leave_behind(&hp->pe, w);
}

static int ddw_create(struct host_pe *hp)
{
	struct hv_window w;
	int rc;

	rc = hv_create(&hp->pe.addr, hp->ddw.w.page_shift, ilog2(hp->ddw.w.size), &w);
	if (rc)
		return rc;
	rc = hv_clear(&w, false);
	if (rc)
		ddw_drop(hp, &w);
	else
		hp->ddw.w = w;
	return rc;
}

/* Empty the host's window and remove it. On error it is as it was. */
static int ddw_leave(struct host_pe *hp)
{
	int rc;

	ddw_hide(hp);
	rc = hv_drop(&hp->pe.addr, &hp->ddw.w, true);
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
	ddw_drop(hp, &hp->ddw.w);
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

struct property *ownership_removed_default(struct device_node *dn)
{
	struct property *p = READ_ONCE(dn->deadprops);

	/* Nothing leaves this list but with the node, and by way of describe(). */
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
	struct property *removed = ownership_removed_default(hp->node);

	if (!default_described(hp) && removed)
		describe(hp, removed);
}

/* The default window makes room for the host's. A remove may fail and have taken effect. */
static int default_away(struct host_pe *hp)
{
	const struct hv_window *w = &hp->pe.dflt.w;

	return hv_exists(w->liobn, w->start) ? hv_remove(&hp->pe.addr, w->liobn) : 0;
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

	if (!hp->listed)
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
	/* Somebody may have taken it out of the tree meanwhile. */
	default_describe(hp);
	/*
	 * A kernel started by kexec does not know of a window that its device tree
	 * was made without, and would find no room for its own.
	 */
	if (!hp->ddw.valid || hp->last)
		return;
	if (hp->single) {
		twice(default_away, hp);
		pe->dflt.present = false;
	}
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

#endif
