/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuse.h - a file whose contents never arrive: a fault in a mapping of it never ends.
 */
#ifndef GUEST_FUSE_H
#define GUEST_FUSE_H

#include <stddef.h>

#define FUSE_BYTES	(1024 * 1024)

/**
 * fuse_map() - mount a file system with one such file, and map the file
 * @asked: a file descriptor; a byte can be read from it once a thread waits for the file's
 *         contents
 *
 * Another process serves the file system, until it is killed with this one. Ends the test when
 * there is no FUSE.
 *
 * Return: FUSE_BYTES of a private mapping that can be written to.
 */
void *fuse_map(int *asked);

#endif
