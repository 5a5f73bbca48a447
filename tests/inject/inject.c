// SPDX-License-Identifier: GPL-2.0-only
/*
 * inject.c - a hypervisor that fails when it is told to.
 *
 * An emulated partition's hypervisor never fails a call with good arguments. This module answers
 * in the hypervisor's place: it has probes at the kernel's functions that call the hypervisor,
 * and returns at once with the answer that the plan has, so that the call has no effect. It does
 * not matter which driver makes the call.
 *
 *   echo "write 3 1 -1" >/sys/module/tce_inject/parameters/plan
 *
 * means: of the calls that write TCEs, from the third one on, one is answered with -1. Plans for
 * several kinds of calls, separated by commas, are active at the same time; each kind has its own
 * count. With the word "done" after the answer an RTAS call still does its work. "off" ends all
 * plans. "hits" says how many calls were answered.
 *
 * With single=1 each PE can have one window at a time, like an SR-IOV function: while it has one,
 * a query offers no more, and a create is refused. The module must be loaded before the first
 * driver of a device asks. Host bridges and tables have QEMU's numbers.
 *
 * With largest=N the hypervisor says that a window can have N TCEs at most. Then the host's
 * window may be too small for all of memory, and the host maps memory only as it uses it. With
 * pages=MASK a query only offers the page sizes of these bits; 3 leaves 4K and 64K, with which
 * the host needs many calls to fill its window.
 */
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/ptrace.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/hvcall.h>
#include <asm/iommu.h>
#include "eeh.h"
#include "powervm.h"

enum call {
	CALL_NONE,
	CALL_WRITE,
	CALL_CLEAR,
	CALL_QUERY,
	CALL_CREATE,
	CALL_REMOVE,
	CALL_RESET,
	CALL_TABLE,
	CALL_KINDS
};

/*
 * "write" and "clear" are all calls that do that to TCEs; the next four are RTAS calls. "table"
 * is the kernel's own iommu_init_table(), for which an answer of 0 means no memory.
 */
static const char *const names[CALL_KINDS] = {
	"off", "write", "clear", "query", "create", "remove", "reset", "table",
};

/* The plan for calls of one kind. */
struct plan {
	unsigned long from;	/* calls to let pass, plus one */
	unsigned long times;	/* calls to answer after that */
	long answer;
	bool done;		/* ... after they have done their work */
};

/* Protects the plans and the hits; taken in probes. */
static DEFINE_RAW_SPINLOCK(lock);
static struct plan plans[CALL_KINDS];
static int hits;
module_param(hits, int, 0444);
MODULE_PARM_DESC(hits, "calls answered since the plan was made");

static u32 tokens[CALL_KINDS];

static bool single;
module_param(single, bool, 0444);
MODULE_PARM_DESC(single, "each PE has one window at a time");

static uint largest;
module_param(largest, uint, 0444);
MODULE_PARM_DESC(largest, "TCEs that a window can have, 0: what the hypervisor says");

static uint pages = ~0U;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "page sizes that it can have, as a mask of those of the query");

/* Number of existing windows, by the host bridge's number; each bridge began with one. */
#define BRIDGES	16
static int windows[BRIDGES] = { [0 ... BRIDGES - 1] = 1 };

