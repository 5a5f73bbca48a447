// SPDX-License-Identifier: GPL-2.0-only
/*
 * eeh.c - the platform's half of EEH: the answers of LoPAR's calls for a PE that works, is
 * stopped after an error, or is being reset. Each host bridge is a PE.
 *
 * With eeh=1 the kernel finds EEH for each device that it finds from then on: devices that are
 * there already must be removed and found again. "freeze" stops the PE of a host bridge: its
 * devices lose the right to do DMA, as on a real platform. This module does not stop access to
 * their registers, and does not reset the devices: the kernel's code and the user's code act on
 * the answers alone. After the begin and the end of a reset the PE is not available for a moment.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <asm/rtas.h>
#include "eeh.h"

static bool eeh;
module_param(eeh, bool, 0444);
MODULE_PARM_DESC(eeh, "devices that the kernel meets from now on are under EEH");

#define BRIDGES		16
#define PE_ADDRESS	0x10000	/* the same for each: it is an address within the host bridge */
#define RTAS_PARAMETER	(-3)
#define RTAS_NO_DATA	1
#define MOMENT_MS	100	/* how long a PE is not available */

/* LoPAR "ibm,read-slot-reset-state2" */
enum state { WORKS, IN_RESET, STOPPED, MMIO_ALONE = 4, UNAVAILABLE };

/* LoPAR "ibm,set-eeh-option" and "ibm,set-slot-reset" */
enum { OPTION_DISABLE, OPTION_ENABLE, OPTION_MMIO, OPTION_DMA };
enum { RESET_END, RESET_HOT, RESET_FUNDAMENTAL = 3 };

static enum state states[BRIDGES];
/* When each PE's last reset began or ended; 0: never */
static unsigned long changed[BRIDGES];

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

static int freeze_set(const char *text, const struct kernel_param *kp)
{
	u32 i;

	if (kstrtou32(text, 0, &i) || i >= BRIDGES)
		return -EINVAL;
	WRITE_ONCE(states[i], STOPPED);
	frozen[i]++;
	stop_dma(i);
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
	changed[a->bridge] = jiffies | 1;
	return 0;
}

/* How long until a PE is available again, in milliseconds */
static u32 moment_left(u32 bridge)
{
	unsigned long end = changed[bridge] + msecs_to_jiffies(MOMENT_MS);

	return changed[bridge] && time_before(jiffies, end) ? MOMENT_MS : 0;
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
	return false;
}
