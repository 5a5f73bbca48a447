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

#define CARD_BYTES	(64 * 1024)	/* of a read */
#define CARD_READS	1024		/* different ones: the disk has 64 MiB */

struct card {
	struct vfio v;
	struct nvme n;
	struct window window;
	uint8_t *queues;
	uint64_t free;	/* from here on the window has room for what card_open() was told */
};

void card_open(struct card *c, const char *bdf, uint64_t bytes);
/* The i-th piece of the disk: 0, or what nvme_read() says. */
int card_read(struct card *c, unsigned int i, uint64_t iova);
/* Is that what this memory has? */
bool card_has_read(unsigned int i, const uint8_t *memory);
/* Has the platform stopped its PE after an error? */
bool card_stopped(struct card *c);
/* The caller has unmapped and unregistered what was his. */
void card_close(struct card *c);

#endif