/* Does a plan answer this call, at its begin or (@done) at its end? If so, gives the answer. */
static bool answered(enum call call, bool done, long *answer)
{
	struct plan *p = &plans[call];
	unsigned long flags;
	bool yes = false;

	if (call == CALL_NONE || !READ_ONCE(p->times))
		return false;
	raw_spin_lock_irqsave(&lock, flags);
	if (p->done != done) {
		/* The plan is for the call's other end. */
	} else if (p->from > 1) {
		p->from--;
	} else if (p->times) {
		p->times--;
		hits++;
		*answer = p->answer;
		yes = true;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	return yes;
}

static int return_answer(struct pt_regs *regs, long answer)
{
	regs_set_return_value(regs, answer);
	instruction_pointer_set(regs, regs->link);
	return 1;
}

/* Arguments are opcode, LIOBN, bus address, TCE; a TCE of zero permits nothing. */
static enum call hcall_kind(const struct pt_regs *regs)
{
	switch (regs->gpr[3]) {
	case H_PUT_TCE:
		return regs->gpr[6] ? CALL_WRITE : CALL_CLEAR;
	case H_PUT_TCE_INDIRECT:
		return CALL_WRITE;
	case H_STUFF_TCE:
		return regs->gpr[6] ? CALL_WRITE : CALL_CLEAR;
	default:
		return CALL_NONE;
	}
}

static int hcall_begins(struct kprobe *p, struct pt_regs *regs)
{
	long answer;

	if (powervm_own_call())
		return 0;
	if (answered(hcall_kind(regs), false, &answer))
		return return_answer(regs, answer);
	if (powervm_on() && powervm_write_tces(regs, &answer))
		return return_answer(regs, answer);
	return 0;
}

static int get_begins(struct kprobe *p, struct pt_regs *regs)
{
	long answer;

	if (powervm_own_call())
		return 0;
	return powervm_on() && powervm_get_tce(regs, &answer) ? return_answer(regs, answer) : 0;
}

static enum call rtas_kind(u32 token)
{
	enum call call;

	for (call = CALL_QUERY; call <= CALL_RESET; call++)
		if (tokens[call] && tokens[call] == token)
			return call;
	return CALL_NONE;
}

static int table_begins(struct kprobe *p, struct pt_regs *regs)
{
	long answer;

	return answered(CALL_TABLE, false, &answer) ? return_answer(regs, answer) : 0;
}

/*
 * rtas_call() takes the token, the numbers of arguments and of results, the results, then the
 * arguments. These begin with the address and the number of the bridge; a removal has a table's
 * LIOBN instead.
 */
static int *bridge_windows(const struct pt_regs *regs, enum call call)
{
	u32 bridge = call == CALL_REMOVE ? regs->gpr[7] >> 8 : regs->gpr[9];

	return &windows[bridge % BRIDGES];
}

static int rtas_begins(struct kprobe *p, struct pt_regs *regs)
{
	enum call call = rtas_kind(regs->gpr[3]);
	long answer;

	if (powervm_own_call())
		return 0;
	if (single && call == CALL_CREATE && *bridge_windows(regs, call))
		return return_answer(regs, -3);
	if (answered(call, false, &answer))
		return return_answer(regs, answer);
	if (powervm_on() && call != CALL_NONE &&
	    powervm_rtas(regs, POWERVM_QUERY + (call - CALL_QUERY), &answer))
		return return_answer(regs, answer);
	return eeh_rtas(regs, &answer) ? return_answer(regs, answer) : 0;
}

/* A driver asks for a DMA mask */
static int mask_begins(struct kprobe *p, struct pt_regs *regs)
{
	regs->gpr[4] = powervm_mask(regs->gpr[4]);
	return 0;
}

/* What to remember of a call until it returns. */
struct pending {
	enum call call;
	int *windows;
	u32 *results;
	bool wide;
};

static int limits_begin(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct pending *p = (struct pending *)ri->data;

	p->call = rtas_kind(regs->gpr[3]);
	if (p->call == CALL_NONE)
		return 1;
	p->windows = bridge_windows(regs, p->call);
	p->results = (u32 *)regs->gpr[6];
	/* The largest window takes two results of six, or one of five. */
	p->wide = regs->gpr[5] == 6;
	return 0;
}

static void limit_query(const struct pending *p)
{
	if (single)
		p->results[0] = !*p->windows;
	if (largest) {
		p->results[1] = p->wide ? 0 : largest;
		if (p->wide)
			p->results[2] = largest;
	}
	p->results[p->wide ? 3 : 2] &= pages;
}

static void limits_apply(struct pending *p)
{
	switch (p->call) {
	case CALL_QUERY:
		limit_query(p);
		break;
	case CALL_CREATE:
	case CALL_RESET:
		*p->windows = 1;
		break;
	default:
		*p->windows = 0;
	}
}

static int limits_end(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct pending *p = (struct pending *)ri->data;
	long answer;

	if (!(int)regs_return_value(regs))
		limits_apply(p);
	if (answered(p->call, true, &answer))
		regs_set_return_value(regs, answer);
	return 0;
}

/* Kernels from 6.11 on have made their query for each PE before this module was loaded. */
static void single_groups(void)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		struct iommu_group *group = iommu_group_get(&pdev->dev);
		struct iommu_table_group *tg = group ? iommu_group_get_iommudata(group) : NULL;

		if (tg && (single || powervm_has_one(pci_domain_nr(pdev->bus))))
			tg->max_dynamic_windows_supported = 1;
		iommu_group_put(group);
	}
}

static struct kretprobe limits_probe = {
	.kp.symbol_name	= "rtas_call",
	.entry_handler	= limits_begin,
	.handler	= limits_end,
	.data_size	= sizeof(struct pending),
};

/*
 * The kernel does not optimise a probe with a second handler into a jump: after a jump the
 * function would continue instead of returning.
 */
static void nothing(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

#define PROBE(symbol, handler) { \
	.symbol_name	= symbol, \
	.pre_handler	= handler, \
	.post_handler	= nothing, \
}

static struct kprobe probes[] = {
	PROBE("plpar_hcall_norets", hcall_begins),
	PROBE("plpar_hcall", get_begins),
	PROBE("rtas_call", rtas_begins),
	PROBE("iommu_init_table", table_begins),
	PROBE("dma_set_mask", mask_begins),
	PROBE("dma_set_coherent_mask", mask_begins),
};

