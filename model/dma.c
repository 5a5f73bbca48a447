// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma.c - what is in the partition's memory, and devices that read and write it.
 *
 * A page exists once something wrote to it; other pages read as zeros. A device's access goes
 * through the PE's TCEs piece by piece, as on the bus: the part before the first fault is done.
 */
#include <stdlib.h>
#include <string.h>
#include "dma.h"
#include "machine.h"

#define BUCKETS		1024
#define BYTES		4096ULL

struct memory_page {
	struct memory_page *next;
	u64 at;
	u8 data[BYTES];
};

static struct memory_page *bucket[BUCKETS];

void dma_reset(void)
{
	u32 i;

	for (i = 0; i < BUCKETS; i++) {
		while (bucket[i]) {
			struct memory_page *page = bucket[i];

			bucket[i] = page->next;
			free(page);
		}
	}
}

static struct memory_page **page_slot(u64 hpa)
{
	u64 at = hpa & ~(BYTES - 1);
	struct memory_page **slot = &bucket[(at / BYTES) % BUCKETS];

	while (*slot && (*slot)->at != at)
		slot = &(*slot)->next;
	return slot;
}

static u8 *page_make(u64 hpa)
{
	struct memory_page **slot = page_slot(hpa);

	if (!*slot)
		*slot = calloc(1, sizeof(**slot));
	if (!*slot)
		abort();
	(*slot)->at = hpa & ~(BYTES - 1);
	return (*slot)->data + hpa % BYTES;
}

/* How many bytes from an address on are in the same page. */
static size_t page_rest(u64 addr, size_t n)
{
	return n < BYTES - addr % BYTES ? n : BYTES - addr % BYTES;
}

static void page_read(u64 hpa, u8 *to, size_t n)
{
	const struct memory_page *page = *page_slot(hpa);

	if (page)
		memcpy(to, page->data + hpa % BYTES, n);
	else
		memset(to, 0, n);
}

static void page_write(u64 hpa, const u8 *from, size_t n)
{
	memcpy(page_make(hpa), from, n);
}

void model_memory_read(u64 hpa, void *to, size_t n)
{
	size_t done, part;

	machine_lock();
	for (done = 0; done < n; done += part) {
		part = page_rest(hpa + done, n - done);
		page_read(hpa + done, (u8 *)to + done, part);
	}
	machine_unlock();
}

void model_memory_write(u64 hpa, const void *from, size_t n)
{
	size_t done, part;

	machine_lock();
	for (done = 0; done < n; done += part) {
		part = page_rest(hpa + done, n - done);
		page_write(hpa + done, (const u8 *)from + done, part);
	}
	machine_unlock();
}

/* Does a TCE allow this access, and to which address does it go? */
static bool dma_reaches(const struct model_pe *pe, u64 ioba, u64 perm, u64 *hpa)
{
	return model_translate(pe, ioba, hpa) & perm && tce_own(*hpa & ~(BYTES - 1));
}

/* How many bytes from @ioba on are contiguous from @hpa on, at most @n; 0 if there is no access. */
static size_t dma_part(const struct model_pe *pe, u64 ioba, u64 perm, size_t n, u64 *hpa)
{
	return n && dma_reaches(pe, ioba, perm, hpa) ? page_rest(ioba, n) : 0;
}

size_t model_dma_read(const struct model_pe *pe, u64 ioba, void *to, size_t n)
{
	size_t done = 0, part;
	u64 hpa;

	machine_lock();
	for (; (part = dma_part(pe, ioba + done, PAPR_TCE_READ, n - done, &hpa)); done += part)
		page_read(hpa, (u8 *)to + done, part);
	machine_unlock();
	return done;
}

size_t model_dma_write(const struct model_pe *pe, u64 ioba, const void *from, size_t n)
{
	size_t done = 0, part;
	u64 hpa;

	machine_lock();
	for (; (part = dma_part(pe, ioba + done, PAPR_TCE_WRITE, n - done, &hpa)); done += part)
		page_write(hpa, (const u8 *)from + done, part);
	machine_unlock();
	return done;
}
