/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * card.h - a card with a PE and a container of its own
 *
 * The card is an NVMe controller. It reads blocks of the rig's pattern into whatever is mapped in
 * its one window.
 */
#ifndef GUEST_CARD_H
#define GUEST_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "nvme.h"
#include "vfio.h"

#define CARD_BYTES	(64 * 1024)	/* bytes of a read */
#define CARD_READS	1024		/* different reads: the disk has 64 MiB */

struct card {
	struct vfio v;
	struct nvme n;
	struct window window;
	uint8_t *queues;
	uint64_t free;	/* from here on the window has room for card_open()'s bytes */
};

void card_open(struct card *c, const char *bdf, uint64_t bytes);
/* Reads the i-th piece of the disk. Returns 0, or nvme_read()'s error. */
int card_read(struct card *c, unsigned int i, uint64_t iova);
/* Has this memory the i-th piece of the disk? */
bool card_has_read(unsigned int i, const uint8_t *memory);
/* Has the platform stopped the card's PE after an error? */
bool card_stopped(struct card *c);
/* The caller must have unmapped and unregistered its own memory. */
void card_close(struct card *c);

#endif
