/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs.h - a view of PEs and windows in debugfs, see docs/debugfs.md.
 */
#ifndef VFIO_PSERIES_DEBUGFS_H
#define VFIO_PSERIES_DEBUGFS_H

/**
 * debugfs_start() - create the files; a kernel without debugfs has none
 */
void debugfs_start(void);

/**
 * debugfs_stop() - remove the files; afterwards nobody reads one of them
 */
void debugfs_stop(void);

#endif
