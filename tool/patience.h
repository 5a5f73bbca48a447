/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * patience.h - work that may wait in the kernel for long: a child does it, and the parent gives
 * up after a while.
 *
 * A reader in debugfs may wait for a MAP, and the MAP for a busy hypervisor. A write to a device
 * may wait for a removal, and the removal for a user. All waits of one run together take no
 * longer than PATIENCE_SECONDS.
 */
#ifndef TCECTL_PATIENCE_H
#define TCECTL_PATIENCE_H

#include <stddef.h>

#define PATIENCE_SECONDS	3

/**
 * patient() - do something in a child
 * @work: returns 0 or an errno value; it writes its result to @out
 * @data: for @work
 * @text: gets that result, with a byte 0 behind it, to be freed; NULL if not needed. After
 *        ETIMEDOUT it is what has come so far, and NULL if nothing has.
 * @size: its length
 *
 * Return: what @work returned; ETIMEDOUT if @work did not end (it may still end later); or why
 * there is no child.
 */
int patient(int (*work)(int out, void *data), void *data, char **text, size_t *size);

/* Gives a program that runs on the full PATIENCE_SECONDS again. */
void patience_again(void);

#endif
