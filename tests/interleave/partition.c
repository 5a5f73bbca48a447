// SPDX-License-Identifier: GPL-2.0-only
/*
 * partition.c - a kernel around the host's side of a PE, with the real kernel's locks.
 *
 * The group's mutex is held around take and release, and a chain's lock around its calls and
 * around unregistering. rmmod begins in one step when nobody holds a reference, and after that
 * nobody gets one. The scenarios test that this is enough: after the module is gone, no thread is
 * in it or enters it.
 */
#include <linux/errno.h>
#include "group/group.h"
#include "kvm/kvm_iommu.h"
#include "schedule.h"
#include "world.h"

/* --- the module --- */

static struct {
	bool there;
	bool going;
	u32 refs;
	u32 inside;
} module;

bool try_module_get(struct module *m)
{
	SHIM_PLACE(&module, true);
	if (module.going || !module.there)
		return false;
	module.refs++;
	return true;
}

void __module_get(struct module *m)
{
	SHIM_PLACE(&module, true);
	module.refs++;
}

void module_put(struct module *m)
{
	SHIM_PLACE(&module, true);
	if (!module.refs--)
		schedule_wrong("the module's references are fewer than none");
}

void partition_enter(void)
{
	if (!module.there)
		schedule_wrong("the module is called, which has gone");
	module.inside++;
}

void partition_leave(void)
{
	module.inside--;
}

void partition_load(void)
{
	module.there = true;
	module.going = false;
	module.inside++;
	assert_int_equal(partition_init(), 0);
	module.inside--;
}

bool partition_unload(void)
{
	const struct pe *pe;

	SHIM_PLACE(&module, true);
	if (module.refs || module.going || !module.there)
		return !module.there;
	module.going = true;
	pe = group_pe_of_group(iommu_group_get(NULL));
	if (pe && pe->owned)
		schedule_wrong("the module goes and a user has its PE");
	partition_exit();
	if (module.inside)
		schedule_wrong("the module goes and somebody is in it");
	if (module.refs)
		schedule_wrong("the module goes and somebody refers to it");
	module.there = false;
	return true;
}

/* The endpoints of world.c are never published. */
const struct dma_window *shim_lookup_window(struct kvm_table *l)
{
	BUG_ON(l);
	return NULL;
}

/* --- chains --- */

/* The module has one notifier block in each chain. */
static struct chain {
	struct mutex lock;
	struct notifier_block *nb;
} bus, tree, reboot;

struct bus_type pci_bus_type;

static int chain_join(struct chain *c, struct notifier_block *nb)
{
	mutex_lock(&c->lock);
	c->nb = nb;
	mutex_unlock(&c->lock);
	return 0;
}

static void chain_leave(struct chain *c)
{
	chain_join(c, NULL);
}

static void chain_call_locked(struct chain *c, unsigned long event, void *data)
{
	if (!c->nb)
		return;
	partition_enter();
	c->nb->notifier_call(c->nb, event, data);
	partition_leave();
}

static void chain_call(struct chain *c, unsigned long event, void *data)
{
	mutex_lock(&c->lock);
	chain_call_locked(c, event, data);
	mutex_unlock(&c->lock);
}

int bus_register_notifier(const struct bus_type *type, struct notifier_block *nb)
{
	return chain_join(&bus, nb);
}

void bus_unregister_notifier(const struct bus_type *type, struct notifier_block *nb)
{
	chain_leave(&bus);
}

int of_reconfig_notifier_register(struct notifier_block *nb)
{
	return chain_join(&tree, nb);
}

void of_reconfig_notifier_unregister(struct notifier_block *nb)
{
	chain_leave(&tree);
}

int register_reboot_notifier(struct notifier_block *nb)
{
	return chain_join(&reboot, nb);
}

void unregister_reboot_notifier(struct notifier_block *nb)
{
	chain_leave(&reboot);
}

/* --- the device tree --- */

static __be32 dma_window[5], ddw_applicable[3];

static struct property properties[] = {
	{ .name = "ibm,dma-window", .length = sizeof(dma_window), .value = dma_window,
	  .next = &properties[1] },
	{ .name = "ibm,ddw-applicable", .length = sizeof(ddw_applicable), .value = ddw_applicable },
};

static struct pci_controller phb;
static struct pci_dn bus_pdn, sole_pdn, function_pdn[3];
static struct device_node bus_node, sole_node, function_node[3];

struct property *of_find_property(const struct device_node *dn, const char *name, int *length)
{
	struct property *p = dn->properties;

