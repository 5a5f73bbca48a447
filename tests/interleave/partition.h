/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * partition.h - the kernel for driver/group/, kvm_iommu.c, main.c and compat/ownership_replace.c.
 *
 * It has one IOMMU group of two PCI functions, its table group, its node, and the module, which
 * can be loaded and unloaded.
 *
 * The group's mutex, the chains of notifiers and the references of module and tables are as in
 * the kernel. A call from outside into the module is between partition_enter() and
 * partition_leave(): the module must be loaded during that time.
 */
#ifndef INTERLEAVE_PARTITION_H
#define INTERLEAVE_PARTITION_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/byteorder.h>

struct kvm_table;

/* --- the module --- */

struct module;
#define THIS_MODULE		((struct module *)1)
#define MODULE_INFO(...)
#define MODULE_VERSION(x)
#define MODULE_LICENSE(x)
#define MODULE_AUTHOR(x)
#define MODULE_DESCRIPTION(x)
#define MODULE_PARM_DESC(...)
#define module_param(...)
#define module_param_named(...)
#define module_init(fn)		int partition_init(void) { return fn(); }
#define module_exit(fn)		void partition_exit(void) { fn(); }

int partition_init(void);
void partition_exit(void);

bool try_module_get(struct module *m);
void __module_get(struct module *m);
void module_put(struct module *m);

/* As modprobe and rmmod. Return: false when the module is in use. */
void partition_load(void);
bool partition_unload(void);
/* Around each call into the module from outside. */
void partition_enter(void);
void partition_leave(void);

/* --- what the module needs of the machine --- */

#define pseries			1
#define machine_is(what)	(what)
#define FW_FEATURE_LPAR		1
#define FW_FEATURE_CMO		2
#define firmware_has_feature(f)	((f) == FW_FEATURE_LPAR)
/* On kernels that count preemption this does not wait for KVM. */
#define synchronize_rcu_tasks()	((void)0)
#define synchronize_rcu_expedited()	synchronize_rcu()
#define for_each_online_cpu(cpu)	for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define work_on_cpu(cpu, fn, arg)	((fn)(arg))
#define cpus_read_lock()	((void)0)
#define cpus_read_unlock()	((void)0)
#define rcu_barrier()		((void)0)
#define is_secure_guest()	false
#define radix_enabled()		true
#define dev_warn_ratelimited(dev, ...)	((void)(dev))

/* --- chains --- */

#define NOTIFY_DONE			0
#define BUS_NOTIFY_BIND_DRIVER		1
#define BUS_NOTIFY_BOUND_DRIVER		2
#define BUS_NOTIFY_DEL_DEVICE		3
#define OF_RECONFIG_DETACH_NODE		4

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long event, void *data);
	int priority;
};

struct of_reconfig_data {
	struct device_node *dn;
};

struct bus_type {
	int unused;
};

extern struct bus_type pci_bus_type;

int bus_register_notifier(const struct bus_type *bus, struct notifier_block *nb);
void bus_unregister_notifier(const struct bus_type *bus, struct notifier_block *nb);
int of_reconfig_notifier_register(struct notifier_block *nb);
void of_reconfig_notifier_unregister(struct notifier_block *nb);
int register_reboot_notifier(struct notifier_block *nb);
void unregister_reboot_notifier(struct notifier_block *nb);

void partition_bus_event(unsigned long event, void *dev);
void partition_node_goes(void);
/* Adds another group, of one function, which the module finds first. Call it before loading. */
void partition_add_sole(void);
void partition_sole_node_goes(void);
void partition_reboot(void);

/* --- the device tree --- */

struct property {
	char *name;
	int length;
	void *value;
	struct property *next;
};

struct pci_controller {
	u64 buid;
};

struct pci_dn {
	struct iommu_table_group *table_group;
	struct pci_controller *phb;
	int busno, devfn;
};

struct device_node {
	struct device_node *parent;
	struct pci_dn *pdn;
	struct property *properties;
	u32 refs;
};

#define PCI_DN(dn)		((dn)->pdn)
#define of_n_addr_cells(dn)	2
#define of_n_size_cells(dn)	2

struct property *of_find_property(const struct device_node *dn, const char *name, int *length);
int of_property_read_u32_index(const struct device_node *dn, const char *name, u32 i, u32 *value);
int of_property_read_u32_array(const struct device_node *dn, const char *name, u32 *values,
			       size_t n);
u64 of_read_number(const __be32 *cell, int n);
struct device_node *of_node_get(struct device_node *dn);
void of_node_put(struct device_node *dn);

