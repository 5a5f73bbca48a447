// SPDX-License-Identifier: GPL-2.0-only
/*
 * powervm.c - PowerVM's behaviour on top of QEMU's hypervisor, as in the model's personalities
 * "powervm" and "powervm_vf".
 *
 * Windows: a created one is at 2^59. QEMU puts the first one in the default window's place, so a
 * PE without any window gets one of a single page there during the create. There is one created
 * window. It is beside the default one; or, if the default window is beyond 32 bits or with
 * single=1, it replaces the default window, and then only a reset restores that one. It is called
 * 0x70000000 + number of the host bridge; the module translates that to QEMU's name. Queries have
 * the numbers of logs.
 *
 * TCEs: in a window that is created or restored, those at both ends are valid and name memory
 * without an owner ("touched" tells whether a device wrote to it). A reset keeps those of an
 * existing default window; with one window at a time, the restored window has those of the window
 * before. Refused are: more than 512 TCEs in a call, bus addresses inside of a page, and the
 * removal of a window whose first or last TCEs are valid.
 *
 * With narrow=BITS firmware has limited-address mode, and drivers that ask for a DMA mask of 64
 * bits get one of BITS bits. A PE whose default window is at 4 GiB has its created one there
 * while it is in that mode, and at 2^59 otherwise.
 *
 * Busy answers depend on the seed, on the kind of call and on the number of calls. Create is busy
 * for every caller. Other calls are busy for modules alone: the kernel's own code does not repeat
 * a remove, a reset or a hypercall, and would lose its windows.
 */
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/hvcall.h>
#include <asm/iommu.h>
#include <asm/rtas.h>
#include "powervm.h"

static bool powervm;
module_param(powervm, bool, 0444);
MODULE_PARM_DESC(powervm, "the hypervisor has PowerVM's ways");

static uint seed = 1;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "which calls find it busy; 0: none");

static bool one_each;
module_param_named(one, one_each, bool, 0444);
MODULE_PARM_DESC(one, "every PE has one window at a time");

/* How many calls of each kind could have found it busy, and did; one of @every does. */
static struct kind {
	u32 asked;
	u32 busy;
	u32 every;
} kinds[8];

static int busy_answers_get(char *text, const struct kernel_param *kp)
{
	const struct kind *k;
	int n = 0;

	for (k = kinds; k < kinds + ARRAY_SIZE(kinds); k++)
		if (k->asked)
			n += sprintf(text + n, "%u of %u\n", k->busy, k->asked);
	return n;
}

static const struct kernel_param_ops busy_answers_ops = { .get = busy_answers_get };
module_param_cb(busy_answers, &busy_answers_ops, NULL, 0444);
MODULE_PARM_DESC(busy_answers, "busy answers of each kind of call until now");

/* By chance a kind is silent for that long once in ten million runs. */
static int silent_get(char *text, const struct kernel_param *kp)
{
	const struct kind *k;
	u32 silent = 0;

	for (k = kinds; k < kinds + ARRAY_SIZE(kinds); k++)
		silent += k->asked && !k->busy && k->asked >= 16 * k->every;
	return sprintf(text, "%u\n", silent);
}

static const struct kernel_param_ops silent_ops = { .get = silent_get };
module_param_cb(silent, &silent_ops, NULL, 0444);
MODULE_PARM_DESC(silent, "kinds of calls that were made often and never found it busy");

static ulong refused;
module_param(refused, ulong, 0444);
MODULE_PARM_DESC(refused, "calls that LoPAR forbids, until now");

#define BRIDGES		16
#define NAME_FIRST	0x70000000U
#define NAME_MASK	0xf0000000U
#define RTAS_PARAMETER	(-3)
#define RTAS_HARDWARE	(-1)
#define RTAS_BUSY_NOW	(-2)
#define MOST_TCES	(1U << 24)
#define MOST_TCES_ONE	(1U << 22)
#define PAGES		0x103	/* 4K, 64K, 2M */
#define PAGES_ONE	0x3
#define BATCH		512
#define TCE_BOTH	3

/**
 * struct window - a window in QEMU
 * @liobn: QEMU's name for it; 0: there is no window
 * @start: first bus address
 * @tces:  its size
 * @shift: log2 of its pages' size
 */