	while (p && strcmp(p->name, name))
		p = p->next;
	return p;
}

int of_property_read_u32_index(const struct device_node *dn, const char *name, u32 i, u32 *value)
{
	const struct property *p = of_find_property(dn, name, NULL);

	if (!p || (i + 1) * sizeof(u32) > (size_t)p->length)
		return -EINVAL;
	*value = be32_to_cpu(((const __be32 *)p->value)[i]);
	return 0;
}

int of_property_read_u32_array(const struct device_node *dn, const char *name, u32 *values,
			       size_t n)
{
	int rc = 0;
	size_t i;

	for (i = 0; i < n && !rc; i++)
		rc = of_property_read_u32_index(dn, name, i, values + i);
	return rc;
}

u64 of_read_number(const __be32 *cell, int n)
{
	u64 number = 0;

	while (n--)
		number = number << 32 | be32_to_cpu(*cell++);
	return number;
}

struct device_node *of_node_get(struct device_node *dn)
{
	shim_fetch_add(&dn->refs, 1);
	return dn;
}

void of_node_put(struct device_node *dn)
{
	if (!shim_fetch_add(&dn->refs, -1))
		schedule_wrong("a node's references are fewer than none");
}

/* --- devices, and their group --- */

/* The last device is alone in its group, and exists in some scenarios only. */
#define SOLE	2
struct pci_dev partition_device[3];
static bool with_sole;

struct iommu_table_group partition_table_group;
static struct iommu_group {
	struct mutex mutex;
	bool users;
	struct iommu_table_group *tg;
	struct pci_dev *device;
	u32 devices;
} group = { .tg = &partition_table_group, .device = partition_device, .devices = 2 },
  sole = { .device = partition_device + SOLE, .devices = 1 };

/* The device that is alone in its group comes first. */
struct pci_dev *partition_next_device(struct pci_dev *pdev)
{
	if (!pdev)
		return partition_device + (with_sole ? SOLE : 0);
	if (pdev == partition_device + SOLE)
		return partition_device;
	return pdev == partition_device ? pdev + 1 : NULL;
}

void pci_clear_master(struct pci_dev *pdev)
{
	WRITE_ONCE(pdev->master, false);
}

struct iommu_group *iommu_group_get(struct device *dev)
{
	return dev == &partition_device[SOLE].dev ? &sole : &group;
}

void iommu_group_put(struct iommu_group *g)
{
}

void *iommu_group_get_iommudata(struct iommu_group *g)
{
	return g->tg;
}

int iommu_group_for_each_dev(struct iommu_group *g, void *data,
			     int (*fn)(struct device *dev, void *data))
{
	int rc = 0;
	u32 i;

	mutex_lock(&g->mutex);
	for (i = 0; i < g->devices && !rc; i++)
		rc = fn(&g->device[i].dev, data);
	mutex_unlock(&g->mutex);
	return rc;
}

const struct iommu_domain *iommu_get_domain_for_dev(struct device *dev)
{
	static const struct iommu_domain hosts, users = { IOMMU_DOMAIN_BLOCKED };

	return iommu_group_get(dev)->users ? &users : &hosts;
}

/* --- tables --- */

static int kernel_xchg(struct iommu_table *tbl, long index, unsigned long *hpa,
		       enum dma_data_direction *direction)
{
	return -EBUSY;
}

static void kernel_free(struct iommu_table *tbl)
{
}

static struct iommu_table_ops kernel_table_ops = {
	.xchg_no_kill = kernel_xchg,
	.free = kernel_free,
};

struct iommu_table *iommu_tce_table_get(struct iommu_table *tbl)
{
	return kref_get_unless_zero(&tbl->it_kref) ? tbl : NULL;
}

static bool is_kernels(const void *ops)
{
	return ops == &kernel_table_ops || ops == &partition_kernel_ops;
}

static void free_table(struct kref *ref)
{
	struct iommu_table *tbl = container_of(ref, struct iommu_table, it_kref);
	struct iommu_table_ops *ops = READ_ONCE(tbl->it_ops);

	if (!is_kernels(ops))
		partition_enter();
	ops->free(tbl);
	if (!is_kernels(ops))
		partition_leave();
	kfree(tbl->it_map);
	kfree(tbl);
}

void iommu_tce_table_put(struct iommu_table *tbl)
{
	kref_put(&tbl->it_kref, free_table);
}

static struct iommu_table *new_table(void)
{
	struct iommu_table *tbl = kzalloc(sizeof(*tbl), GFP_KERNEL);

