/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * patience.h - work that the kernel may make wait for long: it is done by a child, and given up
 * after a while.
 *
 * A reader in debugfs waits for a MAP, and that for a busy hypervisor; a write to a device waits
 * for a removal, and that for a user. All such waiting of one run together is no longer than
 * PATIENCE_SECONDS.
 */
#ifndef TCECTL_PATIENCE_H
#define TCECTL_PATIENCE_H

#include <stddef.h>

#define PATIENCE_SECONDS	3

/**
 * patient() - do something in a child
 * @work: returns 0 or an errno value; what it writes to @out comes back
 * @data: for @work
 * @text: what was written, to be freed, a byte behind it is 0; NULL if nobody asks
 * @size: its length
 *
 * Return: what @work said, ETIMEDOUT when it did not come to an end (it may still do so later),
 * or why there is no child.
 */
int patient(int (*work)(int out, void *data), void *data, char **text, size_t *size);

/* From now on there is all of it again, for those who run on. */
void patience_again(void);

#endif
