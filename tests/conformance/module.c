// SPDX-License-Identifier: GPL-2.0-only
/*
 * module.c - the sequence in a guest, on a PE without devices; /dev/tce_conformance has its lines.
 *
 * The first line describes the PE, so that the model can be set up in the same way. It is for tests
 * in an emulated partition.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/vmalloc.h>
#include "sequence.h"

#define TEXT_SIZE	(4UL << 20)

static char *node;
module_param(node, charp, 0);
MODULE_PARM_DESC(node, "device-tree path of a PCI host bridge without devices");

static unsigned long long seed = 1;
module_param(seed, ullong, 0);
MODULE_PARM_DESC(seed, "which sequence");

static unsigned int steps = 1000;
module_param(steps, uint, 0);
MODULE_PARM_DESC(steps, "how many calls");

static char *text;
static size_t used;

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	used += vscnprintf(text + used, TEXT_SIZE - used, format, args);
	va_end(args);
	used += scnprintf(text + used, TEXT_SIZE - used, "\n");
}

/* "ibm,ddw-extensions": the number of cells that follow, then the reset's token. */
static int read_tokens(const struct device_node *np, struct subject *s)
{
	return of_property_read_u32_array(np, "ibm,ddw-applicable", s->token, 3) ?:
	       of_property_read_u32_index(np, "ibm,ddw-extensions", 1, &s->token[3]);
}

/* "ibm,dma-window": the name, two cells of start, two of size. */
static int read_subject(struct subject *s)
{
	struct device_node *np = node ? of_find_node_by_path(node) : NULL;
	u32 reg[2], window[5];
	int rc;

	if (!np)
		return -ENODEV;
	rc = read_tokens(np, s) ?: of_property_read_u32_array(np, "reg", reg, 2) ?:
	     of_property_read_u32_array(np, "ibm,dma-window", window, 5);
	of_node_put(np);
	if (rc)
		return rc;
	s->buid = (u64)reg[0] << 32 | reg[1];
	s->liobn = window[0];
	s->start = (u64)window[1] << 32 | window[2];
	s->tces = ((u64)window[3] << 32 | window[4]) >> 12;
	return 0;
}

static ssize_t conformance_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	return simple_read_from_buffer(to, size, pos, text, used);
}

static const struct file_operations conformance_fops = {
	.owner	= THIS_MODULE,
	.read	= conformance_read,
};

static struct miscdevice conformance_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "tce_conformance",
	.fops	= &conformance_fops,
};

static int run(void)
{
	struct subject s;
	int rc = read_subject(&s);

	if (rc)
		return rc;
	s.list = (__be64 *)__get_free_page(GFP_KERNEL);
	if (!s.list)
		return -ENOMEM;
	say("subject %llx %x %llx %llx %llx %x", s.buid, s.liobn, s.start, s.tces, seed, steps);
	sequence_run(&s, seed, steps);
	free_page((unsigned long)s.list);
	return 0;
}

static int __init conformance_init(void)
{
	int rc;

	text = vmalloc(TEXT_SIZE);
	if (!text)
		return -ENOMEM;
	rc = run() ?: misc_register(&conformance_device);
	if (rc)
		vfree(text);
	return rc;
}

static void __exit conformance_exit(void)
{
	misc_deregister(&conformance_device);
	vfree(text);
}

module_init(conformance_init);
module_exit(conformance_exit);

MODULE_DESCRIPTION("The same calls to a hypervisor as to the model of it");
MODULE_LICENSE("GPL");
