// SPDX-License-Identifier: GPL-2.0-only
/* kernel.c - ids, files and the module, as far as container.c and debugfs.c need them. */
#include <stdlib.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include "compat/vfio_driver.h"
#include "kernel.h"
#include "schedule.h"
#include "vfio/eeh.h"
#include "world.h"

#define MOST_FILES	8

const struct vfio_iommu_driver_ops *kernel_vfio;

static const struct file_operations *files[MOST_FILES];
static u32 n_files;

/* --- references --- */

bool kref_get_unless_zero(struct kref *ref)
{
	SHIM_PLACE(&ref->refs, true);
	return ref->refs && ref->refs++;
}

/* --- ids --- */

/* The first entry at or after @id. */
void *kernel_xa_find(struct xarray *xa, unsigned long *id)
{
	unsigned long best = ~0UL;
	void *found = NULL;
	u32 i;

	SHIM_PLACE(xa, false);
	for (i = 0; i < MOST_IDS; i++)
		if (xa->slot[i].entry && xa->slot[i].id >= *id && xa->slot[i].id < best) {
			best = xa->slot[i].id;
			found = xa->slot[i].entry;
		}
	*id = found ? best : *id;
	return found;
}

void *xa_load(struct xarray *xa, unsigned long id)
{
	unsigned long at = id;
	void *found = kernel_xa_find(xa, &at);

	return at == id ? found : NULL;
}

void *xa_erase(struct xarray *xa, unsigned long id)
{
	void *entry = NULL;
	u32 i;

	xa_lock(xa);
	SHIM_PLACE(xa, true);
	for (i = 0; i < MOST_IDS; i++)
		if (xa->slot[i].entry && xa->slot[i].id == id) {
			entry = xa->slot[i].entry;
			xa->slot[i].entry = NULL;
		}
	xa_unlock(xa);
	return entry;
}

int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp)
{
	u32 i = 0;

	xa_lock(xa);
	SHIM_PLACE(xa, true);
	while (xa->slot[i].entry)
		i++;
	*id = max(*next, limit.min);
	*next = *id + 1;
	xa->slot[i].id = *id;
	xa->slot[i].entry = entry;
	xa_unlock(xa);
	return 0;
}

/* --- threads --- */

static struct {
	int (*fn)(void *data);
	void *data;
} kthreads[MOST_FIBERS];

static void kthread(void)
{
	u32 self = fiber_self();

	kthreads[self].fn(kthreads[self].data);
}

struct task_struct *kernel_thread(int (*fn)(void *data), void *data)
{
	u32 i = schedule_spawn(kthread);

	kthreads[i].fn = fn;
	kthreads[i].data = data;
	return NULL;
}

/* --- files --- */

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
}

void seq_puts(struct seq_file *m, const char *s)
{
}

int seq_open_private(struct file *file, const struct seq_operations *ops, int size)
{
	file->ops = ops;
	file->m.private = kzalloc(size, GFP_KERNEL);
	return file->m.private ? 0 : -ENOMEM;
}

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	n_files = 0;
	return NULL;
}

void debugfs_create_file(const char *name, int mode, struct dentry *parent, void *data,
			 const struct file_operations *fops)
{
	files[n_files++] = fops;
}

void debugfs_remove(struct dentry *dir)
{
}

static void read_sequence(const struct file_operations *fops)
{
	struct file f = { 0 };
	loff_t pos = 0;
	void *v;

	assert_int_equal(fops->open(NULL, &f), 0);
	for (v = f.ops->start(&f.m, &pos); v && !IS_ERR(v); v = f.ops->next(&f.m, v, &pos))
		f.ops->show(&f.m, v);
	f.ops->stop(&f.m, v);
	kfree(f.m.private);
}

void kernel_read_files(void)
{
	struct seq_file m = { 0 };
	u32 i;

	for (i = 0; i < n_files; i++)
		if (files[i]->show)
			files[i]->show(&m, NULL);
		else
			read_sequence(files[i]);
}

/* --- the module --- */

int vfio_register_iommu_driver(const struct vfio_iommu_driver_ops *ops)
{
	kernel_vfio = ops;
	return 0;
}

void vfio_unregister_iommu_driver(const struct vfio_iommu_driver_ops *ops)
{
	kernel_vfio = NULL;
}

/* Sections of the driver's objects: see the Makefile. */
extern char __start_module_data[], __stop_module_data[], __start_module_bss[], __stop_module_bss[];

/* Not checked by ASan, which has its own bytes between the variables. */
__attribute__((no_sanitize_address)) static void copy(volatile char *to, const char *from, size_t n)
{
	while (n--)
		*to++ = *from++;
}

static void load(char *from, const char *to, char **was)
{
	if (*was) {
		copy(from, *was, to - from);
		return;
	}
	*was = malloc(to - from);
	copy(*was, from, to - from);
}

void kernel_load(void)
{
	static char *data, *bss;

	load(__start_module_data, __stop_module_data, &data);
	load(__start_module_bss, __stop_module_bss, &bss);
	kernel_vfio = NULL;
}

long eeh_extension(void)
{
	return 0;
}

long eeh_ioctl(struct ioas *s, unsigned long arg)
{
	return -ENODEV;
}
