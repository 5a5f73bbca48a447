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
static DEFINE_SPINLOCK(host_lock);

static LIST_HEAD(host_pes);

/* PEs that were found so far; guarded by host_lock. */
static u64 host_found;

/*
 * A node that goes, with its table group, waits here for whoever makes the core forget its PE. That
 * takes the IOMMU core's group mutex, which nobody has who waits for the node's end: the group's
 * devices have gone before. A lock would be in a circle with it by its class.
 */
static DECLARE_WAIT_QUEUE_HEAD(host_forgotten);

/* Describing two PEs at once could describe the same one twice. */
static DEFINE_MUTEX(host_meet_lock);

/*
 * One PE changes hands at a time. Taken inside the IOMMU core's group mutex and
 * outside of a PE's lock; guards struct host_pe's @dev and what follows.
 */
static DEFINE_MUTEX(host_owner_lock);
static bool host_closed;

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

struct iommu_table_group *host_table_group(struct device *dev)
{
	struct iommu_group *group = iommu_group_get(dev);
	struct iommu_table_group *tg;

	if (!group)
		return NULL;
	tg = iommu_group_get_iommudata(group);
	iommu_group_put(group);
	return tg;
}

static void host_pe_free(struct kref *ref)
{
	struct host_pe *hp = container_of(ref, struct host_pe, ref);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hp->inert); i++)
		if (hp->inert[i])
			lookup_abandon(hp->inert[i]);
	of_node_put(hp->node);
	kfree(hp->list);
	kfree(hp);
}

static void host_pe_put(struct host_pe *hp)
{
	kref_put(&hp->ref, host_pe_free);
}

/* The first PE that was found after the @number-th, with a reference; NULL when there is none. */
static struct host_pe *host_after(u64 number)
{
	struct host_pe *hp, *found = NULL;

	spin_lock(&host_lock);
	list_for_each_entry(hp, &host_pes, link) {
		if (hp->number <= number)
			continue;
		kref_get(&hp->ref);
		found = hp;
		break;
	}
	spin_unlock(&host_lock);
	return found;
}

/* Others may leave the list meanwhile: a place in it would come to be another PE's. */
int host_each(int (*fn)(struct host_pe *hp, void *data), void *data)
{
	struct host_pe *hp;
	u64 number = 0;
	int rc = 0;

	while (!rc && (hp = host_after(number))) {
		number = hp->number;
		rc = fn(hp, data);
		host_pe_put(hp);
	}
	return rc;
}

/* Radix knows no pages above 1 GiB: nothing could fill a larger IOMMU page. */
static u64 host_unusable_pgsizes(void)
{
	return radix_enabled() ? ~((2ULL << 30) - 1) : 0;
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
	kref_init(&hp->ref);
	hp->group = tg;
	hp->node = of_node_get(dn);
	snprintf(hp->name, sizeof(hp->name), "vfio_pseries %s", dev_name(dev));
	hp->pe.name = hp->name;
	hp->pe.host = &ownership_host_ops;
	host_read_address(dev, dn, &hp->pe.addr);
	hp->pe.unusable = host_unusable_pgsizes();
	if (!hp->list || host_read_default(dn, &hp->pe.dflt)) {
		struct host_pe *none = ERR_PTR(hp->list ? -ENODEV : -ENOMEM);

		host_pe_put(hp);
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
			hp->number = ++host_found;
			list_add_tail(&hp->link, &host_pes);
			spin_unlock(&host_lock);
		}
	}
	mutex_unlock(&host_meet_lock);
	return hp;
}

/* With the lock of owners. A function that was met first may be gone by now. */
static int host_take_pe(struct host_pe *hp, struct device *dev)
{
	int rc;

	lockdep_assert_held(&host_owner_lock);
	if (hp->pe.owned)
		return 0;
	if (host_closed || !try_module_get(THIS_MODULE))
		return -ESHUTDOWN;
	host_read_address(dev, hp->node, &hp->pe.addr);
	hp->dev = dev;
	rc = pe_take(&hp->pe);
	trace_pe_take(hp->pe.addr.buid, hp->pe.addr.config_addr, rc);
	hp->dev = NULL;
	if (rc)
		module_put(THIS_MODULE);
	return rc;
}

/* The device that has the table of the host's dynamic window is to have it again. */
static void host_clear_base(struct host_pe *hp, struct device *dev)
{
	const struct iommu_table *base = get_iommu_table_base(dev);

	if (base && base == hp->aside[1])
		WRITE_ONCE(hp->wide, dev);
	set_iommu_table_base(dev, NULL);
}

