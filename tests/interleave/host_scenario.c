// SPDX-License-Identifier: GPL-2.0-only
/*
 * host_scenario.c - scenarios: the module is loaded or unloaded, a PE changes hands, debugfs is
 * read.
 */
#include <linux/errno.h>
#include <linux/vfio.h>
#include "compat/vfio_driver.h"
#include "group/group.h"
#include "group/group_list.h"
#include "kernel.h"
#include "partition.h"
#include "scenario.h"
#include "world.h"

#define WINDOW	(16 * 4 * KiB)

bool scenario_faulty;

static void booted(void)
{
	static struct model_personality small;

	small = model_qemu;
	small.pe.size = WINDOW;
	world_setup_on(&small);
	partition_setup();
}

static void loaded(void)
{
	booted();
	partition_load();
}

/* The same with another PE, whose node is first in the host's list. */
static void loaded_with_two(void)
{
	booted();
	partition_add_sole();
	partition_load();
}

/* Another driver's user has the PE when the module is loaded. */
static void claimed_before(void)
{
	booted();
	assert_int_equal(partition_claim(), 0);
	partition_load();
}

static void claimed(void)
{
	loaded();
	assert_int_equal(partition_claim(), 0);
}

/*
 * Opens a container and attaches the group, which fails if the module does not have the PE, or if
 * no user owns it any more.
 */
static void use(void)
{
	struct iommu_group *group = iommu_group_get(&partition_device[0].dev);
	void *container = kernel_vfio->open(VFIO_SPAPR_TCE_v2_IOMMU);

	if (IS_ERR(container))
		return;
	if (!kernel_vfio->attach_group(container, group, VFIO_IOMMU))
		kernel_vfio->detach_group(container, group);
	kernel_vfio->release(container);
}

/* Return: does the caller own the group now? */
static bool claim(void)
{
	int rc = partition_claim();

	if (rc != -EBUSY && rc != -ESHUTDOWN && !scenario_faulty)
		assert_int_equal(rc, 0);
	return !rc;
}

static void claim_unclaim(void)
{
	if (claim())
		partition_unclaim();
}

/* Uses a container, which holds the module. */
static void claim_use_unclaim(void)
{
	if (!claim())
		return;
	if (try_module_get(THIS_MODULE)) {
		partition_enter();
		use();
		partition_leave();
		module_put(THIS_MODULE);
	}
	partition_unclaim();
}

static void unload(void)
{
	partition_unload();
}

/* After a reboot nobody gets the PE any more. */
static void reboot(void)
{
	partition_reboot();
	assert_int_not_equal(partition_claim(), 0);
}

static void bind(void)
{
	partition_bus_event(BUS_NOTIFY_BIND_DRIVER, &partition_device[1].dev);
}

static void bind_and_go(void)
{
	bind();
	partition_bus_event(BUS_NOTIFY_DEL_DEVICE, &partition_device[1].dev);
}

static u32 tables_seen;

static void look_at_table(struct group_pe *gp, size_t i)
{
	struct host_table t;

	if (!group_table_read(gp, i, &t))
		return;
	tables_seen++;
	assert_false(gp->pe.owned);
	assert_int_equal(t.used, PARTITION_USED);
	assert_int_equal(t.w.size, 256 * 4 * KiB);
}

static int look_at(struct group_pe *gp, void *data)
{
	size_t i;

	mutex_lock(&gp->pe.lock);
	*(u32 *)data += gp->pe.owned;
	for (i = 0; i < IOMMU_TABLE_GROUP_MAX_TABLES; i++)
		look_at_table(gp, i);
	mutex_unlock(&gp->pe.lock);
	return 0;
}

/* Reads the files of debugfs. Each is open meanwhile, and debugfs_remove() waits for that. */
static void look(void)
{
	u32 owned = 0;

	if (!try_module_get(THIS_MODULE))
		return;
	partition_enter();
	group_each(look_at, &owned);
	partition_leave();
	module_put(THIS_MODULE);
}

/* Nobody disturbs the reader. */
static void look_and_see(void)
{
	tables_seen = 0;
	look();
	assert_int_equal(tables_seen, 1);
}

/* Nobody uses the module, so it can be unloaded, and the host has what it had at boot. */
static void all_gone(void)
{
	assert_true(partition_unload());
	partition_check();
}

void scenario_end(void)
{
}

const struct scenario scenarios[] = {
	{ "host_claim_unload", loaded, { claim_unclaim, unload }, all_gone },
	{ "host_use_unload", loaded, { claim_use_unclaim, unload }, all_gone },
	{ "host_claim_claim", loaded, { claim_unclaim, claim_unclaim }, all_gone },
	{ "host_claim_bind", loaded, { claim_unclaim, bind_and_go }, all_gone },
	{ "host_claim_bind_unload", loaded, { claim_unclaim, bind, unload }, all_gone },
	{ "host_use_reboot", loaded, { claim_use_unclaim, reboot }, all_gone },
	{ "host_claim_look", loaded, { claim_unclaim, look }, all_gone },
	{ "host_unclaim_bind", claimed, { partition_unclaim, bind_and_go }, all_gone },
	{ "host_unclaim_reboot", claimed, { partition_unclaim, reboot }, all_gone },
	{ "host_unclaim_unload", claimed, { partition_unclaim, unload }, all_gone },
	{ "host_bind_unload", loaded, { bind_and_go, unload }, all_gone },
	{ "host_look", loaded, { look_and_see }, all_gone },
	{ "host_look_unload", loaded, { look, unload }, all_gone },
	{ "host_look_node", loaded, { look, partition_node_goes }, all_gone },
	{ "host_look_sole_node", loaded_with_two, { look, partition_sole_node_goes }, all_gone },
	{ "host_unload_node", loaded_with_two, { unload, partition_sole_node_goes }, all_gone },
	{ "host_load_claim", booted, { partition_load, claim_unclaim }, all_gone },
	{ "host_load_unclaim", claimed_before, { partition_unclaim, bind, unload }, all_gone },
	{ "host_kvm_unload", loaded, { partition_kvm, unload }, all_gone },
	{ "host_kvm_claim", loaded, { partition_kvm, claim_unclaim }, all_gone },
	{ .name = NULL }
};
