/* SPDX-License-Identifier: GPL-2.0-only */
/* kernel.h - the kernel for container.c and debugfs.c, and their entry points. */
#ifndef INTERLEAVE_KERNEL_H
#define INTERLEAVE_KERNEL_H

#include <limits.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#ifndef THIS_MODULE
#define THIS_MODULE	NULL
#endif

struct iommu_group;
struct dentry;
struct inode;

/* --- ids --- */

#define MOST_IDS	4

/* A writer holds the lock; a reader need not. */
struct xarray {
	spinlock_t lock;
	struct {
		unsigned long id;
		void *entry;
	} slot[MOST_IDS];
};

struct xa_limit {
	u32 min, max;
};

#define DEFINE_XARRAY_ALLOC1(name)	struct xarray name = { .lock = { SHIM_LOCK_INIT } }
#define XA_LIMIT(min, max)		((struct xa_limit){ min, max })
#define xa_lock(xa)			spin_lock(&(xa)->lock)
#define xa_unlock(xa)			spin_unlock(&(xa)->lock)
#define xa_for_each_start(xa, id, entry, first)					\
	for (id = first; (entry = kernel_xa_find(xa, &id)); id++)

void *kernel_xa_find(struct xarray *xa, unsigned long *id);
void *xa_load(struct xarray *xa, unsigned long id);
void *xa_erase(struct xarray *xa, unsigned long id);
int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp);

/* --- threads --- */

#define kthread_run(fn, data, ...)	kernel_thread(fn, data)

struct task_struct *kernel_thread(int (*fn)(void *data), void *data);

/* --- files --- */

struct seq_file {
	void *private;
};

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

struct file {
	const struct seq_operations *ops;
	struct seq_file m;
};

struct file_operations {
	void *owner;
	int (*show)(struct seq_file *m, void *unused);
	int (*open)(struct inode *inode, struct file *file);
	void (*read)(void);
	void (*llseek)(void);
	void (*release)(void);
};

#define SEQ_START_TOKEN	((void *)1)
#define SEQ_SKIP	1
#define seq_read	NULL
#define seq_lseek	NULL
#define seq_release_private	NULL
#define DEFINE_SHOW_ATTRIBUTE(name)	\
	static const struct file_operations name##_fops = { .show = name##_show }

void seq_printf(struct seq_file *m, const char *fmt, ...);
void seq_puts(struct seq_file *m, const char *s);
int seq_open_private(struct file *file, const struct seq_operations *ops, int size);
struct dentry *debugfs_create_dir(const char *name, struct dentry *parent);
void debugfs_create_file(const char *name, int mode, struct dentry *parent, void *data,
			 const struct file_operations *fops);
void debugfs_remove(struct dentry *dir);

/* Loads the module: its variables get their first values. */
void kernel_load(void);

/* --- entry points --- */

struct vfio_iommu_driver_ops;

/* The functions of container.c that VFIO calls. */
extern const struct vfio_iommu_driver_ops *kernel_vfio;

/* Reads all files of debugfs.c. */
void kernel_read_files(void);

#endif
