// SPDX-License-Identifier: GPL-2.0-only
/*
 * group_hotplug.c - PEs and devices that come and go: PCI hotplug, DLPAR, the module's own life.
 *
 * A PE is met with the first of its devices, before a driver has bound to that. Its devices leave
 * it one by one; it goes with its node in the device tree, which takes the table group along.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/wait.h>
#include "group/group.h"
#include "group/group_list.h"

/*
 * A node that goes, with its table group, waits here for whoever makes the core forget its PE. That
 * takes the IOMMU core's group mutex, which nobody has who waits for the node's end: the group's
 * devices have gone before. A lock would be in a circle with it by its class.
 */
static DECLARE_WAIT_QUEUE_HEAD(group_forgotten);

static void group_meet(struct device *dev)
{
	struct group_pe *gp = group_pe_get(dev);

	if (!IS_ERR(gp) && ownership_meet(gp))
		group_tables_inert(gp);
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
		group_list_forget_device(data);
	return NOTIFY_DONE;
}

static struct notifier_block group_bus_nb = {
	.notifier_call = group_bus_event,
};

/* A node that goes takes its table group along; its devices are gone already. */
static int group_tree_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct of_reconfig_data *change = data;
	struct group_pe *gone;

	if (event != OF_RECONFIG_DETACH_NODE)
		return NOTIFY_DONE;
	gone = group_list_remove(change->dn);
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

static int group_forget(struct group_pe *gp, void *data)
{
	if (group_list_hold(gp, true))
		ownership_forget(gp);
	group_list_hold(gp, false);
	wake_up_all(&group_forgotten);
	return 0;
}

/*
 * A call on behalf of one PE looks at all of them. So all are forgotten by the
 * core before the first one goes.
 */
void group_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &group_bus_nb);
	group_each(group_forget, NULL);
	of_reconfig_notifier_unregister(&group_tree_nb);
	group_tables_end();
	group_list_end();
}
