// SPDX-License-Identifier: GPL-2.0-only
/*
 * group.c - PEs as the kernel knows them.
 *
 * A PE is what the kernel calls a table group (group_device_tree.c has where that hangs).
 * Descriptions are made when a PE is met for the first time and kept until the module goes.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include "debug/trace.h"
#include "group/group.h"
#include "group/group_device_tree.h"
#include "kvm/kvm_iommu.h"

/* Guards the list; taken inside everything else and never held over a sleep. */
static DEFINE_SPINLOCK(group_lock);

static LIST_HEAD(group_pes);

/* PEs that were found so far; guarded by group_lock. */
static u64 group_found;

/*
 * A node that goes, with its table group, waits here for whoever makes the core forget its PE. That
 * takes the IOMMU core's group mutex, which nobody has who waits for the node's end: the group's
 * devices have gone before. A lock would be in a circle with it by its class.
 */
static DECLARE_WAIT_QUEUE_HEAD(group_forgotten);

/* Describing two PEs at once could describe the same one twice. */
static DEFINE_MUTEX(group_meet_lock);

/*
 * One PE changes hands at a time. Taken inside the IOMMU core's group mutex and
 * outside of a PE's lock; guards struct group_pe's @dev and what follows.
 */
static DEFINE_MUTEX(group_owner_lock);
static bool group_closed;

static struct group_pe *group_find(const struct iommu_table_group *group)
{
	struct group_pe *gp, *found = NULL;

	spin_lock(&group_lock);
	list_for_each_entry(gp, &group_pes, link)
		if (gp->group == group)
			found = gp;
	spin_unlock(&group_lock);
	return found;
}

struct pe *group_pe_of_group(struct iommu_group *group)
{
	struct group_pe *gp = group_find(iommu_group_get_iommudata(group));

	return gp ? &gp->pe : NULL;
}

struct iommu_table_group *group_table_group(struct device *dev)
{
	struct iommu_group *group = iommu_group_get(dev);
	struct iommu_table_group *tg;

	if (!group)
		return NULL;
	tg = iommu_group_get_iommudata(group);
	iommu_group_put(group);
	return tg;
}

static void group_pe_free(struct kref *ref)
{
	struct group_pe *gp = container_of(ref, struct group_pe, ref);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gp->inert); i++)
		if (gp->inert[i])
			kvm_iommu_abandon(gp->inert[i]);
	of_node_put(gp->node);
	kfree(gp->list);
	kfree(gp);
}

static void group_pe_put(struct group_pe *gp)
{
	kref_put(&gp->ref, group_pe_free);
}

/* The first PE that was found after the @number-th, with a reference; NULL when there is none. */
static struct group_pe *group_after(u64 number)
{
	struct group_pe *gp, *found = NULL;

	spin_lock(&group_lock);
	list_for_each_entry(gp, &group_pes, link) {
		if (gp->number <= number)
			continue;
		kref_get(&gp->ref);
		found = gp;
		break;
	}
	spin_unlock(&group_lock);
	return found;
}

/* Others may leave the list meanwhile: a place in it would come to be another PE's. */
int group_each(int (*fn)(struct group_pe *gp, void *data), void *data)
{
	struct group_pe *gp;
	u64 number = 0;
	int rc = 0;

	while (!rc && (gp = group_after(number))) {
		number = gp->number;
		rc = fn(gp, data);
		group_pe_put(gp);
	}
	return rc;
}

/* Radix knows no pages above 1 GiB: nothing could fill a larger IOMMU page. */
static u64 group_unusable_pgsizes(void)
{
	return radix_enabled() ? ~((2ULL << 30) - 1) : 0;
}

static struct group_pe *group_describe(struct device *dev, struct iommu_table_group *tg)
{
	struct device_node *dn = group_node(dev, tg);
	struct group_pe *gp;

	if (!dn || !dev->of_node)
		return ERR_PTR(-ENODEV);
	gp = kzalloc(sizeof(*gp), GFP_KERNEL);
	if (!gp)
		return ERR_PTR(-ENOMEM);
	gp->list = kzalloc(HCALL_BATCH * sizeof(*gp->list), GFP_KERNEL);
	kref_init(&gp->ref);
	gp->group = tg;
	gp->node = of_node_get(dn);
	snprintf(gp->name, sizeof(gp->name), "vfio_pseries %s", dev_name(dev));
	gp->pe.name = gp->name;
	gp->pe.host = &ownership_host_ops;
	group_read_address(dev, dn, &gp->pe.addr);
	gp->pe.unusable = group_unusable_pgsizes();
	if (!gp->list || group_read_default(dn, &gp->pe.dflt)) {
		struct group_pe *none = ERR_PTR(gp->list ? -ENODEV : -ENOMEM);

		group_pe_put(gp);
		return none;
	}
	pe_init(&gp->pe);
	return gp;
}

