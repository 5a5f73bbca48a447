// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.c - the VFIO IOMMU driver's operations, and the list of open containers.
 *
 * The core calls ioctl() without a lock and without a reference, while another thread may be in
 * release() for the same container. So this driver gives the core an id, not a pointer. Every
 * entry looks up the id and takes a reference. release() unlinks the id, ends the IOAS (which
 * waits for running calls) and drops its own reference. The last reference frees the memory. An
 * unknown id is -ENODEV.
 *
 * A call that faults in user memory may last for as long as that user wants, and the core's
 * reference on the module goes with the group. So a container has one of its own, and the module
 * cannot be unloaded before the last call has dropped its container. Whoever then still has a few
 * instructions of ours before him is waited for when the driver is unregistered.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vfio.h>
#include <linux/xarray.h>
#include "compat/vfio_driver.h"
#include "group/group.h"
#include "ioas/ioas.h"
#include "vfio/container.h"
#include "vfio/eeh.h"
#include "vfio/ioctl.h"

/**
 * struct container - one open container
 * @id:   what the core knows it by
 * @ref:  one while it is linked, and one for every running call
 * @ioas: the IOAS that the container stands for
 * @rcu:  to free it after a grace period
 */
struct container {
	u32 id;
	struct kref ref;
	struct ioas ioas;
	struct rcu_head rcu;
};

/* Guarded by its own lock; a container in it has its linking reference. */
static DEFINE_XARRAY_ALLOC1(containers);
static u32 next_id;

/*
 * A cache: for each value of an id's low bits, the container that was opened last. An entry is
 * valid from the container's open() to its release(). It is written with the same lock held.
 */
#define CONTAINERS_RECENT	64
static struct container *recent[CONTAINERS_RECENT];

/* The machine is going down: no user's call is admitted. Guarded by the same lock. */
static bool closed;

/* How long the reboot waits until users' devices are stopped. */
#define CONTAINER_PATIENCE_MS	10000

/* Freed after a grace period: a caller that looks up the id may still read the container. */
static void container_free(struct kref *ref)
{
	kfree_rcu(container_of(ref, struct container, ref), rcu);
	module_put(THIS_MODULE);
}

static void container_put(struct container *c)
{
	kref_put(&c->ref, container_free);
}

static struct container **container_place(unsigned long id)
{
	return &recent[id % CONTAINERS_RECENT];
}

static void container_show(struct container *c)
{
	xa_lock(&containers);
	smp_store_release(container_place(c->id), c);
	xa_unlock(&containers);
}

static void container_hide(const struct container *c)
{
	xa_lock(&containers);
	if (*container_place(c->id) == c)
		WRITE_ONCE(*container_place(c->id), NULL);
	xa_unlock(&containers);
}

/* Called within an RCU read-side section. */
static struct container *container_at(unsigned long id)
{
	struct container *c = READ_ONCE(*container_place(id));

	return c && c->id == id ? c : xa_load(&containers, id);
}

/*
 * A container that is found without @late was opened before @closed was set, so
 * container_kill_all() finds it too: open() and the setting of @closed both hold the array's
 * lock.
 */
static struct container *container_find(void *data, bool late)
{
	struct container *c;

	rcu_read_lock();
	c = late || !READ_ONCE(closed) ? container_at((unsigned long)data) : NULL;
	if (c && !kref_get_unless_zero(&c->ref))
		c = NULL;
	rcu_read_unlock();
	return c;
}

/* For calls that can make memory reachable for a device. */
static struct container *container_get(void *data)
{
	return container_find(data, false);
}

/* For calls that make memory unreachable, or only read. */
static struct container *container_get_late(void *data)
{
	return container_find(data, true);
}

static void *container_open(unsigned long type)
{
	struct container *c;
	int rc;

	if (!ioctl_extension(type))
		return ERR_PTR(-EINVAL);
	c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	if (!c)
		return ERR_PTR(-ENOMEM);
	kref_init(&c->ref);
	ioas_init(&c->ioas, type == VFIO_SPAPR_TCE_IOMMU);
	/* Ids are not used again soon: a late caller finds no container, not a new one. */
	rc = xa_alloc_cyclic(&containers, &c->id, c, XA_LIMIT(1, INT_MAX), &next_id,
			     GFP_KERNEL_ACCOUNT);
	if (rc < 0) {
		kfree(c);
		return ERR_PTR(rc);
	}
	__module_get(THIS_MODULE);
	container_show(c);
	return (void *)(unsigned long)c->id;
}

