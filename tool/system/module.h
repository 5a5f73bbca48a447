/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.h - the module's view of PEs, read once, with a lookup by device-tree node.
 */
#ifndef TCECTL_MODULE_H
#define TCECTL_MODULE_H

#include "system/device_tree.h"

#define MODULE_WINDOWS	8
#define MODULE_TABLES	2

/**
 * struct module_table - a table in which the host's drivers map pages
 * @liobn: its window
 * @used:  pages that are mapped
 */
struct module_table {
	uint32_t liobn;
	uint64_t used;
};

/**
 * struct module_pe - a PE as the module knows it
 * @node:     its device-tree node
 * @owner:    "host" or "user"
 * @buid:     unit id of the PHB
 * @pgsizes:  IOMMU page sizes, a mask in bytes; 0 if not known
 * @window:   firmware's default window and the user's, @windows of them
 * @table:    the host's tables, @tables of them
 * @raw:      windows without an owner whose TCEs may still be valid
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
	struct module_table table[MODULE_TABLES];
	unsigned int tables;
	unsigned int raw;
	uint64_t possible;
	uint64_t max_tces;
	uint64_t mapped;
	uint64_t unknown;
	uint64_t failed;
};

/* The PE of that node; NULL when the module does not know it, or is silent. */
const struct module_pe *module_find(const char *node);

/* Makes the module ask firmware what it would still give, for each PE. */
void module_ask_firmware(void);

/* Reads the counts of users' windows. Without an answer the module counts as silent. */
void module_ask_windows(void);

/*
 * Why the module is silent: 0 when it is not, else an errno value as of debugfs_open(). If the
 * wait was too long, an error message has said so.
 */
int module_silent(void);

#endif
