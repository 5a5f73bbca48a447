/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pe.h - a partitionable endpoint: its owner and its windows.
 *
 * A user's windows and firmware's are different things. Firmware's default window can
 * be lent to a user, taken back and lent again without a call to the hypervisor. It is
 * removed only when a user wants a first window that the default window cannot be.
 */
#ifndef VFIO_PSERIES_PE_H
#define VFIO_PSERIES_PE_H

#include <linux/mutex.h>
#include <linux/types.h>
#include "hv/ddw.h"
#include "hv/hcall.h"

/* Most windows that a user can have at a time; the kernel's table groups have two. */
#define PE_WINDOWS	2

struct kvm_table;
struct pe;

/**
 * struct host_ops - the kernel's part when a PE changes hands
 * @leave:   take the host's windows away. Afterwards no window but the default
 *           one exists, nobody in the kernel uses it and no event makes the kernel
 *           write to a TCE of this PE. On error the host has all it had. A host
 *           that has given up the default window for one of its own says in
 *           pe->dflt.present whether it is back.
 * @back:    undo @leave: the default window exists. It is clear, unless clearing
 *           it has failed or was interrupted. As above, a host may give it up.
 * @publish: window @num of the group is now @kvm, NULL for none; for code that
 *           looks up tables in the kernel's group (KVM). Returns 0 or an errno;
 *           NULL never fails.
 * @isolate: keep the PE's devices from any access, because TCEs could not be
 *           cleared. A user, like others, can allow access again
 *
 * All may sleep and are called with the PE's lock held.
 */
struct host_ops {
	int (*leave)(struct pe *pe);
	void (*back)(struct pe *pe);
	int (*publish)(struct pe *pe, u32 num, struct kvm_table *kvm);
	void (*isolate)(struct pe *pe);
};

/**
 * struct pe_window - one window that firmware has or may have
 * @w:       its geometry
 * @present: the hypervisor has it
 * @lent:    a user has it
 * @raw:     it may have valid TCEs that no table of ours has
 * @doubtful: it may be gone, and its name another PE's; it is never cleared or
 *           removed by its name
 *
 * Present, not lent and not raw means: every TCE of it is invalid.
 */
struct pe_window {
	struct dma_window w;
	bool present;
	bool lent;
	bool raw;
	bool doubtful;
};

/**
 * struct pe - a partitionable endpoint
 * @name:    for messages
 * @addr:    how RTAS addresses it
 * @dflt:    the default window; its geometry holds also while it is absent
 * @ddw:     dynamic windows created here, or left by the host; while the host
 *           owns the PE, those that still have to be removed
 * @littered: there are more of the latter than @ddw has room for
 * @pgsizes: IOMMU page sizes, a mask of sizes in bytes
 * @unusable: page sizes that no memory of this kernel can fill
 * @max:     windows that a user can have; this and @pgsizes are set by take
 * @looked:  TCEs of the default window that were read before it was last cleared, if any
 * @held:    how many of them were valid
 * @owned:   a user owns it
 * @host:    the kernel's side
 * @lock:    guards @dflt, @ddw, @looked, @held, @littered and @owned; taken inside the
 *           IOAS's lock and inside the IOMMU core's group mutex, outside of everything else
 */
struct pe {
	const char *name;
	struct ddw_pe addr;
	struct pe_window dflt;
	struct pe_window ddw[PE_WINDOWS];
	u64 pgsizes;
	u64 unusable;
	u32 max;
	u8 looked;
	u8 held;
	bool littered;
	bool owned;
	const struct host_ops *host;
	struct mutex lock;
};

/**
 * pe_init() - describe a PE that the host owns
 * @pe: zeroed except name, addr, dflt, unusable and host, which the caller set
 */
void pe_init(struct pe *pe);

/**
 * pe_take() - take a PE from the host for a user
 *
 * Afterwards no TCE of the PE is valid, whatever window firmware has kept, and page
 * sizes and the number of windows are known. All or nothing; does nothing when a
 * user owns the PE.
 *
 * Context: may sleep. Return: 0, or the reason why the host keeps it.
 */
int pe_take(struct pe *pe);

/**
 * pe_release() - release a PE to the host; its user has no window left
 *
 * Context: may sleep. Never fails: a refusal of firmware's is logged.
 */
void pe_release(struct pe *pe);

/**
 * pe_in_use() - does a user have a window of this PE?
 *
 * Context: may sleep.
 */
bool pe_in_use(struct pe *pe);

/**
 * pe_leave_behind() - note a window of the host's that could not be removed
 * @pe: the PE
 * @w:  the window
 *
 * No user gets the PE before the window is known to be gone.
 * Context: may sleep; from &struct host_ops, with the PE's lock held.
 */
void pe_leave_behind(struct pe *pe, const struct dma_window *w);

/* For pe_open(): the hypervisor chooses the place. */
#define PE_ANYWHERE	(~0ULL)

/**
 * pe_open() - open a window for the user
 * @pe:   the PE, owned
 * @want: page size, size (a whole number of pages) and start: PE_ANYWHERE, or
 *        the bus address at which other PEs of a container have it
 * @w:    what the user gets; all TCEs of it are invalid
 *
 * Context: may sleep.
 * Return: 0; -ENOSPC (no window left, or it would overlap another one);
 * -EINVAL (no such pages, or larger than what the PE can have); -EIO; -EINTR.
 * For a window that other PEs have, -EINVAL also replaces -ENOSPC, and is returned
 * when firmware puts the window elsewhere; the log says which it was. On error the PE
 * has the windows that it had.
 */
int pe_open(struct pe *pe, const struct dma_window *want, struct dma_window *w);

/**
 * pe_close() - take a window back from the user
 * @pe:    the PE
 * @liobn: the window's name
 * @clean: all TCEs of it are invalid
 *
 * Context: may sleep. Never fails. Return: true when no TCE of the window can
 * be valid any more, because of @clean or because the window is gone.
 */
bool pe_close(struct pe *pe, u32 liobn, bool clean);

/**
 * pe_publish() - tell the kernel's table group which window is number @num
 */
int pe_publish(struct pe *pe, u32 num, struct kvm_table *kvm);

#endif