struct window {
	u32 liobn;
	u64 start;
	u64 tces;
	u32 shift;
};

/**
 * struct bridge - a host bridge, which is a PE
 * @known:    the bridge exists
 * @far:      its default window is beyond 32 bits
 * @has_dflt: its default window exists
 * @limited:  it is in limited-address mode
 * @dflt:     the default window, valid with @has_dflt
 * @created:  the created window
 */
struct bridge {
	bool known;
	bool far;
	bool has_dflt;
	bool limited;
	struct window dflt;
	struct window created;
};

static struct bridge bridges[BRIDGES];
static const u32 *tokens;

/*
 * The memory that uncleared TCEs name, as large as a page of 64 KiB; lists of such TCEs, of TCEs
 * for larger pages, which name no memory at all, and of TCEs to be copied.
 */
#define FILL		0x6b
#define FOREIGN		(1ULL << 45)
#define NOBODYS_SIZE	65536
static u8 *nobodys;
static __be64 *lists;
enum { LIST_NOBODYS, LIST_FOREIGN, LIST_COPY, LISTS };

/* Protects what follows, and bridges against calls at the same time; taken in probes. */
static DEFINE_RAW_SPINLOCK(lock);

bool powervm_on(void)
{
	return powervm;
}

static int touched_get(char *text, const struct kernel_param *kp)
{
	return sprintf(text, "%d\n", nobodys && memchr_inv(nobodys, FILL, NOBODYS_SIZE));
}

static const struct kernel_param_ops touched_ops = { .get = touched_get };
module_param_cb(touched, &touched_ops, NULL, 0444);
MODULE_PARM_DESC(touched, "a device wrote through a TCE that nobody made");

/**
 * struct place - a place where a PE has or once had a window, by QEMU's name for it
 * @liobn:  its name
 * @start:  first bus address
 * @shift:  log2 of its pages' size
 * @bridge: number of the host bridge
 */
struct place {
	u32 liobn;
	u64 start;
	u32 shift;
	u32 bridge;
};

/* A host bridge has two names and two places. */
static struct place places[BRIDGES * 4];
static u32 places_known;