int host_take(struct device *dev)
{
	struct host_pe *hp = host_pe_get(dev);
	int rc;

	if (IS_ERR(hp))
		return PTR_ERR(hp);
	mutex_lock(&host_owner_lock);
	rc = host_take_pe(hp, dev);
	mutex_unlock(&host_owner_lock);
	if (rc) {
		host_tables_inert(hp);
		dev_warn_ratelimited(dev, "vfio_pseries: cannot be given to a user: %d\n", rc);
	} else {
		host_clear_base(hp, dev);
	}
	return rc;
}

static bool host_release_pe(struct host_pe *hp, struct device *dev)
{
	lockdep_assert_held(&host_owner_lock);
	if (!hp->pe.owned)
		return false;
	hp->dev = dev;
	pe_release(&hp->pe);
	trace_pe_release(hp->pe.addr.buid, hp->pe.addr.config_addr);
	hp->dev = NULL;
	module_put(THIS_MODULE);
	return true;
}

/* Without a default window the dynamic one's table, if it has one, is the only one. */
static struct iommu_table *host_base(const struct host_pe *hp, const struct device *dev)
{
	struct iommu_table *const *tables = hp->group->tables;

	if (tables[1] && !hp->ddw.lost && (!tables[0] || dev == READ_ONCE(hp->wide)))
		return tables[1];
	return tables[0];
}

/*
 * Every function of a PE needs its table again, not only the first one. One that
 * was added meanwhile was given what it found in the group: a stand-in of ours.
 */
static void host_set_base(struct host_pe *hp, struct device *dev)
{
	const void *base = get_iommu_table_base(dev);

	if (!base || (base != hp->group->tables[0] && base != hp->group->tables[1]))
		set_iommu_table_base(dev, host_base(hp, dev));
}

bool host_release(struct device *dev)
{
	struct host_pe *hp = host_pe_get(dev);
	bool owned;

	if (IS_ERR(hp))
		return false;
	mutex_lock(&host_owner_lock);
	owned = host_release_pe(hp, dev);
	mutex_unlock(&host_owner_lock);
	if (owned)
		host_tables_inert(hp);
	host_set_base(hp, dev);
	return owned;
}

static struct host_pe *host_known(struct device *dev)
{
	struct iommu_table_group *tg = host_table_group(dev);

	return tg ? host_find(tg) : NULL;
}

void host_shutdown(void)
{
	struct pci_dev *pdev = NULL;

	mutex_lock(&host_owner_lock);
	host_closed = true;
	for_each_pci_dev(pdev) {
		struct host_pe *hp = host_known(&pdev->dev);

		if (!hp || !hp->pe.owned)
			continue;
		/* The host's windows must not be there for a user's commands. */
		host_isolate(&hp->pe);
		/* A user who could not be made to go may have calls that run on. */
		if (pe_in_use(&hp->pe))
			continue;
		hp->last = true;
		host_release_pe(hp, &pdev->dev);
	}
	mutex_unlock(&host_owner_lock);
}

/* With the PE's lock. The table that was inert in this place until now, if it left. */
static struct iommu_table *host_table_inert(struct host_pe *hp, size_t i)
{
	struct iommu_table *tbl = hp->group->tables[i];
	struct iommu_table *had = hp->inert[i];

	lockdep_assert_held(&hp->pe.lock);
	if (tbl == had)
		return NULL;
	hp->inert[i] = lookup_make_inert(tbl);
	return had;
}

void host_tables_inert(struct host_pe *hp)
{
	struct iommu_table *left[IOMMU_TABLE_GROUP_MAX_TABLES] = { };
	size_t i;

	/* A take frees tables, with this lock. */
	mutex_lock(&hp->pe.lock);
	for (i = 0; i < ARRAY_SIZE(left) && !hp->pe.owned; i++)
		left[i] = host_table_inert(hp, i);
	mutex_unlock(&hp->pe.lock);
	for (i = 0; i < ARRAY_SIZE(left); i++)
		if (left[i])
			lookup_abandon(left[i]);
}

static void host_meet(struct device *dev)
{
	struct host_pe *hp = host_pe_get(dev);

	if (!IS_ERR(hp) && ownership_meet(hp))
		host_tables_inert(hp);
}

