// SPDX-License-Identifier: GPL-2.0-only
/*
 * card.c - how a card's window is divided
 *
 * The card's queues lie at the window's start, the room for other mappings behind them.
 */
#include <stdio.h>
#include <string.h>

#include "buffer.h"
#include "card.h"
#include "tap.h"

#define BLOCK		512U
#define LINE		16U	/* each block repeats one line of this length */

/* Makes the smallest window for @bytes, with the kernel's page size: a power of two. */
static void make_window(struct card *c, uint64_t bytes)
{
	uint64_t size = MIB;

	while (size < bytes)
		size *= 2;
	vfio_create(&c->v, __builtin_ctzl(page_size()), size, &c->window);
}

void card_open(struct card *c, const char *bdf, uint64_t bytes)
{
	vfio_open(&c->v, bdf);
	vfio_open_device(&c->v);
	make_window(c, NVME_MEMORY + bytes);
	c->queues = buffer_private(NVME_MEMORY);
	vfio_register(&c->v, c->queues, NVME_MEMORY);
	vfio_map(&c->v, c->window.start, c->queues, NVME_MEMORY, VFIO_DIR_BOTH);
	c->free = c->window.start + NVME_MEMORY;
	nvme_start(&c->n, &c->v, c->queues, c->window.start);
}

int card_read(struct card *c, unsigned int i, uint64_t iova)
{
	return nvme_read(&c->n, i % CARD_READS * (CARD_BYTES / BLOCK), iova, CARD_BYTES);
}

static bool is_block(unsigned int number, const uint8_t *memory)
{
	char line[LINE + 1];

	snprintf(line, sizeof(line), "block %09u\n", number);
	return !memcmp(memory, line, LINE) && !memcmp(memory, memory + LINE, BLOCK - LINE);
}

bool card_has_read(unsigned int i, const uint8_t *memory)
{
	unsigned int first = i % CARD_READS * (CARD_BYTES / BLOCK);

	for (unsigned int b = 0; b < CARD_BYTES / BLOCK; b++)
		if (!is_block(first + b, memory + b * BLOCK))
			return false;
	return true;
}

bool card_stopped(struct card *c)
{
	return vfio_eeh(&c->v, VFIO_EEH_PE_GET_STATE) == VFIO_EEH_PE_STATE_STOPPED;
}

void card_close(struct card *c)
{
	nvme_stop(&c->n);
	vfio_unmap(&c->v, c->window.start, NVME_MEMORY);
	vfio_unregister(&c->v, c->queues, NVME_MEMORY);
	vfio_close(&c->v);
}
