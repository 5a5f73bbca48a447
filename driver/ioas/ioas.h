/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioas.h - a user's I/O address space (IOAS): its memory, its windows, the PEs behind them.
 *
 * One IOAS stands for one VFIO container. Every function takes the IOAS's
 * lock; after ioas_kill() all of them return -ENODEV.
 */
#ifndef VFIO_PSERIES_IOAS_H
#define VFIO_PSERIES_IOAS_H

#include <linux/rwsem.h>
#include "ioas/window.h"
#include "memory/regions.h"

/**
 * struct ioas - a user's IOAS
 * @lock:    guards everything in here; taken first of all locks of this module. Held for reading
 *           by MAP and UNMAP of registered memory and by calls that only look: what those change
 *           has locks of its own. All other calls hold it for writing
 * @dead:    the container is gone
 * @v1:      the older API: pages are pinned as they are mapped
 * @enabled: MAP and UNMAP are allowed: memory was registered once (v2), or
 *           VFIO_IOMMU_ENABLE was called (v1)
 * @stopped: ioas_kill() has come so far that no device reaches anything
 * @paid:    v1: pages of locked memory that ENABLE charged, the window's size
 * @locked:  v1: pages that are charged: @paid, or more while more are pinned
 * @transit: v1: upper limit of the pages that running MAPs are pinning now
 * @regions: the user's memory
 * @windows: the windows and the PEs
 */
struct ioas {
	struct rw_semaphore lock;
	bool dead;
	bool v1;
	bool enabled;
	bool stopped;
	unsigned long paid;
	unsigned long locked;
	unsigned long transit;
	struct regions regions;
	struct windows windows;
};

/**
 * struct ioas_info - the answer to GET_INFO
 * @dma32_start: first bus address of the default window
 * @dma32_size:  its bytes; 0 when place or size do not fit into the uapi's 32 bits
 * @pgsizes:     IOMMU page sizes, 0 when there are no dynamic windows
 * @max_windows: most windows at a time
 * @levels:      levels of a table
 */
struct ioas_info {
	u32 dma32_start;
	u32 dma32_size;
	u64 pgsizes;
	u32 max_windows;
	u32 levels;
};

void ioas_init(struct ioas *s, bool v1);

/**
 * ioas_kill() - the IOAS's end: everything is unmapped, closed and unpinned
 *
 * Waits for calls that are running; never fails. What could not be cleared
 * stays pinned and is reported.
 *
 * Context: may sleep.
 */
void ioas_kill(struct ioas *s);

/**
 * ioas_stopped() - has ioas_kill() come so far that no device reaches anything?
 *
 * The rest of ioas_kill() may wait for the user's mmap_lock, which the user can hold for ever.
 * Context: any.
 */
bool ioas_stopped(const struct ioas *s);

/**
 * ioas_attach() - put a PE, owned by this user, into the IOAS
 *
 * Return: 0; -ENODEV (the IOAS is dead, or the PE is the host's); or what
 * windows_add_pe() returns.
 */
int ioas_attach(struct ioas *s, struct pe *pe);

/**
 * ioas_detach() - take a PE out again; never fails
 */
void ioas_detach(struct ioas *s, struct pe *pe);

/*
 * The calls of the user, arguments as in the uapi header. All may sleep. All may return -ENODEV
 * (the IOAS is dead), -EINTR (killed while waiting), -EPERM (an address space that is not the
 * owner's), -ENXIO (no PE attached), besides what the functions of regions.h, window.h and
 * table.h return. ioas_enable() returns -EBUSY when it is enabled already, -ENODEV without a PE,
 * -EPERM when the default window does not fit into 32 bits, -ENOMEM beyond the limit of locked
 * memory.
 */
int ioas_info(struct ioas *s, struct ioas_info *info);
int ioas_enable(struct ioas *s);
int ioas_disable(struct ioas *s);
int ioas_register(struct ioas *s, u64 ua, u64 size);
int ioas_unregister(struct ioas *s, u64 ua, u64 size);
int ioas_create(struct ioas *s, u32 page_shift, u64 size, u32 levels,
		u64 *start);
int ioas_remove(struct ioas *s, u64 start);

/**
 * ioas_each_pe() - call @fn for every PE until one call fails
 *
 * Return: what the last call returned, 0 without a PE.
 */
int ioas_each_pe(struct ioas *s, int (*fn)(struct pe *pe, void *data), void *data);

/**
 * ioas_map() - map memory
 * @s:    the IOAS
 * @ioba: first bus address
 * @ua:   user address
 * @size: bytes
 * @perm: PAPR_TCE_READ and/or PAPR_TCE_WRITE
 *
 * Return: 0; -EPERM (not enabled yet); -ENXIO (no window holds
 * @ioba); -EINVAL (size 0, not aligned to the window's pages, beyond the
 * window's end, memory not registered, pages too small); -EFAULT (v1: no such
 * memory); -ENOMEM; -EIO.
 */
int ioas_map(struct ioas *s, u64 ioba, u64 ua, u64 size, u64 perm);

/**
 * ioas_unmap() - unmap a range; unmapped parts are no error
 */
int ioas_unmap(struct ioas *s, u64 ioba, u64 size);

#endif