static inline int of_property_read_u32(const struct device_node *dn, const char *name, u32 *value)
{
	return of_property_read_u32_index(dn, name, 0, value);
}

/* The scenarios here have no windows of the host's own, and no copies of their properties. */
#define kstrdup(s, gfp)		((char *)NULL)
#define kmemdup(p, n, gfp)	NULL

/* --- devices --- */

struct device {
	struct device_node *of_node;
	struct iommu_table *base;
};

struct pci_dev {
	struct device dev;
	bool master;
};

#define dev_is_pci(dev)			true
#define dev_name(dev)			"0000:00:01.0"
#define set_iommu_table_base(d, b)	WRITE_ONCE((d)->base, b)
#define get_iommu_table_base(d)		READ_ONCE((d)->base)
#define for_each_pci_dev(pdev)		while ((pdev = partition_next_device(pdev)))

struct pci_dev *partition_next_device(struct pci_dev *pdev);
void pci_clear_master(struct pci_dev *pdev);

/* --- the IOMMU core --- */

#define IOMMU_TABLE_GROUP_MAX_TABLES	2
#define IOMMU_PAGE_SHIFT_4K		12
#define IOMMU_DOMAIN_BLOCKED		1

enum dma_data_direction { DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_NONE };

#define iommu_direction_to_tce_perm(d)	((u64)(3 - (d)))
#define IS_ENABLED(option)		0

struct iommu_table_ops {
	int (*set)(struct iommu_table *tbl, long index, long npages, unsigned long uaddr,
		   enum dma_data_direction direction, unsigned long attrs);
	int (*xchg_no_kill)(struct iommu_table *tbl, long index, unsigned long *hpa,
			    enum dma_data_direction *direction);
	__be64 *(*useraddrptr)(struct iommu_table *tbl, long index, bool alloc);
	void (*clear)(struct iommu_table *tbl, long index, long npages);
	unsigned long (*get)(struct iommu_table *tbl, long index);
	void (*free)(struct iommu_table *tbl);
};

struct iommu_table {
	unsigned long it_index, it_offset, it_size, it_page_shift;
	unsigned long *it_map, it_reserved_start, it_reserved_end;
	struct iommu_table_ops *it_ops;
	struct kref it_kref;
	struct list_head it_group_list;
};

/* Pages that the host has mapped in each of its tables */
#define PARTITION_USED	4

#define kref_read(ref)	READ_ONCE((ref)->refs)

struct iommu_table *iommu_tce_table_get(struct iommu_table *tbl);
void iommu_tce_table_put(struct iommu_table *tbl);

struct iommu_table_group_ops {
	unsigned long (*get_table_size)(u32 page_shift, u64 size, u32 levels);
	long (*create_table)(struct iommu_table_group *tg, int num, u32 page_shift, u64 size,
			     u32 levels, struct iommu_table **tbl);
	long (*set_window)(struct iommu_table_group *tg, int num, struct iommu_table *tbl);
	long (*unset_window)(struct iommu_table_group *tg, int num);
	long (*take_ownership)(struct iommu_table_group *tg, struct device *dev);
	void (*release_ownership)(struct iommu_table_group *tg, struct device *dev);
};

struct iommu_table_group {
	struct iommu_group *group;
	struct iommu_table *tables[IOMMU_TABLE_GROUP_MAX_TABLES];
	struct iommu_table_group_ops *ops;
};

struct iommu_domain {
	int type;
};

struct iommu_group *iommu_group_get(struct device *dev);
void iommu_group_put(struct iommu_group *group);
void *iommu_group_get_iommudata(struct iommu_group *group);
int iommu_group_for_each_dev(struct iommu_group *group, void *data,
			     int (*fn)(struct device *dev, void *data));
const struct iommu_domain *iommu_get_domain_for_dev(struct device *dev);

typedef u32 __u32;
typedef u64 __u64;

/* --- calls from outside --- */

extern struct iommu_table_group partition_table_group;
extern struct iommu_table_group_ops partition_kernel_ops;
extern struct pci_dev partition_device[3];

/* Sets up the machine as after boot, without the module. */
void partition_setup(void);
/* VFIO claims the group, and gives it back. Return: 0 or an errno value. */
int partition_claim(void);
void partition_unclaim(void);
/* KVM finds the table in the table group, writes to it, and drops it. */
void partition_kvm(void);
/* Checks that all is as at boot. */
void partition_check(void);

#endif
