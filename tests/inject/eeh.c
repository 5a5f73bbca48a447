// SPDX-License-Identifier: GPL-2.0-only
/*
 * eeh.c - the platform's half of EEH: the answers of LoPAR's calls for a PE that works, is
 * stopped after an error, or is being reset. Each host bridge is a PE.
 *
 * With eeh=1 the kernel finds EEH for each device that it finds from then on: devices that are
 * there already must be removed and found again. "freeze" stops the PE of a host bridge: its
 * devices lose the right to do DMA, as on a real platform. This module does not stop access to
 * their registers, and does not reset the devices: the kernel's code and the user's code act on
 * the answers alone. After the begin and the end of a reset the PE is not available for a moment,
 * of "moment" milliseconds.
 *
 * The kernel's eeh_dev_break, and its error injection for users, read a register of a function
 * while its memory space is switched off: a real platform stops the PE then. Here the two writes
 * to configuration space with nothing between them show it. The PE's state changes at once, and
 * its devices lose their DMA a little later, as the writer has a lock that this takes: "frozen"
 * counts when it is done.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <asm/rtas.h>
#include "eeh.h"

static bool eeh;
module_param(eeh, bool, 0444);
MODULE_PARM_DESC(eeh, "devices that the kernel meets from now on are under EEH");

#define BRIDGES		16
#define PE_ADDRESS	0x10000	/* the same for each: it is an address within the host bridge */
#define RTAS_PARAMETER	(-3)
#define RTAS_NO_DATA	1

static uint moment = 100;
module_param(moment, uint, 0644);
MODULE_PARM_DESC(moment, "milliseconds that a reset's begin and its end take");

/* LoPAR "ibm,read-slot-reset-state2" */
enum state { WORKS, IN_RESET, STOPPED, MMIO_ALONE = 4, UNAVAILABLE };

/* LoPAR "ibm,set-eeh-option" and "ibm,set-slot-reset" */
enum { OPTION_DISABLE, OPTION_ENABLE, OPTION_MMIO, OPTION_DMA };
enum { RESET_END, RESET_HOT, RESET_FUNDAMENTAL = 3 };

static enum state states[BRIDGES];

/* The function whose memory space the last access to configuration space switched off; 0: none */
static u32 switched_off[BRIDGES];
/* PEs that were stopped and whose devices can still do DMA, as a mask */
static unsigned long to_stop;

/* Until when each PE is not available, and how long that is; 0: no reset until now */
static unsigned long until[BRIDGES];
static u32 moments[BRIDGES];

static int resets[BRIDGES];
module_param_array(resets, int, NULL, 0444);
MODULE_PARM_DESC(resets, "resets of each host bridge's PE that began");

static int frozen[BRIDGES];
module_param_array(frozen, int, NULL, 0444);
MODULE_PARM_DESC(frozen, "times that each was stopped");

static void stop_dma(u32 bridge)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
		if (pci_domain_nr(pdev->bus) == bridge)
			pci_clear_master(pdev);
}

static void stop_pending(struct work_struct *work)
{
	u32 i;

	for (i = 0; i < BRIDGES; i++)
		if (test_and_clear_bit(i, &to_stop)) {
			stop_dma(i);
			WRITE_ONCE(frozen[i], frozen[i] + 1);
		}
}

static DECLARE_WORK(stop_work, stop_pending);

/* May be called with any lock. A PE that is stopped already stays as it is. */
static void stop_soon(u32 bridge)
{
	if (xchg(&states[bridge], STOPPED) == STOPPED)
		return;
	set_bit(bridge, &to_stop);
	schedule_work(&stop_work);
}

static int freeze_set(const char *text, const struct kernel_param *kp)
{
	u32 i;

	if (kstrtou32(text, 0, &i) || i >= BRIDGES)
		return -EINVAL;
	stop_soon(i);
	flush_work(&stop_work);
	return 0;
}

static const struct kernel_param_ops freeze_ops = { .set = freeze_set };
module_param_cb(freeze, &freeze_ops, NULL, 0200);
MODULE_PARM_DESC(freeze, "number of a host bridge whose PE is stopped");

/*
 * A call's arguments: the address of the PE or of a device, the BUID, and in some calls a word
 * that says what to do.
 */
struct eeh_args {
	u32 bridge;
	u32 what;
	int *out;
};