/* Another device may come to have its address. It has left its group already. */
static void host_leaves(const struct device *dev)
{
	struct host_pe *hp;

	spin_lock(&host_lock);
	list_for_each_entry(hp, &host_pes, link)
		if (hp->wide == dev)
			WRITE_ONCE(hp->wide, NULL);
	spin_unlock(&host_lock);
}

/*
 * A PE that appears later is met before any driver of its device is; a driver
 * may then have made the kernel create a table.
 */
static int host_bus_event(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == BUS_NOTIFY_BIND_DRIVER || event == BUS_NOTIFY_BOUND_DRIVER)
		host_meet(data);
	if (event == BUS_NOTIFY_DEL_DEVICE)
		host_leaves(data);
	return NOTIFY_DONE;
}

static struct notifier_block host_bus_nb = {
	.notifier_call = host_bus_event,
};

/* Return: the PE of a node, which is in the list no more; NULL when there is none. */
static struct host_pe *host_unlist(const struct device_node *dn)
{
	struct host_pe *hp, *gone = NULL;

	spin_lock(&host_lock);
	list_for_each_entry(hp, &host_pes, link)
		if (hp->node == dn)
			gone = hp;
	if (gone)
		list_del_init(&gone->link);
	spin_unlock(&host_lock);
	return gone;
}

/* A node that goes takes its table group along; its devices are gone already. */
static int host_tree_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct of_reconfig_data *change = data;
	struct host_pe *gone;

	if (event != OF_RECONFIG_DETACH_NODE)
		return NOTIFY_DONE;
	gone = host_unlist(change->dn);
	if (!gone)
		return NOTIFY_DONE;
	wait_event(host_forgotten, !READ_ONCE(gone->held));
	host_pe_put(gone);
	return NOTIFY_DONE;
}

/* Before the kernel frees the table group, which is done at this event, too. */
static struct notifier_block host_tree_nb = {
	.notifier_call = host_tree_event,
	.priority = 1,
};

int host_init(void)
{
	struct pci_dev *pdev = NULL;
	int rc = of_reconfig_notifier_register(&host_tree_nb);

	if (rc)
		return rc;
	rc = bus_register_notifier(&pci_bus_type, &host_bus_nb);
	if (rc) {
		of_reconfig_notifier_unregister(&host_tree_nb);
		return rc;
	}
	for_each_pci_dev(pdev)
		host_meet(&pdev->dev);
	return 0;
}

/* Return: false when the table group may be gone; else it stays until it is let go. */
static bool host_hold_group(struct host_pe *hp, bool hold)
{
	bool listed;

	spin_lock(&host_lock);
	listed = !list_empty(&hp->link);
	WRITE_ONCE(hp->held, hold && listed);
	spin_unlock(&host_lock);
	return listed;
}

static int host_forget(struct host_pe *hp, void *data)
{
	if (host_hold_group(hp, true))
		ownership_forget(hp);
	host_hold_group(hp, false);
	wake_up_all(&host_forgotten);
	return 0;
}

static int host_tables_normal(struct host_pe *hp, void *data)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hp->inert); i++)
		if (hp->inert[i])
			lookup_make_normal(hp->inert[i]);
	return 0;
}

static int host_tables_put(struct host_pe *hp, void *data)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hp->inert); i++) {
		if (hp->inert[i])
			iommu_tce_table_put(hp->inert[i]);
		hp->inert[i] = NULL;
	}
	return 0;
}

/*
 * A call on behalf of one PE looks at all of them. So all are forgotten by the
 * core before the first one goes; KVM has no lock and is waited for.
 */
void host_exit(void)
{
	struct host_pe *hp, *next;

	bus_unregister_notifier(&pci_bus_type, &host_bus_nb);
	host_each(host_forget, NULL);
	of_reconfig_notifier_unregister(&host_tree_nb);
	host_each(host_tables_normal, NULL);
	lookup_wait();
	host_each(host_tables_put, NULL);
	list_for_each_entry_safe(hp, next, &host_pes, link) {
		list_del(&hp->link);
		host_pe_put(hp);
	}
}

void host_isolate(struct pe *pe)
{
	struct host_pe *hp = to_host_pe(pe);
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (host_table_group(&pdev->dev) == hp->group)
			pci_clear_master(pdev);
}

int host_publish(struct pe *pe, u32 num, struct lend *lend)
{
	/* KVM looks without a lock: it must not see the pointer before what is there. */
	smp_store_release(&to_host_pe(pe)->group->tables[num], lookup_table(lend));
	return 0;
}
