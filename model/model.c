// SPDX-License-Identifier: GPL-2.0-only
/*
 * model.c - a fresh hypervisor, and its PEs.
 *
 * The model's files have an order, and each file only calls those below it:
 *
 *   model.c                  what begins anew
 *   hcall.c, ddw.c, dma.c    the partition's calls, and its devices
 *   inject.c                 which of the calls fail
 *   machine.c                PEs, tables and the personality, under one lock
 *   table.c                  TCEs
 *   personality.c            rules and traits
 */
#include <stdlib.h>
#include <string.h>
#include "ddw.h"
#include "dma.h"
#include "inject.h"
#include "machine.h"

void model_reset(const struct model_personality *p)
{
	u32 i, k;

	for (i = 0; i < machine.pes; i++)
		for (k = 0; k < MODEL_MAX_WINDOWS; k++)
			table_drop(&machine.pe[i].table[k]);
	memset(&machine, 0, sizeof(machine));
	machine.rules = p;
	machine.memory = ~0ULL;
	machine.features = p->features;
	machine.garbage = trait(TRAIT_UNDEFINED);
	inject_reset();
	ddw_reset_waits();
	dma_reset();
}

struct model_pe *model_add_pe(const struct model_pe_config *config)
{
	struct model_pe *pe = &machine.pe[machine.pes++];

	if (machine.pes > MODEL_MAX_PES)
		abort();
	pe->config = *config;
	if (config->size && !machine_make_default(pe, false))
		abort();
	return pe;
}