struct group_pe *group_pe_get(struct device *dev)
{
	struct iommu_table_group *tg = dev_is_pci(dev) ? group_table_group(dev) : NULL;
	struct group_pe *gp;

	if (!tg)
		return ERR_PTR(-ENODEV);
	mutex_lock(&group_meet_lock);
	gp = group_find(tg);
	if (!gp) {
		gp = group_describe(dev, tg);
		if (!IS_ERR(gp)) {
			spin_lock(&group_lock);
			gp->number = ++group_found;
			list_add_tail(&gp->link, &group_pes);
			spin_unlock(&group_lock);
		}
	}
	mutex_unlock(&group_meet_lock);
	return gp;
}

/* With the lock of owners. A function that was met first may be gone by now. */
static int group_take_pe(struct group_pe *gp, struct device *dev)
{
	int rc;

	lockdep_assert_held(&group_owner_lock);
	if (gp->pe.owned)
		return 0;
	if (group_closed || !try_module_get(THIS_MODULE))
		return -ESHUTDOWN;
	group_read_address(dev, gp->node, &gp->pe.addr);
	gp->dev = dev;
	rc = pe_take(&gp->pe);
	trace_pe_take(gp->pe.addr.buid, gp->pe.addr.config_addr, rc);
	gp->dev = NULL;
	if (rc)
		module_put(THIS_MODULE);
	return rc;
}

/* The device that has the table of the host's dynamic window is to have it again. */
static void group_clear_base(struct group_pe *gp, struct device *dev)
{
	const struct iommu_table *base = get_iommu_table_base(dev);

	if (base && base == gp->aside[1])
		WRITE_ONCE(gp->wide, dev);
	set_iommu_table_base(dev, NULL);
}

int group_take(struct device *dev)
{
	struct group_pe *gp = group_pe_get(dev);
	int rc;

	if (IS_ERR(gp))
		return PTR_ERR(gp);
	mutex_lock(&group_owner_lock);
	rc = group_take_pe(gp, dev);
	mutex_unlock(&group_owner_lock);
	if (rc) {
		group_tables_inert(gp);
		dev_warn_ratelimited(dev, "vfio_pseries: cannot be given to a user: %d\n", rc);
	} else {
		group_clear_base(gp, dev);
	}
	return rc;
}

static bool group_release_pe(struct group_pe *gp, struct device *dev)
{
	lockdep_assert_held(&group_owner_lock);
	if (!gp->pe.owned)
		return false;
	gp->dev = dev;
	pe_release(&gp->pe);
	trace_pe_release(gp->pe.addr.buid, gp->pe.addr.config_addr);
	gp->dev = NULL;
	module_put(THIS_MODULE);
	return true;
}

/* Without a default window the dynamic one's table, if it has one, is the only one. */
static struct iommu_table *group_base(const struct group_pe *gp, const struct device *dev)
{
	struct iommu_table *const *tables = gp->group->tables;

	if (tables[1] && !gp->ddw.lost && (!tables[0] || dev == READ_ONCE(gp->wide)))
		return tables[1];
	return tables[0];
}

/*
 * Every function of a PE needs its table again, not only the first one. One that
 * was added meanwhile was given what it found in the group: a stand-in of ours.
 */
static void group_set_base(struct group_pe *gp, struct device *dev)
{
	const void *base = get_iommu_table_base(dev);

	if (!base || (base != gp->group->tables[0] && base != gp->group->tables[1]))
		set_iommu_table_base(dev, group_base(gp, dev));
}

bool group_release(struct device *dev)
{
	struct group_pe *gp = group_pe_get(dev);
	bool owned;

	if (IS_ERR(gp))
		return false;
	mutex_lock(&group_owner_lock);
	owned = group_release_pe(gp, dev);
	mutex_unlock(&group_owner_lock);
	if (owned)
		group_tables_inert(gp);
	group_set_base(gp, dev);
	return owned;
}

static struct group_pe *group_known(struct device *dev)
{
	struct iommu_table_group *tg = group_table_group(dev);

	return tg ? group_find(tg) : NULL;
}

