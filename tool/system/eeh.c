// SPDX-License-Identifier: GPL-2.0-only
/*
 * eeh.c - "eeh_pe_state" in sysfs: a PE's state by firmware, and by the kernel.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "system/eeh.h"
#include "system/kmsg.h"
#include "system/sysroot.h"

/* First number: firmware's state */
#define STATE_UNAVAILABLE	(1 << 0)
#define STATE_NO_EEH		(1 << 1)
#define STATE_RESET		(1 << 2)
#define STATE_IO_ACTIVE		(1 << 3)
#define STATE_DMA_ACTIVE	(1 << 4)

/* Second number: the kernel's marks */
#define PE_ISOLATED		(1 << 0)
#define PE_RECOVERING		(1 << 1)
#define PE_REMOVED		(1 << 10)

static enum eeh judge(unsigned int state, unsigned int mark)
{
	const unsigned int active = STATE_IO_ACTIVE | STATE_DMA_ACTIVE;

	if (mark & PE_REMOVED)
		return EEH_REMOVED;
	if (mark & PE_RECOVERING || state & STATE_RESET)
		return EEH_RECOVERING;
	if (state & STATE_NO_EEH)
		return EEH_UNKNOWN;
	if (mark & PE_ISOLATED || state & STATE_UNAVAILABLE || (state & active) != active)
		return EEH_STOPPED;
	return EEH_WORKING;
}

enum eeh eeh_of(const char *bdf)
{
	char *text = sysroot_read("/sys/bus/pci/devices/%s/eeh_pe_state", bdf);
	unsigned int state, mark;
	bool known = text && sscanf(text, "%x %x", &state, &mark) == 2;

	free(text);
	return known ? judge(state, mark) : EEH_UNKNOWN;
}

int eeh_recoveries(const char *bdf)
{
	char *text = sysroot_read("/sys/bus/pci/devices/%s/eeh_pe_config_addr", bdf);
	unsigned int address, bridge;
	int n = -1;

	if (text && sscanf(text, "%x", &address) == 1 && sscanf(bdf, "%x:", &bridge) == 1)
		n = kmsg_recoveries(bridge, address);
	free(text);
	return n;
}

const char *eeh_text(enum eeh eeh)
{
	static const char *const texts[] = {
		NULL, "working", "recovering", "stopped", "removed for good",
	};

	return texts[eeh];
}
