/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capacity.h - how much memory a PE's windows can reach at once.
 */
#ifndef TCECTL_CAPACITY_H
#define TCECTL_CAPACITY_H

#include "finding.h"
#include "system/pe.h"

/* The kernel's page size on the partition, in bytes */
uint64_t machine_page_size(void);

/* The memory that the largest window firmware gives now reaches in pages of 1 << @shift; UNKNOWN */
uint64_t capacity_of(const struct pe *pe, unsigned int shift);

/* "largest window 16777216 TCEs: 64G in pages of 4K, 1T of 64K"; NULL if not known */
const char *capacity_text(const struct pe *pe);

/**
 * struct capacity - can a PE's largest window reach that much memory?
 * @level:  how the answer is
 * @shift:  log2 of the smallest IOMMU page with which it can, 0 for none
 * @text:   the answer
 * @remedy: what to do about it, empty for nothing
 */
struct capacity {
	enum level level;
	unsigned int shift;
	char text[768];
	char remedy[256];
};

/* Return: false if it is not known what firmware gives. */
bool capacity_judge(struct capacity *c, const struct pe *pe, uint64_t size);

#endif
