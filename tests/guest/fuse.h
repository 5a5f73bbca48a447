/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuse.h - a file whose contents never come: a fault in a mapping of it has no end.
 */
#ifndef GUEST_FUSE_H
#define GUEST_FUSE_H

#include <stddef.h>

#define FUSE_BYTES	(1024 * 1024)

/**
 * fuse_map() - mount a file system with one such file, and map the file
 * @asked: from this a byte can be read once somebody waits for the file's contents
 *
 * Another process serves it, until it is killed with this one. Ends the test when there
 * is no FUSE.
 *
 * Return: FUSE_BYTES of a private mapping that can be written to.
 */
void *fuse_map(int *asked);

#endif
