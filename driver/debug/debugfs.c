// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs.c - PEs, windows and TCEs as lines of "KIND key=value".
 *
 * A reader holds a reference to the PE or container that it reads, and its lock while
 * it reads. It prints after that, or under a lock that may sleep. So a window can go at
 * any time between two lines, but not within one. Only root can read the files: they
 * contain host physical addresses.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "debug/debugfs.h"
#include "group/group.h"
#include "group/group_list.h"
#include "ioas/ioas.h"
#include "vfio/container.h"

#define DEBUGFS_FORMAT	"vfio_pseries 1\n"

/* Most TCEs in one line. */
#define DEBUGFS_STRETCH	8192

static struct dentry *debugfs_folder;

/* --- PEs --- */

static void debugfs_pe_window(struct seq_file *m, const struct group_pe *gp, const char *kind,
			      const struct pe_window *d)
{
	seq_printf(m, "window node=%pOF kind=%s liobn=0x%x start=0x%llx size=0x%llx shift=%u",
		   gp->node, kind, d->w.liobn, d->w.start, d->w.size, d->w.page_shift);
	seq_printf(m, " present=%d lent=%d raw=%d\n", d->present, d->lent, d->raw);
}

static void debugfs_pe_table(struct seq_file *m, struct group_pe *gp, size_t i)
{
	struct host_table t;

	if (!group_table_read(gp, i, &t))
		return;
	seq_printf(m, "table node=%pOF liobn=0x%x start=0x%llx size=0x%llx shift=%u used=%llu\n",
		   gp->node, t.w.liobn, t.w.start, t.w.size, t.w.page_shift, t.used);
}

static int debugfs_pe(struct group_pe *gp, void *data)
{
	struct seq_file *m = data;
	struct pe *pe = &gp->pe;
	int i;

	if (mutex_lock_killable(&pe->lock))
		return -EINTR;
	seq_printf(m, "pe node=%pOF buid=0x%llx config=0x%x owner=%s ddw=%d reset=%d",
		   gp->node, pe->addr.buid, pe->addr.config_addr, pe->owned ? "user" : "host",
		   ddw_available(&pe->addr), ddw_has_reset(&pe->addr));
	seq_printf(m, " pgsizes=0x%llx max=%u", pe->pgsizes, pe->max);
	if (pe->looked)
		seq_printf(m, " looked=%u held=%u", pe->looked, pe->held);
	seq_puts(m, "\n");
	debugfs_pe_window(m, gp, "default", &pe->dflt);
	for (i = 0; i < PE_WINDOWS; i++)
		if (pe->ddw[i].present)
			debugfs_pe_window(m, gp, "dynamic", &pe->ddw[i]);
	for (i = 0; i < IOMMU_TABLE_GROUP_MAX_TABLES; i++)
		debugfs_pe_table(m, gp, i);
	mutex_unlock(&pe->lock);
	return 0;
}

static int pes_show(struct seq_file *m, void *unused)
{
	seq_puts(m, DEBUGFS_FORMAT);
	return group_each(debugfs_pe, m);
}
DEFINE_SHOW_ATTRIBUTE(pes);

/* The only file that makes the module ask firmware. */
static int debugfs_possible(struct group_pe *gp, void *data)
{
	struct seq_file *m = data;
	struct pe *pe = &gp->pe;
	struct ddw_query q;
	int rc;

	if (!ddw_available(&pe->addr))
		return 0;
	if (mutex_lock_killable(&pe->lock))
		return -EINTR;
	rc = ddw_query(&pe->addr, &q);
	if (rc)
		seq_printf(m, "possible node=%pOF error=%d\n", gp->node, -rc);
	else
		seq_printf(m, "possible node=%pOF windows=%u tces=0x%llx pgsizes=0x%llx\n",
			   gp->node, q.windows, q.max_tces, q.pgsizes & ~pe->unusable);
	mutex_unlock(&pe->lock);
	return 0;
}

static int possible_show(struct seq_file *m, void *unused)
{
	seq_puts(m, DEBUGFS_FORMAT);
	return group_each(debugfs_possible, m);
}
DEFINE_SHOW_ATTRIBUTE(possible);

/* --- windows --- */

static void debugfs_members(struct seq_file *m, const struct windows *ws, const struct table *t)
{
	u32 i;

	seq_puts(m, " liobns=");
	for (i = 0; i < t->pes; i++)
		seq_printf(m, "%s0x%x", i ? "," : "", t->liobn[i]);
	seq_puts(m, " nodes=");
	for (i = 0; i < ws->pes; i++)
		seq_printf(m, "%s%pOF", i ? "," : "", to_group_pe(ws->pe[i])->node);
}

static void debugfs_counts(struct seq_file *m, struct table *t)
{
	const struct counters *c = &t->counters;
	u64 one = atomic64_read(&c->one);

	seq_printf(m, " mapped=%llu unknown=%llu shadow=%llu put=%llu indirect=%llu stuff=%llu",
		   (u64)atomic64_read(&t->shadow.live), (u64)atomic64_read(&t->shadow.unknown),
		   READ_ONCE(t->shadow.bytes), one + atomic64_read(&c->put),
		   (u64)atomic64_read(&c->indirect), (u64)atomic64_read(&c->stuff));
	seq_printf(m, " batches=%llu tces=%llu busy=%llu failed=%llu\n",
		   one + atomic64_read(&c->batches), one + atomic64_read(&c->tces),
		   (u64)atomic64_read(&c->busy), (u64)atomic64_read(&c->failed));
}