	tbl->it_ops = &kernel_table_ops;
	kref_init(&tbl->it_kref);
	tbl->it_size = 256;
	tbl->it_page_shift = IOMMU_PAGE_SHIFT_4K;
	tbl->it_reserved_start = 60;
	tbl->it_reserved_end = 66;
	tbl->it_map = kcalloc(4, sizeof(*tbl->it_map), GFP_KERNEL);
	/* 0 and 60 to 65 are reserved. */
	tbl->it_map[0] = 0xf100000000000001;
	tbl->it_map[1] = 0x7;
	tbl->it_map[3] = 1ULL << 63 | 1;
	return tbl;
}

static void host_gets_table(struct iommu_table_group *tg)
{
	smp_store_release(&tg->tables[0], new_table());
}

static void host_loses_table(struct iommu_table_group *tg)
{
	struct iommu_table *tbl = tg->tables[0];

	WRITE_ONCE(tg->tables[0], NULL);
	iommu_tce_table_put(tbl);
}

/* A variant of ownership, without windows: the host loses its table, and gets another one. */
static int leave(struct pe *pe)
{
	lockdep_assert_held(&pe->lock);
	host_loses_table(to_group_pe(pe)->group);
	return 0;
}

static void back(struct pe *pe)
{
	lockdep_assert_held(&pe->lock);
	host_gets_table(to_group_pe(pe)->group);
}

const struct host_ops ownership_host_ops = {
	.leave = leave, .back = back, .publish = group_publish, .isolate = group_isolate,
};

struct property *ownership_removed_default(struct device_node *dn)
{
	return NULL;
}

long ownership_take(struct iommu_table_group *tg, struct device *dev);
void ownership_release(struct iommu_table_group *tg, struct device *dev);

long ownership_take(struct iommu_table_group *tg, struct device *dev)
{
	return group_take(dev);
}

void ownership_release(struct iommu_table_group *tg, struct device *dev)
{
	group_release(dev);
}

/* --- the kernel's own ownership, done for the first device --- */

static long kernel_take(struct iommu_table_group *tg, struct device *dev)
{
	if (tg->tables[0])
		host_loses_table(tg);
	return 0;
}

static void kernel_release(struct iommu_table_group *tg, struct device *dev)
{
	if (!tg->tables[0])
		host_gets_table(tg);
}

struct iommu_table_group_ops partition_kernel_ops = {
	.take_ownership = kernel_take, .release_ownership = kernel_release,
};

/* Called with the group's mutex. The table group's operations are read anew for each device. */
static long take_one(struct device *dev)
{
	struct iommu_table_group_ops *ops = READ_ONCE(partition_table_group.ops);
	long rc;

	if (is_kernels(ops))
		return ops->take_ownership(&partition_table_group, dev);
	partition_enter();
	rc = ops->take_ownership(&partition_table_group, dev);
	partition_leave();
	return rc;
}

static void release_one(struct device *dev)
{
	struct iommu_table_group_ops *ops = READ_ONCE(partition_table_group.ops);

	if (is_kernels(ops)) {
		ops->release_ownership(&partition_table_group, dev);
		return;
	}
	partition_enter();
	ops->release_ownership(&partition_table_group, dev);
	partition_leave();
}

int partition_claim(void)
{
	long rc;

	mutex_lock(&group.mutex);
	if (group.users) {
		mutex_unlock(&group.mutex);
		return -EBUSY;
	}
	rc = take_one(&partition_device[0].dev);
	if (!rc)
		rc = take_one(&partition_device[1].dev);
	group.users = !rc;
	mutex_unlock(&group.mutex);
	return rc;
}

void partition_unclaim(void)
{
	mutex_lock(&group.mutex);
	release_one(&partition_device[0].dev);
	release_one(&partition_device[1].dev);
	group.users = false;
	mutex_unlock(&group.mutex);
}

/* --- others --- */

void partition_bus_event(unsigned long event, void *dev)
{
	chain_call(&bus, event, dev);
}

static void kernel_lets_node_go(struct device_node *dn)
{
	host_loses_table(PCI_DN(dn)->table_group);
	if (dn != &sole_node)
		return;
	kfree(sole.tg);
	sole.tg = NULL;
}

/* Removes a node. The kernel is in the chain, too. The group's devices are gone already. */
static void node_goes(struct device_node *dn)
{
	struct of_reconfig_data change = { dn };
	bool last;

	mutex_lock(&tree.lock);
	last = tree.nb && tree.nb->priority > 0;
	if (!last)
		kernel_lets_node_go(dn);
	chain_call_locked(&tree, OF_RECONFIG_DETACH_NODE, &change);
	if (last)
		kernel_lets_node_go(dn);
	mutex_unlock(&tree.lock);
}

