/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs.h - a view of PEs and windows in debugfs, see docs/debugfs.md.
 */
#ifndef VFIO_PSERIES_DEBUGFS_H
#define VFIO_PSERIES_DEBUGFS_H

/**
 * debug_init() - the files appear; a kernel without debugfs has none
 */
void debug_init(void);

/**
 * debug_exit() - they go; afterwards nobody reads one of them
 */
void debug_exit(void);

#endif
