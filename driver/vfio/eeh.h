/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eeh.h - Enhanced Error Handling of a user's PEs.
 */
#ifndef VFIO_PSERIES_EEH_H
#define VFIO_PSERIES_EEH_H

struct eeh_pe;
struct pe;
struct ioas;
struct vfio_eeh_pe_op;

/**
 * eeh_ioctl() - VFIO_EEH_PE_OP for every PE of an IOAS
 * @s:   the IOAS
 * @arg: user address of a struct vfio_eeh_pe_op
 *
 * The operation is done on all PEs, in the order of attachment. If EEH does not know one of them,
 * it is done on none. No lock is held meanwhile: other calls and the end of the IOAS do not wait,
 * and operations of several threads run in parallel.
 *
 * Context: may sleep, for seconds in a reset.
 * Return: the first error of a PE; else the first result that is not 0, which for
 * GET_STATE is the state of the first PE that does not work normally; 0 without a
 * PE; -EFAULT; -EINVAL (argsz, flags, unknown operation); -ENODEV (EEH does not
 * know a PE); the errors that ioas.h lists for all calls.
 */
long eeh_ioctl(struct ioas *s, unsigned long arg);

/*
 * The kernel's EEH: group_eeh.c, and a replacement in the unit tests.
 */

/**
 * eeh_extension() - does this partition have EEH?
 */
long eeh_extension(void);

/**
 * eeh_hold() - find a PE's EEH state and hold it
 *
 * Context: with the IOAS's lock; may sleep.
 * Return: the object for eeh_operate() and eeh_drop(); NULL if EEH does not know the PE.
 */
struct eeh_pe *eeh_hold(struct pe *pe);

/**
 * eeh_operate() - do one operation on one PE
 *
 * Context: may sleep, with no lock held. Return: the operation's result, -EINVAL for
 * an unknown operation.
 */
int eeh_operate(struct eeh_pe *pe, const struct vfio_eeh_pe_op *op);

void eeh_drop(struct eeh_pe *pe);

#endif
