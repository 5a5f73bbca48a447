// SPDX-License-Identifier: GPL-2.0-only
/*
 * capacity.c - the memory that a number of TCEs reaches: firmware counts TCEs, and only the page
 * size decides how much memory they reach.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "system/capacity.h"
#include "system/sysroot.h"

#define AUXV_PAGE_SIZE	6

/* Used if the auxiliary vector was not recorded: the size that most distributions for POWER have */
#define USUAL_PAGE_SIZE	65536

uint64_t machine_page_size(void)
{
	uint64_t entry[2], size = USUAL_PAGE_SIZE;
	unsigned char *bytes;
	size_t n, at;

	bytes = sysroot_bytes(&n, "/proc/self/auxv");
	for (at = 0; bytes && at + sizeof(entry) <= n; at += sizeof(entry)) {
		memcpy(entry, bytes + at, sizeof(entry));
		if (entry[0] == AUXV_PAGE_SIZE)
			size = entry[1];
	}
	free(bytes);
	return size;
}

uint64_t capacity_of(const struct pe *pe, unsigned int shift)
{
	if (pe->possible == UNKNOWN || !pe->max_tces)
		return UNKNOWN;
	return pe->max_tces > UNKNOWN >> shift ? UNKNOWN - 1 : pe->max_tces << shift;
}

/* The smallest IOMMU page with which a window reaches @size bytes; 0 when none does */
static unsigned int capacity_shift(const struct pe *pe, uint64_t size)
{
	unsigned int shift;

	for (shift = 0; shift < 64; shift++)
		if (pe->pgsizes >> shift & 1 && capacity_of(pe, shift) >= size)
			return shift;
	return 0;
}

/* How to raise the capacity */
#define REMEDY	\
	"allow it more for this slot: \"I/O Adapter Enlarged Capacity\" in the service " \
	"processor's menus (ASMI), for virtual functions the capacity in the partition's " \
	"profile; it takes effect when the machine, or the partition, starts"

const char *capacity_text(const struct pe *pe)
{
	static char text[512];
	unsigned int shift;
	bool first = true;
	size_t n;

	if (pe->possible == UNKNOWN || !pe->max_tces)
		return NULL;
	n = snprintf(text, sizeof(text), "largest window %" PRIu64 " TCEs: ", pe->max_tces);
	for (shift = 0; shift < 64 && n < sizeof(text); shift++) {
		uint64_t reach = capacity_of(pe, shift);

		if (!(pe->pgsizes >> shift & 1))
			continue;
		n += snprintf(text + n, sizeof(text) - n, "%s%s%s of %s", first ? "" : ", ",
			      reach == UNKNOWN - 1 ? "all" : size_text(reach),
			      first ? " in pages" : "", size_text(1ULL << shift));
		first = false;
	}
	return text;
}

bool capacity_judge(struct capacity *c, const struct pe *pe, uint64_t size)
{
	const char *text = capacity_text(pe);

	if (!text)
		return false;
	memset(c, 0, sizeof(*c));
	c->shift = capacity_shift(pe, size);
	if (!c->shift) {
		c->level = FAILURE;
		snprintf(c->text, sizeof(c->text), "%s, which is less than %s", text,
			 size_text(size));
		snprintf(c->remedy, sizeof(c->remedy), "%s", REMEDY);
	} else if (1ULL << c->shift > machine_page_size()) {
		c->level = WARNING;
		snprintf(c->text, sizeof(c->text), "%s; to map %s takes pages of %s, larger than "
			 "the kernel's", text, size_text(size), size_text(1ULL << c->shift));
		snprintf(c->remedy, sizeof(c->remedy), "huge pages of %s for what is to be mapped",
			 size_text(1ULL << c->shift));
	} else {
		snprintf(c->text, sizeof(c->text), "%s; to map %s: a window of pages of %s", text,
			 size_text(size), size_text(1ULL << c->shift));
	}
	return true;
}
