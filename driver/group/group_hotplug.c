// SPDX-License-Identifier: GPL-2.0-only
/*
 * group_hotplug.c - PEs and devices that come and go: PCI hotplug, DLPAR, module load and unload.
 *
 * A PE is first seen with its first device, before a driver is bound to that. Its devices leave
 * it one by one. The PE ends with its node in the device tree, and so does the table group.
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
 * The removal of a node, with its table group, waits here while the core is made to forget the
 * node's PE. That takes the IOMMU core's group mutex. No thread that waits for the node's end
 * holds it: the group's devices have left before. A lock here would form a cycle with the mutex,
 * by its lock class.
 */
static DECLARE_WAIT_QUEUE_HEAD(group_forgotten);

static void group_meet(struct device *dev)
{
	struct group_pe *gp = group_pe_get(dev);

	if (!IS_ERR(gp) && ownership_meet(gp))
		group_tables_inert(gp);
}

/*
 * A PE that appears later is seen before a driver is bound to its device, and again after that:
 * the driver may have made the kernel create a table.
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

/* A node is removed, and its table group with it; its devices have left before. */
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

/* Runs before the kernel frees the table group, which it does at this event, too. */
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
 * A call for one PE looks at all PEs. So the core is made to forget all of them before the first
 * one is freed.
 */
void group_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &group_bus_nb);
	group_each(group_forget, NULL);
	of_reconfig_notifier_unregister(&group_tree_nb);
	group_tables_end();
	group_list_end();
}