static void container_release(void *data)
{
	struct container *c = xa_erase(&containers, (unsigned long)data);

	if (!c)
		return;
	container_hide(c);
	ioas_kill(&c->ioas);
	container_put(c);
}

static long container_ioctl(void *data, unsigned int cmd, unsigned long arg)
{
	struct container *c;
	long rc;

	if (cmd == VFIO_CHECK_EXTENSION)
		return arg == VFIO_EEH ? eeh_extension() : ioctl_extension(arg);
	c = container_get(data);
	if (!c)
		return -ENODEV;
	rc = cmd == VFIO_EEH_PE_OP ? eeh_ioctl(&c->ioas, arg)
				   : ioctl_ioas(&c->ioas, cmd, arg);
	container_put(c);
	return rc;
}

static int container_attach(void *data, struct iommu_group *group, enum vfio_group_type type)
{
	struct container *c;
	struct pe *pe;
	int rc;

	if (type != VFIO_IOMMU)
		return -EINVAL;
	pe = group_pe_of_group(group);
	if (!pe)
		return -ENODEV;
	c = container_get(data);
	if (!c)
		return -ENODEV;
	rc = ioas_attach(&c->ioas, pe);
	container_put(c);
	return rc;
}

static void container_detach(void *data, struct iommu_group *group)
{
	struct container *c = container_get_late(data);
	struct pe *pe = group_pe_of_group(group);

	if (c && pe)
		ioas_detach(&c->ioas, pe);
	if (c)
		container_put(c);
}

static const struct vfio_iommu_driver_ops container_driver = {
	.name		= "vfio_pseries",
	.owner		= THIS_MODULE,
	.open		= container_open,
	.release	= container_release,
	.ioctl		= container_ioctl,
	.attach_group	= container_attach,
	.detach_group	= container_detach,
};

int container_each(u32 first, int (*fn)(u32 id, struct ioas *s, void *data), void *data)
{
	unsigned long id;
	struct container *c;
	int rc = 0;

	xa_for_each_start(&containers, id, c, first) {
		/* Look it up again, to take a reference: its release() may have begun. */
		c = container_get_late((void *)id);
		if (!c)
			continue;
		rc = fn(id, &c->ioas, data);
		container_put(c);
		if (rc)
			break;
	}
	return rc;
}

static int container_kill(void *data)
{
	struct container *c = data;

	ioas_kill(&c->ioas);
	container_put(c);
	return 0;
}

/* One thread for each container: a user who makes one thread wait does not delay the others. */
static int container_start_kill(u32 id, struct ioas *s, void *data)
{
	struct container *c = container_of(s, struct container, ioas);
	struct task_struct *killer;

	kref_get(&c->ref);
	killer = kthread_run(container_kill, c, "vfio_pseries/%u", id);
	if (IS_ERR(killer))
		container_put(c);
	return 0;
}

static int container_running(u32 id, struct ioas *s, void *data)
{
	return !ioas_stopped(s);
}

void container_kill_all(void)
{
	u32 ms;

	xa_lock(&containers);
	WRITE_ONCE(closed, true);
	xa_unlock(&containers);
	container_each(0, container_start_kill, NULL);
	for (ms = 0; container_each(0, container_running, NULL); ms += 10) {
		if (ms >= CONTAINER_PATIENCE_MS) {
			pr_err("vfio_pseries: a user's windows cannot be taken, going on\n");
			return;
		}
		msleep(10);
	}
}

int container_driver_register(void)
{
	return vfio_register_iommu_driver(&container_driver);
}

/*
 * After a grace period of tasks nobody is between the core's call and a container's reference, or
 * between its last reference and the return to the core: nothing sleeps there.
 */
void container_driver_unregister(void)
{
	vfio_unregister_iommu_driver(&container_driver);
	synchronize_rcu_tasks();
}