static int debugfs_ioas(u32 id, struct ioas *s, void *data)
{
	struct seq_file *m = data;
	u32 slot;

	if (down_read_killable(&s->lock))
		return -EINTR;
	for (slot = 0; slot < PE_WINDOWS; slot++) {
		struct table *t = s->windows.table[slot];

		if (!t)
			continue;
		seq_printf(m, "window id=%u.%u api=%d start=0x%llx size=0x%llx shift=%u", id, slot,
			   s->v1 ? 1 : 2, t->w.start, t->w.size, t->w.page_shift);
		debugfs_members(m, &s->windows, t);
		debugfs_counts(m, t);
	}
	up_read(&s->lock);
	return 0;
}

static int windows_show(struct seq_file *m, void *unused)
{
	seq_puts(m, DEBUGFS_FORMAT);
	return container_each(0, debugfs_ioas, m);
}
DEFINE_SHOW_ATTRIBUTE(windows);

/* --- translations --- */

/**
 * struct debugfs_run - a place in the translations of all windows
 * @id:    the container
 * @slot:  its window
 * @idx:   index of the run's first TCE
 * @n:     TCEs that follow each other, 0 before the first run
 * @tce:   what the first one holds
 * @start: bus address of the window
 * @shift: log2 of its page size
 * @pos:   the place as the reader counts it
 */
struct debugfs_run {
	u32 id;
	u32 slot;
	u64 idx;
	u64 n;
	u64 tce;
	u64 start;
	u32 shift;
	loff_t pos;
};

/* Find the stretch's first run at or after @run->idx; else @run->idx is where to continue. */
static bool debugfs_run_here(struct debugfs_run *run, const struct table *t)
{
	u64 end = min(t->shadow.tces, run->idx + DEBUGFS_STRETCH);
	u64 n = 1;

	run->idx = shadow_next_live(&t->shadow, run->idx, end);
	if (run->idx >= end)
		return false;
	run->tce = table_tce(t, run->idx);
	while (run->idx + n < end &&
	       table_tce(t, run->idx + n) == run->tce + (n << t->w.page_shift))
		n++;
	run->n = n;
	run->start = t->w.start;
	run->shift = t->w.page_shift;
	return true;
}

static bool debugfs_run_in(struct debugfs_run *run, const struct table *t)
{
	bool found = false;

	while (!found && run->idx < t->shadow.tces) {
		if (!atomic64_read(&t->shadow.live))
			run->idx = t->shadow.tces;
		else
			found = debugfs_run_here(run, t);
		cond_resched();
	}
	return found;
}

/* Return: 1 when a run was found, which ends the walk. */
static int debugfs_run_ioas(u32 id, struct ioas *s, void *data)
{
	struct debugfs_run *run = data;
	int rc = 0;

	if (id != run->id) {
		run->id = id;
		run->slot = 0;
		run->idx = 0;
	}
	if (down_read_killable(&s->lock))
		return -EINTR;
	for (; run->slot < PE_WINDOWS; run->slot++, run->idx = 0) {
		struct table *t = s->windows.table[run->slot];

		if (t && debugfs_run_in(run, t)) {
			rc = 1;
			break;
		}
	}
	up_read(&s->lock);
	return rc;
}

static void *debugfs_run_find(struct debugfs_run *run)
{
	int rc = container_each(run->id, debugfs_run_ioas, run);

	if (rc < 0)
		return ERR_PTR(rc);
	return rc ? run : NULL;
}

/* Only continues where the reader is, or starts at the beginning. */
static void *run_start(struct seq_file *m, loff_t *pos)
{
	struct debugfs_run *run = m->private;

	if (!*pos) {
		memset(run, 0, sizeof(*run));
		return SEQ_START_TOKEN;
	}
	if (*pos == run->pos && run->n)
		return run;
	return NULL;
}

static void *run_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct debugfs_run *run = m->private;

	run->pos = ++*pos;
	run->idx += run->n;
	run->n = 0;
	return debugfs_run_find(run);
}

static void run_stop(struct seq_file *m, void *v)
{
}

static int run_show(struct seq_file *m, void *v)
{
	const struct debugfs_run *run = v;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, DEBUGFS_FORMAT);
		return 0;
	}
	/* Invalid TCEs that are not settled yet */
	if (!(run->tce & PAPR_TCE_PERM) || (run->tce & SHADOW_ERASED))
		return SEQ_SKIP;
	seq_printf(m, "run window=%u.%u ioba=0x%llx size=0x%llx hpa=0x%llx perm=%s%s unknown=%d\n",
		   run->id, run->slot, run->start + (run->idx << run->shift), run->n << run->shift,
		   run->tce & ~0xfffULL, run->tce & PAPR_TCE_READ ? "r" : "",
		   run->tce & PAPR_TCE_WRITE ? "w" : "", !!(run->tce & SHADOW_UNKNOWN));
	return 0;
}

static const struct seq_operations translations_sops = {
	.start	= run_start,
	.next	= run_next,
	.stop	= run_stop,
	.show	= run_show,
};

static int translations_open(struct inode *inode, struct file *file)
{
	return seq_open_private(file, &translations_sops, sizeof(struct debugfs_run));
}

static const struct file_operations translations_fops = {
	.owner		= THIS_MODULE,
	.open		= translations_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= seq_release_private,
};

void debugfs_start(void)
{
	debugfs_folder = debugfs_create_dir("vfio_pseries", NULL);
	debugfs_create_file("pes", 0400, debugfs_folder, NULL, &pes_fops);
	debugfs_create_file("possible", 0400, debugfs_folder, NULL, &possible_fops);
	debugfs_create_file("windows", 0400, debugfs_folder, NULL, &windows_fops);
	debugfs_create_file("translations", 0400, debugfs_folder, NULL, &translations_fops);
}

void debugfs_stop(void)
{
	debugfs_remove(debugfs_folder);
}
