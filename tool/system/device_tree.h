/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device_tree.h - what the device tree says of a PE and its windows.
 */
#ifndef TCECTL_DEVICE_TREE_H
#define TCECTL_DEVICE_TREE_H

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_TREE	"/sys/firmware/devicetree/base"

/**
 * struct window - a window of a PE
 * @kind:       "default", "host" or "user"
 * @liobn:      the hypervisor's name for it
 * @start:      first bus address
 * @size:       bytes
 * @page_shift: log2 of the IOMMU page size
 * @present:    the hypervisor has it
 * @lent:       a user has it
 * @direct:     the host's window, which maps all of memory
 * @counted:    the host's; the module gave the following value
 * @used:       pages that the host's drivers have mapped
 */
struct window {
	const char *kind;
	uint32_t liobn;
	uint64_t start;
	uint64_t size;
	unsigned int page_shift;
	bool present;
	bool lent;
	bool direct;
	bool counted;
	uint64_t used;
};

/* Shortens a node's path to the path of its PE's node; false when there is none. */
bool dt_pe_node(char *node);

/* The PE's default window; false when the tree does not say. */
bool dt_default_window(const char *node, struct window *w);

/* The window that the kernel created for the host's drivers; false when there is none. */
bool dt_host_window(const char *node, struct window *w);

/* Has firmware dynamic windows for this PE, and a reset that brings the default one back? */
bool dt_has_ddw(const char *node);
bool dt_has_reset(const char *node);

/* Can firmware put a PE's windows where a device with few address bits reaches them? */
bool dt_has_limited(const char *node);

/* Is this a partition? */
bool dt_is_partition(void);

#endif
