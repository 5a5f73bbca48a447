/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioas.h - a user's I/O address space (IOAS): its memory, its windows, the PEs behind them.
 *
 * One IOAS stands for one VFIO container. Every function takes the IOAS's
 * lock; after ioas_kill() all of them say -ENODEV.
 */
#ifndef VFIO_PSERIES_IOAS_H
#define VFIO_PSERIES_IOAS_H

#include <linux/rwsem.h>
#include "ioas/window.h"
#include "memory/regions.h"

/**
 * struct ioas - a user's IOAS
 * @lock:    guards everything in here; taken first of all locks of this module. MAP and UNMAP
 *           of registered memory, and whoever looks, hold it to read: what they change has locks
 *           of its own. All others hold it for writing
 * @dead:    the container is gone
 * @v1:      the older API: pages are pinned as they are mapped
 * @enabled: MAP and UNMAP are allowed: memory was registered once (v2), or
 *           VFIO_IOMMU_ENABLE was called (v1)
 * @stopped: its end has come so far that no device reaches anything
 * @paid:    v1: pages of locked memory that ENABLE charged, the window's size
 * @locked:  v1: pages that are charged: @paid, or more while more are pinned
 * @transit: v1: pages that MAPs are pinning at the moment, at most
 * @regions: registered memory
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
 * struct ioas_info - what GET_INFO tells
 * @dma32_start: first bus address of the default window
 * @dma32_size:  its bytes; 0 when the uapi's 32 bits can't say the truth
 * @pgsizes:     IOMMU page sizes, 0 when there are no dynamic windows
 * @max_windows: windows at a time
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
 * ioas_kill() - the end: everything is unmapped, closed and unpinned
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
 * What it does after that may wait for the user's mmap_lock, which he can hold for
 * ever. Context: any.
 */
bool ioas_stopped(const struct ioas *s);

/**
 * ioas_attach() - put a PE, owned by this user, into the IOAS
 *
 * Return: 0; -ENODEV (the IOAS is dead, or the PE is the host's); or what
 * windows_add_pe() says.
 */
int ioas_attach(struct ioas *s, struct pe *pe);

/**
 * ioas_detach() - take it out again; never fails
 */
void ioas_detach(struct ioas *s, struct pe *pe);

/*
 * The calls of the user, arguments as in the uapi header. All may sleep and
 * may say -ENODEV (the IOAS is dead), -EINTR (killed while waiting), -EPERM
 * (another address space than the owner's), -ENXIO (no PE attached) besides
 * what the functions of regions.h, window.h and table.h say. ioas_enable() says
 * -EBUSY when it is enabled already, -ENODEV without a PE, -EPERM when the
 * default window is out of 32 bits' reach, -ENOMEM beyond the locked memory.
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
 * Return: what the last call said, 0 without a PE.
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
 * ioas_unmap() - unmap a range; what is not mapped there is no error
 */
int ioas_unmap(struct ioas *s, u64 ioba, u64 size);

#endif