static void note_place(u32 bridge, const struct window *w)
{
	struct place *p = places;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	while (p < places + places_known && (p->liobn != w->liobn || p->start != w->start))
		p++;
	if (!WARN_ON_ONCE(p == places + ARRAY_SIZE(places))) {
		*p = (struct place){ w->liobn, w->start, w->shift, bridge };
		places_known = max_t(u32, places_known, p - places + 1);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* A number for this call of its kind; the same seed gives the same numbers. */
static u32 draw(u32 kind)
{
	u32 x = (seed * 0x9e3779b9U) ^ (kind << 24) ^ kinds[kind].asked;

	x ^= x >> 16;
	x *= 0x85ebca6bU;
	x ^= x >> 13;
	x *= 0xc2b2ae35U;
	return x ^ x >> 16;
}

/* Is the caller a module? Modules are at other addresses than the kernel. */
static bool from_module(const struct pt_regs *regs)
{
	return is_vmalloc_addr((void *)regs->link);
}

static bool is_busy(u32 kind, u32 every, u32 *more)
{
	unsigned long flags;
	bool busy;

	if (!seed)
		return false;
	raw_spin_lock_irqsave(&lock, flags);
	*more = draw(kind);
	busy = *more % every == 0;
	kinds[kind].asked++;
	kinds[kind].busy += busy;
	kinds[kind].every = every;
	raw_spin_unlock_irqrestore(&lock, flags);
	*more /= every;
	return busy;
}

static uint narrow;
module_param(narrow, uint, 0444);
MODULE_PARM_DESC(narrow, "firmware has limited-address mode; bits of DMA mask that drivers get");

/* The host bridge that was removed, or -1; the task whose calls pass unchanged. */
static int gone = -1;
static struct task_struct *passing;

/*
 * True while this module makes a call to answer another one. It cannot rely on probes not hitting
 * in a probe's handler: on 6.1 they sometimes did, in the middle of a handler, when interrupts
 * were enabled.
 */
static DEFINE_PER_CPU(bool, inside);

bool powervm_own_call(void)
{
	return this_cpu_read(inside) || READ_ONCE(passing) == current;
}

static void own_calls_begin(unsigned long *flags)
{
	local_irq_save(*flags);
	this_cpu_write(inside, true);
}

static void own_calls_end(unsigned long flags)
{
	this_cpu_write(inside, false);
	local_irq_restore(flags);
}

/* --- hypercalls --- */

/* Writes one of our lists to a window, from TCE @idx on. */
static void write_list(const struct window *w, u64 idx, u32 list, u32 n)
{
	plpar_hcall_norets(H_PUT_TCE_INDIRECT, (unsigned long)w->liobn,
			   w->start + (idx << w->shift), __pa(lists + list * BATCH),
			   (unsigned long)n);
}

/* Makes the first and the last TCEs of a window valid, with memory without an owner. */
static void leave_undefined(const struct window *w)
{
	u32 list = 1ULL << w->shift <= NOBODYS_SIZE ? LIST_NOBODYS : LIST_FOREIGN;
	u32 n = min_t(u64, w->tces, BATCH);

	write_list(w, 0, list, n);
	write_list(w, w->tces - n, list, n);
}

static bool is_created(u32 liobn)
{
	return (liobn & NAME_MASK) == NAME_FIRST;
}

static u32 bridge_of(u32 liobn)
{
	return is_created(liobn) ? liobn & ~NAME_MASK : liobn >> 8 & 0xff;
}

/* Finds a call's table. Return: false when the name is of no bridge of ours. */
static bool find(u32 liobn, const struct window **w)
{
	u32 i = bridge_of(liobn);

	*w = NULL;
	if (i >= BRIDGES || !bridges[i].known)
		return false;
	if ((int)i == READ_ONCE(gone))
		return true;
	if (is_created(liobn) && bridges[i].created.liobn)
		*w = &bridges[i].created;
	if (liobn == bridges[i].dflt.liobn && bridges[i].has_dflt)
		*w = &bridges[i].dflt;
	return true;
}

/* Refuses what LoPAR forbids and QEMU does not check. */
static bool forbidden(const struct pt_regs *regs, u32 shift, long *answer)
{
	bool list = regs->gpr[3] == H_PUT_TCE_INDIRECT;

	if ((list || regs->gpr[3] == H_STUFF_TCE) && regs->gpr[7] > BATCH)
		*answer = list ? H_PARAMETER : H_P4;
	else if (regs->gpr[5] & ((1ULL << shift) - 1))
		*answer = H_PARAMETER;
	else
		return false;
	refused++;
	return true;
}

static bool hcall_busy(const struct pt_regs *regs, long *answer)
{
	u32 more;

	if (!from_module(regs) || !is_busy(0, 64, &more))
		return false;
	*answer = more % 8 ? H_BUSY : H_LONG_BUSY_ORDER_1_MSEC;
	return true;
}

/* H_GET_TCE answers H_PARTIAL when a TCE names memory outside of the partition. */
static bool read_partly(struct pt_regs *regs, unsigned long *buf, long *answer)
{
	unsigned long ret[PLPAR_HCALL_BUFSIZE];
	unsigned long flags;
	u32 more;

	if (!from_module(regs) || !is_busy(1, 4, &more))
		return false;
	own_calls_begin(&flags);
	*answer = plpar_hcall(H_GET_TCE, ret, regs->gpr[5], regs->gpr[6]);
	own_calls_end(flags);
	if (*answer == H_SUCCESS && ret[0] & TCE_BOTH) {
		*answer = H_PARTIAL;
		ret[0] |= ~0xfffUL;
	}
	buf[0] = ret[0];
	return true;
}

/* plpar_hcall() has its buffer before the LIOBN. */
bool powervm_get_tce(struct pt_regs *regs, long *answer)
{
	unsigned long *buf = (unsigned long *)regs->gpr[4];
	const struct window *w;

	if (regs->gpr[3] != H_GET_TCE || !find(regs->gpr[5], &w))
		return false;
	*answer = H_PARAMETER;
	if (!w)
		return true;
	regs->gpr[5] = w->liobn;
	return read_partly(regs, buf, answer);
}

bool powervm_write_tces(struct pt_regs *regs, long *answer)
{
	const struct window *w;

	if (regs->gpr[3] != H_PUT_TCE && regs->gpr[3] != H_PUT_TCE_INDIRECT &&
	    regs->gpr[3] != H_STUFF_TCE)
		return false;
	if (!find(regs->gpr[4], &w))
		return false;
	*answer = H_PARAMETER;
	if (!w)
		return true;
	regs->gpr[4] = w->liobn;
	return forbidden(regs, w->shift, answer) || hcall_busy(regs, answer);
}

/* --- RTAS --- */

/**
 * struct powervm_args - a call of rtas_call()
 * @call:  which
 * @nargs: arguments
 * @nret:  results, the status among them
 * @out:   results without it
 * @arg:   arguments
 * @i:     number of the host bridge
 */
struct powervm_args {
	enum powervm_call call;
	int nargs;
	int nret;
	int *out;
	u32 arg[5];
	u32 i;
};

static int create(const struct powervm_args *a, u32 page, u32 shift, int *out)
{
	return rtas_call(tokens[POWERVM_CREATE], 5, 4, out, a->arg[0], a->arg[1], a->arg[2], page,
			 shift);
}

static int remove(u32 liobn)
{
	return rtas_call(tokens[POWERVM_REMOVE], 1, 1, NULL, liobn);
}

static bool has_one(const struct bridge *b)
{
	return b->far || one_each;
}

static int query(const struct powervm_args *a, struct bridge *b)
{
	bool wide = a->nret == 6;
	int *out = a->out;
	int rc = rtas_call(tokens[POWERVM_QUERY], 3, a->nret, out, a->arg[0], a->arg[1], a->arg[2]);

	if (rc)
		return rc;
	*out++ = !b->created.liobn && !(has_one(b) && b->has_dflt);
	if (wide)
		*out++ = 0;
	*out++ = has_one(b) ? MOST_TCES_ONE : MOST_TCES;
	*out &= has_one(b) ? PAGES_ONE : PAGES;
	return 0;
}

/* Bit of a page size in a query's answer; 0: there is none. */
static u32 page_bit(const struct bridge *b, u32 page)
{
	u32 bit = page == 12 ? 1 : page == 16 ? 2 : page == 21 ? 0x100 : 0;

	return bit & (has_one(b) ? PAGES_ONE : PAGES);
}

#define HIGH		(1ULL << 59)
#define LIMITED_START	(1ULL << 32)

/* Is the default window's place the right one for a created window? */
static bool goes_low(const struct bridge *b)
{
	return b->dflt.start >= HIGH || (b->limited && b->dflt.start == LIMITED_START);
}

/*
 * Creates a window at HIGH, although QEMU puts a PE's first window in the default window's place.
 */
static int create_high(const struct powervm_args *a, const struct bridge *b, int *out)
{
	int low[3] = { 0 };
	int rc;

	if (b->has_dflt || goes_low(b))
		return create(a, a->arg[3], a->arg[4], out);
	rc = create(a, 12, 12, low);
	if (!rc)
		rc = create(a, a->arg[3], a->arg[4], out);
	remove(low[0]);
	return rc;
}

static int create_one(const struct powervm_args *a, struct bridge *b)
{
	u32 page = a->arg[3], shift = a->arg[4];
	int out[3] = { 0 };
	int rc;

	if (!page_bit(b, page) || shift < page || shift > 62)
		return RTAS_PARAMETER;
	if (b->created.liobn || (has_one(b) && b->has_dflt) ||
	    1ULL << (shift - page) > (has_one(b) ? MOST_TCES_ONE : MOST_TCES))
		return RTAS_HARDWARE;
	rc = create_high(a, b, out);
	if (rc)
		return rc;
	b->created = (struct window){ out[0], (u64)(u32)out[1] << 32 | (u32)out[2],
				      1ULL << (shift - page), page };
	note_place(a->i, &b->created);
	leave_undefined(&b->created);
	a->out[0] = NAME_FIRST + a->i;
	a->out[1] = out[1];
	a->out[2] = out[2];
	return 0;
}

/* Calls a function without a probe, since whole windows are read. */
static long get_tce(u32 liobn, u64 ioba, u64 *tce)
{
	unsigned long ret[PLPAR_HCALL9_BUFSIZE] = { 0 };
	long rc = plpar_hcall9(H_GET_TCE, ret, (unsigned long)liobn, ioba);

	*tce = ret[0];
	return rc;
}

static u64 read_tce(const struct window *w, u64 idx)
{
	u64 tce;

	get_tce(w->liobn, w->start + (idx << w->shift), &tce);
	return tce;
}

/* LoPAR: a removed window has no valid TCE. Only TCEs that leave_undefined() made are checked. */
static int remove_cleared(const struct window *w)
{
	u32 n = min_t(u64, w->tces, BATCH);
	u32 i;

	for (i = 0; i < n; i++)
		if ((read_tce(w, i) | read_tce(w, w->tces - 1 - i)) & TCE_BOTH) {
			refused++;
			return RTAS_HARDWARE;
		}
	return remove(w->liobn);
}

/* In QEMU the last removal restores the default window, unless the removed one had its name. */
static int remove_created(struct bridge *b)
{
	int rc = b->created.liobn ? remove_cleared(&b->created) : RTAS_PARAMETER;

	if (rc)
		return rc;
	b->created.liobn = 0;
	if (b->has_dflt)
		return 0;
	b->has_dflt = !has_one(b);
	if (b->has_dflt)
		leave_undefined(&b->dflt);
	else
		remove(b->dflt.liobn);
	return 0;
}

static int remove_one(const struct powervm_args *a, struct bridge *b)
{
	int rc;

	if (is_created(a->arg[0]))
		return remove_created(b);
	rc = b->has_dflt ? remove_cleared(&b->dflt) : RTAS_PARAMETER;
	if (!rc)
		b->has_dflt = false;
	return rc;
}

/* Copies the first TCEs of a window that is about to be removed. */
static u32 read_created(const struct window *w)
{
	u32 n = min_t(u64, w->tces, BATCH);
	u32 i;

	for (i = 0; i < n; i++)
		lists[LIST_COPY * BATCH + i] = cpu_to_be64(read_tce(w, i));
	return n;
}

/* Keeps the TCEs of the default window, which QEMU's reset would clear. */
static int reset(const struct powervm_args *a, struct bridge *b)
{
	u32 kept = 0;

	if (a->nargs != 3 && (a->nargs != 4 || !narrow || a->arg[3] != 1))
		return RTAS_PARAMETER;
	b->limited = a->nargs == 4;
	if (b->created.liobn && has_one(b))
		kept = read_created(&b->created);
	if (b->created.liobn)
		remove(b->created.liobn);
	b->created.liobn = 0;
	if (b->has_dflt)
		return 0;
	if (rtas_call(tokens[POWERVM_RESET], 3, 1, NULL, a->arg[0], a->arg[1], a->arg[2]))
		return RTAS_HARDWARE;
	b->has_dflt = true;
	leave_undefined(&b->dflt);
	if (kept)
		write_list(&b->dflt, 0, LIST_COPY, kept);
	return 0;
}

static int serve(const struct powervm_args *a)
{
	struct bridge *b = &bridges[a->i];

	if ((int)a->i == READ_ONCE(gone)) {
		if (a->nret > 1)
			memset(a->out, 0, (a->nret - 1) * sizeof(*a->out));
		return RTAS_PARAMETER;
	}
	switch (a->call) {
	case POWERVM_QUERY:
		return query(a, b);
	case POWERVM_CREATE:
		return create_one(a, b);
	case POWERVM_REMOVE:
		return remove_one(a, b);
	default:
		return reset(a, b);
	}
}

static bool rtas_busy(const struct pt_regs *regs, enum powervm_call call, long *answer)
{
	u32 more;

	if (call == POWERVM_QUERY || (call != POWERVM_CREATE && !from_module(regs)))
		return false;
	if (!is_busy(2 + call, 3, &more))
		return false;
	*answer = more % 2 ? RTAS_BUSY_NOW : 9900 + more / 2 % 2;
	return true;
}

/*
 * rtas_call() takes the token, the numbers of arguments and of results, the results, and then the
 * arguments, the last of them on the stack.
 */
static void read_args(const struct pt_regs *regs, struct powervm_args *a)
{
	const u64 *stack = (const u64 *)(regs->gpr[1] + 32);
	int k;

	a->nargs = regs->gpr[4];
	a->nret = regs->gpr[5];
	a->out = (int *)regs->gpr[6];
	for (k = 0; k < a->nargs && k < (int)ARRAY_SIZE(a->arg); k++)
		a->arg[k] = k < 4 ? regs->gpr[7 + k] : stack[4 + k];
	a->i = a->call == POWERVM_REMOVE ? bridge_of(a->arg[0]) : a->arg[2] & 0xff;
}

bool powervm_rtas(struct pt_regs *regs, enum powervm_call call, long *answer)
{
	struct powervm_args a = { .call = call };
	unsigned long flags;

	read_args(regs, &a);
	if (a.i >= BRIDGES || !bridges[a.i].known)
		return false;
	if (rtas_busy(regs, call, answer))
		return true;
	own_calls_begin(&flags);
	*answer = serve(&a);
	own_calls_end(flags);
	return true;
}

/* --- a PE that firmware removes --- */

#define BUID_HIGH	0x8000000
#define BUID_LOW	0x20000000

/* Clears all tables of the PE, although its device may still write. */
static void take_away(u32 i)
{
	struct bridge *b = &bridges[i];

	WRITE_ONCE(passing, current);
	if (b->created.liobn)
		remove(b->created.liobn);
	b->created.liobn = 0;
	rtas_call(tokens[POWERVM_RESET], 3, 1, NULL, 0, BUID_HIGH, BUID_LOW + i);
	b->has_dflt = true;
	WRITE_ONCE(passing, NULL);
}

static int gone_set(const char *text, const struct kernel_param *kp)
{
	int i;

	if (!powervm || kstrtoint(text, 0, &i) || i < -1 || i >= BRIDGES)
		return -EINVAL;
	WRITE_ONCE(gone, i);
	if (i >= 0)
		take_away(i);
	return 0;
}

static const struct kernel_param_ops gone_ops = { .set = gone_set };
module_param_cb(gone, &gone_ops, NULL, 0200);
MODULE_PARM_DESC(gone, "number of a host bridge that is taken away, or -1");

/* --- what is left valid --- */

/**
 * struct valid - counts of a window's valid TCEs
 * @all:       all valid TCEs
 * @host:      the host's: they lead to the memory of their own number, or the host's table of
 *             this window has their entry as mapped
 * @undefined: unchanged since the window was made
 */
struct valid {
	unsigned int all;
	unsigned int host;
	unsigned int undefined;
};

/* Is it a page that the host never maps, although its table has it as used? */
static bool is_reserved(const struct iommu_table *tbl, u64 idx)
{
	u64 entry = tbl->it_offset + idx;

	return !entry || (entry >= tbl->it_reserved_start && entry < tbl->it_reserved_end);
}

static bool host_mapped(const struct iommu_table *tbl, u64 idx)
{
	return tbl && tbl->it_map && idx < tbl->it_size && !is_reserved(tbl, idx) &&
	       test_bit(idx, tbl->it_map);
}

static struct iommu_table *table_at(const struct iommu_table_group *tg, u64 start)
{
	int k;

	for (k = 0; tg && k < IOMMU_TABLE_GROUP_MAX_TABLES; k++)
		if (tg->tables[k] &&
		    (u64)tg->tables[k]->it_offset << tg->tables[k]->it_page_shift == start)
			return tg->tables[k];
	return NULL;
}

/* The kernel's own table for a window of a host bridge. The PE must not be taken meanwhile. */
static struct iommu_table *host_table(u32 bridge, u64 start)
{
	struct iommu_table *tbl = NULL;
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		struct iommu_group *group = iommu_group_get(&pdev->dev);

		if (!tbl && group && pci_domain_nr(pdev->bus) == (int)bridge)
			tbl = table_at(iommu_group_get_iommudata(group), start);
		iommu_group_put(group);
	}
	return tbl;
}

/* Counts a TCE. Return: false if the hypervisor has no such TCE. */
static bool look_at(const struct place *p, u64 idx, const struct iommu_table *tbl, struct valid *v)
{
	u64 tce, own = idx << p->shift;

	if (get_tce(p->liobn, p->start + own, &tce))
		return false;
	if (!(tce & TCE_BOTH))
		return true;
	if ((tce & ~0xfffULL) == own || host_mapped(tbl, idx))
		v->host++;
	else if ((tce & ~0xfffULL) == __pa(nobodys) || tce & FOREIGN)
		v->undefined++;
	/* The host may have unmapped it since the first read */
	else if (get_tce(p->liobn, p->start + own, &tce) || !(tce & TCE_BOTH))
		return true;
	v->all++;
	return true;
}

/*
 * Counts what the hypervisor has at a place: the window may be gone, or another one may be there.
 */
static struct valid walk(const struct place *p)
{
	const struct iommu_table *tbl = host_table(p->bridge, p->start);
	struct valid v = { 0 };
	u64 idx;

	for (idx = 0; look_at(p, idx, tbl, &v); idx++)
		cond_resched();
	return v;
}

static int valid_get(char *text, const struct kernel_param *kp)
{
	const struct place *p;
	struct valid v;
	int n = 0;

	for (p = places; p < places + places_known && n < PAGE_SIZE - 128; p++) {
		v = walk(p);
		n += sprintf(text + n,
			     "%u %#x at %#llx: valid %u host %u undefined %u strange %u\n",
			     p->bridge, p->liobn, p->start, v.all, v.host, v.undefined,
			     v.all - v.host - v.undefined);
	}
	return n;
}

static const struct kernel_param_ops valid_ops = { .get = valid_get };
module_param_cb(valid, &valid_ops, NULL, 0400);
MODULE_PARM_DESC(valid, "valid TCEs of each window that a host bridge has or ever had");

static ulong outstanding;
module_param(outstanding, ulong, 0444);
MODULE_PARM_DESC(outstanding, "valid TCEs of the host bridge that went last, when it did");

static ulong valid_of(u32 bridge)
{
	const struct place *p;
	ulong n = 0;

	for (p = places; p < places + places_known; p++)
		if (p->bridge == bridge)
			n += walk(p).all;
	return n;
}

/* --- windows by firmware --- */

/* The kernel's record of a window that it has made. */
struct ddw_info {
	__be32 liobn;
	__be64 start;
	__be32 page_shift;
	__be32 window_shift;
};

/*
 * A kernel started by kexec has the window of the kernel before it. That window is beside the
 * default one, so it has the other of QEMU's two names.
 */
static void meet_created(const struct device_node *np, u32 i)
{
	struct bridge *b = &bridges[i];
	int size;
	const struct ddw_info *d = of_get_property(np, "linux,direct64-ddr-window-info", &size);

	if (!d || size < sizeof(*d) || be32_to_cpu(d->liobn) != NAME_FIRST + i)
		return;
	b->created = (struct window){
		.liobn = b->dflt.liobn ^ 1,
		.start = be64_to_cpu(d->start),
		.tces = 1ULL << (be32_to_cpu(d->window_shift) - be32_to_cpu(d->page_shift)),
		.shift = be32_to_cpu(d->page_shift),
	};
	note_place(i, &b->created);
}

/* The cells are the LIOBN, and bus address and size in two cells each. */
static void meet(const struct device_node *np, const __be32 *cell)
{
	u32 liobn = be32_to_cpup(cell);
	u32 i = bridge_of(liobn);

	if (i >= BRIDGES)
		return;
	bridges[i] = (struct bridge){
		.known = true,
		.far = of_read_number(cell + 1, 2) >> 32,
		.has_dflt = true,
		.dflt = { liobn, of_read_number(cell + 1, 2), of_read_number(cell + 3, 2) >> 12,
			  12 },
	};
	note_place(i, &bridges[i].dflt);
	meet_created(np, i);
}

/* The PE's cells; NULL: this node has none. */
static const __be32 *window_cells(const struct device_node *np)
{
	int size;
	const __be32 *cell = of_get_property(np, "ibm,dma-window", &size);

	return cell && size == 5 * sizeof(*cell) ? cell : NULL;
}

static void meet_all(void)
{
	struct device_node *np = NULL;
	const __be32 *cell;

	while ((np = of_find_node_with_property(np, "ibm,dma-window"))) {
		cell = window_cells(np);
		if (cell)
			meet(np, cell);
	}
}

/* The host bridge whose node is added or removed. */
static struct bridge *bridge_with(unsigned long wanted, unsigned long action, void *data)
{
	const struct of_reconfig_data *rd = data;
	const __be32 *cell = action == wanted ? window_cells(rd->dn) : NULL;
	u32 i = cell ? bridge_of(be32_to_cpup(cell)) : BRIDGES;

	return i < BRIDGES ? &bridges[i] : NULL;
}

static int node_comes(struct notifier_block *nb, unsigned long action, void *data)
{
	struct bridge *b = bridge_with(OF_RECONFIG_ATTACH_NODE, action, data);
	const struct of_reconfig_data *rd = data;

	if (!b)
		return NOTIFY_OK;
	meet(rd->dn, window_cells(rd->dn));
	leave_undefined(&b->dflt);
	return NOTIFY_OK;
}

static int node_goes(struct notifier_block *nb, unsigned long action, void *data)
{
	struct bridge *b = bridge_with(OF_RECONFIG_DETACH_NODE, action, data);

	if (!b || !b->known)
		return NOTIFY_OK;
	outstanding = valid_of(b - bridges);
	b->known = false;
	return NOTIFY_OK;
}

/* A bridge is known before anybody reads its windows, and until the kernel removed its own. */
static struct notifier_block comes_nb = {
	.notifier_call	= node_comes,
	.priority	= INT_MAX,
};

static struct notifier_block goes_nb = {
	.notifier_call	= node_goes,
	.priority	= INT_MIN,
};

#define LISTS_ORDER	get_order(LISTS * BATCH * sizeof(__be64))

/* "ibm,ddw-extensions": how many follow; reset; wide queries; limited-address mode */
static struct property *extensions(void)
{
	struct property *p = kzalloc(sizeof(*p), GFP_KERNEL);
	__be32 *cell = kcalloc(4, sizeof(*cell), GFP_KERNEL);

	if (!p || !cell)
		return NULL;
	cell[0] = cpu_to_be32(3);
	cell[1] = cpu_to_be32(tokens[POWERVM_RESET]);
	cell[2] = cpu_to_be32(1);
	cell[3] = cpu_to_be32(1);
	p->name = kstrdup("ibm,ddw-extensions", GFP_KERNEL);
	p->value = cell;
	p->length = 4 * sizeof(*cell);
	return p->name ? p : NULL;
}

/* The new property stays for good: the kernel frees nothing that was in the device tree. */
static void tell_limited(void)
{
	struct device_node *np = NULL;
	struct property *p;

	while ((np = of_find_node_with_property(np, "ibm,ddw-extensions"))) {
		p = extensions();
		if (p && !of_remove_property(np, of_find_property(np, p->name, NULL)))
			of_add_property(np, p);
	}
}

u64 powervm_mask(u64 mask)
{
	return powervm && narrow && mask == ~0ULL ? (1ULL << narrow) - 1 : mask;
}

bool powervm_has_one(u32 domain)
{
	return powervm && domain < BRIDGES && has_one(&bridges[domain]);
}

int powervm_init(const u32 *rtas_tokens)
{
	u32 i;

	if (!powervm)
		return 0;
	tokens = rtas_tokens;
	nobodys = (u8 *)__get_free_pages(GFP_KERNEL, get_order(NOBODYS_SIZE));
	lists = (__be64 *)__get_free_pages(GFP_KERNEL, LISTS_ORDER);
	if (!nobodys || !lists) {
		powervm_exit();
		return -ENOMEM;
	}
	memset(nobodys, FILL, NOBODYS_SIZE);
	for (i = 0; i < BATCH; i++) {
		lists[LIST_NOBODYS * BATCH + i] = cpu_to_be64(__pa(nobodys) | TCE_BOTH);
		lists[LIST_FOREIGN * BATCH + i] = cpu_to_be64(FOREIGN | (u64)i << 21 | TCE_BOTH);
	}
	meet_all();
	of_reconfig_notifier_register(&comes_nb);
	of_reconfig_notifier_register(&goes_nb);
	if (narrow)
		tell_limited();
	pr_info("tce_inject: PowerVM's ways, seed %u\n", seed);
	return 0;
}

void powervm_exit(void)
{
	if (lists) {
		of_reconfig_notifier_unregister(&comes_nb);
		of_reconfig_notifier_unregister(&goes_nb);
	}
	free_pages((unsigned long)nobodys, get_order(NOBODYS_SIZE));
	free_pages((unsigned long)lists, LISTS_ORDER);
	nobodys = NULL;
	lists = NULL;
}
