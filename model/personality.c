// SPDX-License-Identifier: GPL-2.0-only
/* personality.c - hypervisors by name. */
#include "machine.h"

#define RULE(r)	(1U << RULE_##r)

static u64 place_qemu(const struct model_pe *pe)
{
	return machine_active(pe) ? pe->config.high : pe->config.start;
}

const struct model_personality model_qemu = {
	.name = "qemu",
	.enforces = RULE(LIST_ALIGNED) | RULE(LIST_COUNT),
	.atomic = false,
	.restores = true,
	.windows = 2,
	.max_tces = 0x2000000000,
	.narrow = 0x80000000,
	.place = place_qemu,
};

bool rule_broken(enum model_rule rule)
{
	machine.broke[rule]++;
	return machine.rules->enforces & (1U << rule);
}