void group_shutdown(void)
{
	struct pci_dev *pdev = NULL;

	mutex_lock(&group_owner_lock);
	group_closed = true;
	for_each_pci_dev(pdev) {
		struct group_pe *gp = group_known(&pdev->dev);

		if (!gp || !gp->pe.owned)
			continue;
		/* The host's windows must not be there for a user's commands. */
		group_isolate(&gp->pe);
		/* A user who could not be made to go may have calls that run on. */
		if (pe_in_use(&gp->pe))
			continue;
		gp->last = true;
		group_release_pe(gp, &pdev->dev);
	}
	mutex_unlock(&group_owner_lock);
}

static void group_meet(struct device *dev)
{
	struct group_pe *gp = group_pe_get(dev);

	if (!IS_ERR(gp) && ownership_meet(gp))
		group_tables_inert(gp);
}

/* Another device may come to have its address. It has left its group already. */
static void group_leaves(const struct device *dev)
{
	struct group_pe *gp;

	spin_lock(&group_lock);
	list_for_each_entry(gp, &group_pes, link)
		if (gp->wide == dev)
			WRITE_ONCE(gp->wide, NULL);
	spin_unlock(&group_lock);
}

/*
 * A PE that appears later is met before any driver of its device is; a driver
 * may then have made the kernel create a table.
 */
static int group_bus_event(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == BUS_NOTIFY_BIND_DRIVER || event == BUS_NOTIFY_BOUND_DRIVER)
		group_meet(data);
	if (event == BUS_NOTIFY_DEL_DEVICE)
		group_leaves(data);
	return NOTIFY_DONE;
}

static struct notifier_block group_bus_nb = {
	.notifier_call = group_bus_event,
};

/* Return: the PE of a node, which is in the list no more; NULL when there is none. */
static struct group_pe *group_unlist(const struct device_node *dn)
{
	struct group_pe *gp, *gone = NULL;

	spin_lock(&group_lock);
	list_for_each_entry(gp, &group_pes, link)
		if (gp->node == dn)
			gone = gp;
	if (gone)
		list_del_init(&gone->link);
	spin_unlock(&group_lock);
	return gone;
}

/* A node that goes takes its table group along; its devices are gone already. */
static int group_tree_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct of_reconfig_data *change = data;
	struct group_pe *gone;

	if (event != OF_RECONFIG_DETACH_NODE)
		return NOTIFY_DONE;
	gone = group_unlist(change->dn);
	if (!gone)
		return NOTIFY_DONE;
	wait_event(group_forgotten, !READ_ONCE(gone->held));
	group_pe_put(gone);
	return NOTIFY_DONE;
}

/* Before the kernel frees the table group, which is done at this event, too. */
static struct notifier_block group_tree_nb = {
	.notifier_call = group_tree_event,
	.priority = 1,
};

int group_init(void)
{
	struct pci_dev *pdev = NULL;
	int rc = of_reconfig_notifier_register(&group_tree_nb);

	if (rc)
		return rc;
	rc = bus_register_notifier(&pci_bus_type, &group_bus_nb);
	if (rc) {
		of_reconfig_notifier_unregister(&group_tree_nb);
		return rc;
	}
	for_each_pci_dev(pdev)
		group_meet(&pdev->dev);
	return 0;
}

/* Return: false when the table group may be gone; else it stays until it is let go. */
static bool group_hold_group(struct group_pe *gp, bool hold)
{
	bool listed;

	spin_lock(&group_lock);
	listed = !list_empty(&gp->link);
	WRITE_ONCE(gp->held, hold && listed);
	spin_unlock(&group_lock);
	return listed;
}

static int group_forget(struct group_pe *gp, void *data)
{
	if (group_hold_group(gp, true))
		ownership_forget(gp);
	group_hold_group(gp, false);
	wake_up_all(&group_forgotten);
	return 0;
}

/*
 * A call on behalf of one PE looks at all of them. So all are forgotten by the
 * core before the first one goes.
 */
void group_exit(void)
{
	struct group_pe *gp, *next;

	bus_unregister_notifier(&pci_bus_type, &group_bus_nb);
	group_each(group_forget, NULL);
	of_reconfig_notifier_unregister(&group_tree_nb);
	group_tables_end();
	list_for_each_entry_safe(gp, next, &group_pes, link) {
		list_del(&gp->link);
		group_pe_put(gp);
	}
}

void group_isolate(struct pe *pe)
{
	struct group_pe *gp = to_group_pe(pe);
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (group_table_group(&pdev->dev) == gp->group)
			pci_clear_master(pdev);
}

int group_publish(struct pe *pe, u32 num, struct kvm_table *kvm)
{
	/* KVM looks without a lock: it must not see the pointer before what is there. */
	smp_store_release(&to_group_pe(pe)->group->tables[num], kvm_iommu_table(kvm));
	return 0;
}
