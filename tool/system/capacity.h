/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capacity.h - how much memory a PE's windows can reach at once.
 */
#ifndef TCECTL_CAPACITY_H
#define TCECTL_CAPACITY_H

#include "system/pe.h"

/* The kernel's page size on the partition, in bytes */
uint64_t machine_page_size(void);

/* The memory that the largest window firmware gives now reaches in pages of 1 << @shift; UNKNOWN */
uint64_t capacity_of(const struct pe *pe, unsigned int shift);

/**
 * capacity_shift() - the smallest IOMMU page with which a window reaches @size bytes
 *
 * Return: its log2; 0 when none does, or when nothing is known of the PE.
 */
unsigned int capacity_shift(const struct pe *pe, uint64_t size);

/* "largest window 16777216 TCEs: 64G in pages of 4K, 1T of 64K"; NULL if not known */
const char *capacity_text(const struct pe *pe);

/* How to raise the capacity */
#define CAPACITY_REMEDY	\
	"allow it more for this slot: \"I/O Adapter Enlarged Capacity\" in the service " \
	"processor's menus (ASMI), for virtual functions the capacity in the partition's " \
	"profile; it takes effect when the machine, or the partition, starts"

#endif
