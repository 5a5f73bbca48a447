/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.h - what the module says of PEs, read once and looked up by their nodes.
 */
#ifndef TCECTL_MODULE_H
#define TCECTL_MODULE_H

#include "system/device_tree.h"

#define MODULE_WINDOWS	8

/**
 * struct module_pe - a PE as the module knows it
 * @node:     its device-tree node
 * @owner:    "host" or "user"
 * @buid:     unit id of the PHB
 * @pgsizes:  IOMMU page sizes, a mask in bytes; 0 if not known
 * @window:   firmware's default window and the user's, @windows of them
 * @raw:      windows whose TCEs may be valid though nobody has them
 * @possible: windows that can be created now; UNKNOWN
 * @max_tces: TCEs of the largest one
 * @mapped:   TCEs of the user's windows that are valid
 * @unknown:  TCEs of the user's windows that are in quarantine
 * @failed:   batches of those windows that the hypervisor refused
 */
struct module_pe {
	char node[256];
	const char *owner;
	uint64_t buid;
	uint64_t pgsizes;
	struct window window[MODULE_WINDOWS];
	unsigned int windows;
	unsigned int raw;
	uint64_t possible;
	uint64_t max_tces;
	uint64_t mapped;
	uint64_t unknown;
	uint64_t failed;
};

/* The PE of that node; NULL when the module does not know it, or does not say. */
const struct module_pe *module_find(const char *node);

/* Makes the module ask firmware what it would still give, for all PEs. */
void module_ask_firmware(void);

/* Looks at the windows of users, for their counts. Without an answer the module is silent. */
void module_ask_windows(void);

/*
 * Why there is no word of the module: 0 when there is, else an errno value as of debugfs_open().
 * For one who waits in vain that was said on standard error.
 */
int module_silent(void);

#endif