void partition_node_goes(void)
{
	node_goes(&bus_node);
}

void partition_sole_node_goes(void)
{
	node_goes(&sole_node);
}

void partition_reboot(void)
{
	chain_call(&reboot, 0, NULL);
}

static void kvm_writes(struct iommu_table *tbl)
{
	enum dma_data_direction direction = DMA_NONE;
	struct iommu_table_ops *ops;
	unsigned long hpa = 0;

	shim_kernel_enter();
	ops = READ_ONCE(tbl->it_ops);
	if (!is_kernels(ops))
		partition_enter();
	SHIM_PLACE(tbl, false);
	ops->xchg_no_kill(tbl, 0, &hpa, &direction);
	if (!is_kernels(ops))
		partition_leave();
	shim_kernel_leave();
}

void partition_kvm(void)
{
	struct iommu_table *tbl;

	shim_kernel_enter();
	tbl = smp_load_acquire(&partition_table_group.tables[0]);
	if (tbl)
		tbl = iommu_tce_table_get(tbl);
	shim_kernel_leave();
	if (!tbl)
		return;
	kvm_writes(tbl);
	iommu_tce_table_put(tbl);
}

/* --- beginning and end --- */

static void describe(void)
{
	const struct model_pe_config *config = &world.hypervisor->pe;
	u32 i;

	phb.buid = config->buid;
	dma_window[0] = cpu_to_be32(config->liobn);
	dma_window[1] = cpu_to_be32(config->start >> 32);
	dma_window[2] = cpu_to_be32(config->start);
	dma_window[3] = cpu_to_be32(config->size >> 32);
	dma_window[4] = cpu_to_be32(config->size);
	ddw_applicable[0] = cpu_to_be32(MODEL_TOKEN_QUERY);
	ddw_applicable[1] = cpu_to_be32(MODEL_TOKEN_CREATE);
	ddw_applicable[2] = cpu_to_be32(MODEL_TOKEN_REMOVE);
	bus_pdn = (struct pci_dn){ .table_group = &partition_table_group, .phb = &phb };
	bus_node = (struct device_node){ .pdn = &bus_pdn, .properties = properties, .refs = 1 };
	sole_pdn = (struct pci_dn){ .phb = &phb };
	sole_node = (struct device_node){ .pdn = &sole_pdn, .properties = properties, .refs = 1 };
	for (i = 0; i < ARRAY_SIZE(partition_device); i++) {
		function_pdn[i] = (struct pci_dn){ .phb = &phb, .devfn = CONFIG_ADDR >> 8 };
		function_node[i] = (struct device_node){ .refs = 1, .pdn = &function_pdn[i] };
		function_node[i].parent = i == SOLE ? &sole_node : &bus_node;
		partition_device[i] = (struct pci_dev){ .dev.of_node = &function_node[i] };
	}
}

void partition_setup(void)
{
	describe();
	memset(&module, 0, sizeof(module));
	mutex_init(&bus.lock);
	mutex_init(&tree.lock);
	mutex_init(&reboot.lock);
	mutex_init(&group.mutex);
	mutex_init(&sole.mutex);
	bus.nb = tree.nb = reboot.nb = NULL;
	group.users = false;
	partition_table_group = (struct iommu_table_group){ .group = &group,
							    .ops = &partition_kernel_ops };
	host_gets_table(&partition_table_group);
	with_sole = false;
	sole.tg = NULL;
}

void partition_add_sole(void)
{
	with_sole = true;
	sole.tg = kzalloc(sizeof(*sole.tg), GFP_KERNEL);
	sole.tg->group = &sole;
	sole.tg->ops = &partition_kernel_ops;
	sole_pdn.table_group = sole.tg;
	host_gets_table(sole.tg);
}

static void check(const struct iommu_table_group *tg)
{
	struct iommu_table *tbl = tg->tables[0];

	if (!tbl)
		return;
	assert_ptr_equal(tg->ops, &partition_kernel_ops);
	assert_ptr_equal(tbl->it_ops, &kernel_table_ops);
	assert_int_equal(tbl->it_kref.refs, 1);
	iommu_tce_table_put(tbl);
}

/* The module is unloaded. */
void partition_check(void)
{
	assert_int_equal(bus_node.refs, 1);
	assert_int_equal(sole_node.refs, 1);
	check(&partition_table_group);
	if (sole.tg)
		check(sole.tg);
	kfree(sole.tg);
}