static int set_option(const struct eeh_args *a)
{
	enum state *s = &states[a->bridge];

	if (a->what == OPTION_MMIO && *s == STOPPED)
		*s = MMIO_ALONE;
	else if (a->what == OPTION_DMA && *s == MMIO_ALONE)
		*s = WORKS;
	return a->what > OPTION_DMA ? RTAS_PARAMETER : 0;
}

static int set_reset(const struct eeh_args *a)
{
	if (a->what != RESET_END && a->what != RESET_HOT && a->what != RESET_FUNDAMENTAL)
		return RTAS_PARAMETER;
	resets[a->bridge] += a->what != RESET_END;
	states[a->bridge] = a->what == RESET_END ? WORKS : IN_RESET;
	moments[a->bridge] = READ_ONCE(moment);
	until[a->bridge] = jiffies + msecs_to_jiffies(moments[a->bridge]);
	return 0;
}

/* How long until a PE is available again, in milliseconds */
static u32 moment_left(u32 bridge)
{
	return time_before(jiffies, until[bridge]) ? moments[bridge] : 0;
}

/* State, whether EEH is there, how long it is not available, how long a reset's end takes */
static int read_state(const struct eeh_args *a)
{
	u32 left = moment_left(a->bridge);

	a->out[0] = left ? UNAVAILABLE : states[a->bridge];
	a->out[1] = 1;
	a->out[2] = left;
	a->out[3] = 0;
	return 0;
}

/* 1 asks whether there is a PE, and how many devices share it; 0 asks for its address */
static int get_address(const struct eeh_args *a)
{
	a->out[0] = a->what ? 1 : PE_ADDRESS;
	return 0;
}

static int error_detail(const struct eeh_args *a)
{
	return RTAS_NO_DATA;
}

static int configure(const struct eeh_args *a)
{
	return 0;
}

/* --- accesses to configuration space, which all go on to the hypervisor --- */

#define OTHER_REGISTER	0xf00000ffU	/* of the address of a function's register */

static int config_write_token, config_read_token;

/* The write's value is the fifth argument and so on the caller's stack, as the ninth in all. */
static u32 value_of(const struct pt_regs *regs)
{
	return ((const u64 *)(regs->gpr[1] + 32))[8];
}

static void watch_write(const struct pt_regs *regs, u32 bridge)
{
	u32 addr = regs->gpr[7], before = switched_off[bridge];
	bool on = value_of(regs) & PCI_COMMAND_MEMORY;

	switched_off[bridge] = 0;
	if ((addr & OTHER_REGISTER) != PCI_COMMAND || regs->gpr[10] != 2)
		return;
	if (!on)
		switched_off[bridge] = addr;
	else if (before == addr)
		stop_soon(bridge);
}

static void watch_config(const struct pt_regs *regs, u32 bridge)
{
	int token = regs->gpr[3];

	if (token == config_write_token)
		watch_write(regs, bridge);
	else if (token == config_read_token)
		switched_off[bridge] = 0;
}

static struct {
	const char *name;
	int (*serve)(const struct eeh_args *a);
	int token;
} services[] = {
	{ "ibm,set-eeh-option", set_option },
	{ "ibm,set-slot-reset", set_reset },
	{ "ibm,read-slot-reset-state2", read_state },
	{ "ibm,get-config-addr-info2", get_address },
	{ "ibm,slot-error-detail", error_detail },
	{ "ibm,configure-pe", configure },
	{ "ibm,configure-bridge", configure },
};

void eeh_rtas_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(services); i++)
		services[i].token = rtas_token(services[i].name);
	config_write_token = rtas_token("ibm,write-pci-config");
	config_read_token = rtas_token("ibm,read-pci-config");
}

void eeh_exit(void)
{
	u32 i;
	ulong sum = 0;

	flush_work(&stop_work);
	for (i = 0; i < BRIDGES; i++)
		sum += resets[i];
	if (eeh)
		pr_info("tce_inject: %lu resets of PEs until the end\n", sum);
}

bool eeh_rtas(const struct pt_regs *regs, long *answer)
{
	struct eeh_args a = {
		.bridge = regs->gpr[9] & 0xff,
		.what = regs->gpr[10],
		.out = (int *)regs->gpr[6],
	};
	int token = regs->gpr[3];
	size_t i;

	if (!eeh || token == RTAS_UNKNOWN_SERVICE || a.bridge >= BRIDGES)
		return false;
	for (i = 0; i < ARRAY_SIZE(services); i++)
		if (services[i].token == token) {
			*answer = services[i].serve(&a);
			return true;
		}
	watch_config(regs, a.bridge);
	return false;
}
