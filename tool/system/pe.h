/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pe.h - partitionable endpoints: their functions, windows and owner.
 */
#ifndef TCECTL_PE_H
#define TCECTL_PE_H

#include "system/device_tree.h"
#include "system/eeh.h"
#include "system/pci_function.h"

#define PE_FUNCTIONS	64
#define PE_WINDOWS	8

/* What is not known, for example because the module is not loaded */
#define UNKNOWN		(~0ULL)

/**
 * struct pe - a partitionable endpoint, one IOMMU group
 * @node:      its device-tree node
 * @group:     number of the group, -1 for none
 * @function:  its functions, @functions of them
 * @window:    its windows, @windows of them
 * @ddw:       firmware has dynamic windows for it
 * @reset:     the default window can be removed and restored
 * @limited:   windows can be put below the usual place (limited-address mode)
 * @eeh:       has the platform stopped it?
 * @known:     the module gave the following values
 * @owner:     "host" or "user", NULL if not known
 * @buid:      unit id of the PHB
 * @pgsizes:   IOMMU page sizes, a mask in bytes; 0 if not known
 * @possible:  windows that can be created now; UNKNOWN
 * @max_tces:  TCEs of the largest one
 * @raw:       windows that could not be cleared
 */
struct pe {
	char node[256];
	int group;
	struct pci_function function[PE_FUNCTIONS];
	unsigned int functions;
	struct window window[PE_WINDOWS];
	unsigned int windows;
	bool ddw;
	bool reset;
	bool limited;
	enum eeh eeh;
	bool known;
	const char *owner;
	uint64_t buid;
	uint64_t pgsizes;
	uint64_t possible;
	uint64_t max_tces;
	unsigned int raw;
};

/**
 * pe_of() - the PE of a function, with all that is known of it
 *
 * Return: the PE, to be freed; NULL, after an error message, when the function has none.
 */
struct pe *pe_of(const struct pci_function *f);

/* Has a user the PE? False if not known. */
bool pe_is_users(const struct pe *pe);

/* Has the PE a window in limited-address mode? Such windows begin at 4 GiB. */
bool pe_is_limited(const struct pe *pe);

/* Calls @show once for every PE, without a query to firmware. Return: how many. */
unsigned int pe_each(void (*show)(struct pe *pe));

/* Why a PE has no dynamic windows, or cannot fully use them; NULL if it can. */
const char *pe_ddw_reason(const struct pe *pe);

#endif