/* Return: the kind of call, or an errno. */
static int plan_parse(const char *text, struct plan *p)
{
	char name[16], done[8];
	int call, n;

	n = sscanf(text, "%15s %lu %lu %ld %7s", name, &p->from, &p->times, &p->answer, done);
	call = n < 1 ? -EINVAL : match_string(names, CALL_KINDS, name);
	if (call < 0 || (call != CALL_NONE && n < 4))
		return -EINVAL;
	p->done = n == 5;
	if (p->done && (strcmp(done, "done") || call < CALL_QUERY || call == CALL_TABLE))
		return -EINVAL;
	return call;
}

static int plans_parse(char *text, struct plan new[CALL_KINDS])
{
	char *one;

	while ((one = strsep(&text, ","))) {
		struct plan p = { 0 };
		int call = plan_parse(one, &p);

		if (call < 0)
			return call;
		if (call != CALL_NONE)
			new[call] = p;
	}
	return 0;
}

static int plan_set(const char *text, const struct kernel_param *kp)
{
	struct plan new[CALL_KINDS] = { 0 };
	char *copy = kstrdup(text, GFP_KERNEL);
	unsigned long flags;
	int rc, i;

	if (!copy)
		return -ENOMEM;
	rc = plans_parse(copy, new);
	kfree(copy);
	if (rc)
		return rc;
	raw_spin_lock_irqsave(&lock, flags);
	for (i = 0; i < CALL_KINDS; i++) {
		if (new[i].times)
			hits = 0;
		plans[i] = new[i];
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static int plan_get(char *text, const struct kernel_param *kp)
{
	const struct plan *p;
	int n = 0, i;

	for (i = CALL_WRITE; i < CALL_KINDS; i++) {
		p = &plans[i];
		if (p->times)
			n += sprintf(text + n, "%s%s %lu %lu %ld%s", n ? ", " : "", names[i],
				     p->from, p->times, p->answer, p->done ? " done" : "");
	}
	return n + sprintf(text + n, "%s\n", n ? "" : names[CALL_NONE]);
}

static const struct kernel_param_ops plan_ops = {
	.set = plan_set,
	.get = plan_get,
};
module_param_cb(plan, &plan_ops, NULL, 0644);
MODULE_PARM_DESC(plan, "CALL FROM TIMES ANSWER [done], ..., or off");

/* All host bridges have the same tokens; "ibm,ddw-extensions" begins with their number. */
static int __init read_tokens(void)
{
	struct device_node *np = of_find_node_with_property(NULL, "ibm,ddw-applicable");
	int rc;

	if (!np)
		return -ENODEV;
	rc = of_property_read_u32_array(np, "ibm,ddw-applicable", &tokens[CALL_QUERY], 3);
	if (!rc)
		rc = of_property_read_u32_index(np, "ibm,ddw-extensions", 1, &tokens[CALL_RESET]);
	of_node_put(np);
	return rc;
}

static void unregister_probes(int n)
{
	while (n--)
		unregister_kprobe(&probes[n]);
}

static int register_probes(void)
{
	int i, rc = 0;

	for (i = 0; i < ARRAY_SIZE(probes) && !rc; i++)
		rc = register_kprobe(&probes[i]);
	if (rc)
		unregister_probes(i - 1);
	return rc;
}

static void unregister_all(void)
{
	if (!powervm_on())
		unregister_kretprobe(&limits_probe);
	unregister_probes(ARRAY_SIZE(probes));
	eeh_exit();
}

/*
 * Before kexec the kernel makes hypercalls with address translation off, where a probe would
 * crash it. Drivers that clean up their windows before that have done so already.
 */
static int inject_reboot(struct notifier_block *nb, unsigned long event, void *data)
{
	unregister_all();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_nb = {
	.notifier_call	= inject_reboot,
	.priority	= INT_MIN,
};

static int __init inject_init(void)
{
	int rc = read_tokens();

	eeh_rtas_init();
	if (!rc)
		rc = powervm_init(&tokens[CALL_QUERY]);
	if (!rc)
		rc = register_probes();
	if (rc) {
		powervm_exit();
		return rc;
	}
	single_groups();
	/* With powervm=1 this probe would run before ours, which does its work then */
	rc = powervm_on() ? 0 : register_kretprobe(&limits_probe);
	if (rc)
		unregister_probes(ARRAY_SIZE(probes));
	else
		register_reboot_notifier(&reboot_nb);
	return rc;
}

static void __exit inject_exit(void)
{
	unregister_reboot_notifier(&reboot_nb);
	unregister_all();
	powervm_exit();
}

module_init(inject_init);
module_exit(inject_exit);

MODULE_DESCRIPTION("Answers calls to the hypervisor in its place, for tests");
MODULE_LICENSE("GPL");
