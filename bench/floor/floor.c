// SPDX-License-Identifier: GPL-2.0-only
/*
 * floor.c - the least that a job on TCEs can cost.
 *
 * Bare hypercalls in full batches and nothing else: no shadow, no pinning, no locks, no barriers,
 * no undo after an error. A correct driver can come near to this cost, but not below it.
 *
 * It works in a dynamic window of its own, below a PCI host bridge that has no device (parameter
 * node). So nobody else writes to that table, and no device can use the TCEs. TCE number i
 * translates to page number i of memory.
 *
 * For measurements in an emulated partition. It trusts its caller and is no example of a driver.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/uaccess.h>
#include <asm/hvcall.h>
#include <asm/page.h>
#include <asm/rtas.h>
#include "floor.h"

#define FLOOR_BATCH	512
#define FLOOR_PERM	3	/* LoPAR "TCE Definition": read and write */

static char *node;
module_param(node, charp, 0);
MODULE_PARM_DESC(node, "device-tree path of a PCI host bridge without devices");

/* RTAS tokens of "ibm,ddw-applicable", in its order, and the bridge's unit id */
static u32 token[3];
static u32 buid[2];
enum { TOKEN_QUERY, TOKEN_CREATE, TOKEN_REMOVE };

/* The window, if there is one */
static u64 liobn;
static u64 start;
static u64 tces;
static u32 shift;

static u64 floor_ioba(u64 index)
{
	return start + (index << shift);
}

static u64 floor_tce(u64 index)
{
	return index << shift | FLOOR_PERM;
}

static long floor_put_batches(const struct floor_range *r, __be64 *list)
{
	u64 done, n, i;

	for (done = 0; done < r->n; done += n) {
		u64 index = r->first + done;

		n = min_t(u64, r->n - done, FLOOR_BATCH);
		for (i = 0; i < n; i++)
			list[i] = cpu_to_be64(floor_tce(index + i));
		if (plpar_hcall_norets(H_PUT_TCE_INDIRECT, liobn, floor_ioba(index), __pa(list), n))
			return -EIO;
	}
	return 0;
}

static long floor_put_one(u64 index, u64 tce)
{
	return plpar_hcall_norets(H_PUT_TCE, liobn, floor_ioba(index), tce) ? -EIO : 0;
}

static long floor_put(const struct floor_range *r)
{
	__be64 *list;
	long rc;

	if (r->n == 1)
		return floor_put_one(r->first, floor_tce(r->first));
	/* a kernel page is aligned as the hypervisor requires */
	list = (__be64 *)__get_free_page(GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	rc = floor_put_batches(r, list);
	free_page((unsigned long)list);
	return rc;
}

static long floor_stuff(const struct floor_range *r)
{
	u64 done, n;

	if (r->n == 1)
		return floor_put_one(r->first, 0);
	for (done = 0; done < r->n; done += n) {
		n = min_t(u64, r->n - done, FLOOR_BATCH);
		if (plpar_hcall_norets(H_STUFF_TCE, liobn, floor_ioba(r->first + done), 0, n))
			return -EIO;
	}
	return 0;
}

static long floor_remove(void)
{
	if (!tces)
		return -ENXIO;
	if (rtas_call(token[TOKEN_REMOVE], 1, 1, NULL, (u32)liobn))
		return -EIO;
	tces = 0;
	return 0;
}

static long floor_create(const struct floor_window *w)
{
	struct floor_range all = { 0 };
	u32 got[3];

	if (tces)
		return -EBUSY;
	if (w->page_shift >= w->window_shift || w->window_shift > 40)
		return -EINVAL;
	if (rtas_call(token[TOKEN_CREATE], 5, 4, (int *)got, 0, buid[0], buid[1], w->page_shift,
		      w->window_shift))
		return -EIO;
	liobn = got[0];
	start = (u64)got[1] << 32 | got[2];
	shift = w->page_shift;
	tces = 1ULL << (w->window_shift - w->page_shift);
	all.n = tces;
	return floor_stuff(&all);
}

static long floor_on_range(unsigned int cmd, const void __user *arg)
{
	struct floor_range r;

	if (copy_from_user(&r, arg, sizeof(r)))
		return -EFAULT;
	if (!r.n || r.first >= tces || r.n > tces - r.first)
		return -EINVAL;
	return cmd == FLOOR_PUT ? floor_put(&r) : floor_stuff(&r);
}

static long floor_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const void __user *from = (const void __user *)arg;
	struct floor_window w;

	switch (cmd) {
	case FLOOR_CREATE:
		return copy_from_user(&w, from, sizeof(w)) ? -EFAULT : floor_create(&w);
	case FLOOR_REMOVE:
		return floor_remove();
	case FLOOR_PUT:
	case FLOOR_STUFF:
		return floor_on_range(cmd, from);
	}
	return -ENOTTY;
}

static const struct file_operations floor_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= floor_ioctl,
};

static struct miscdevice floor_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "tce_floor",
	.fops	= &floor_fops,
};

static int __init floor_init(void)
{
	struct device_node *np = node ? of_find_node_by_path(node) : NULL;
	int rc;

	if (!np)
		return -ENODEV;
	rc = of_property_read_u32_array(np, "ibm,ddw-applicable", token, ARRAY_SIZE(token));
	if (!rc)
		rc = of_property_read_u32_array(np, "reg", buid, ARRAY_SIZE(buid));
	of_node_put(np);
	return rc ? rc : misc_register(&floor_device);
}

static void __exit floor_exit(void)
{
	misc_deregister(&floor_device);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("The least that a job on TCEs can cost");
MODULE_LICENSE("GPL");
