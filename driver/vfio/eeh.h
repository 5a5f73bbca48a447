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
 * The operation is done to all PEs, in the order in which they were attached, or,
 * if EEH does not know one of them, to none. No lock is held meanwhile: other calls
 * and the end of the IOAS go on, and operations of several threads run beside each
 * other.
 *
 * Context: may sleep, for seconds in a reset.
 * Return: the first error of a PE; else the first answer that is not 0, which for
 * GET_STATE is the state of the first PE that does not work normally; 0 without a
 * PE; -EFAULT; -EINVAL (argsz, flags, unknown operation); -ENODEV (EEH does not
 * know a PE); as ioas.h says.
 */
long eeh_ioctl(struct ioas *s, unsigned long arg);

/*
 * The kernel's EEH: group_eeh.c, and the tests' own.
 */

/**
 * eeh_extension() - does this partition have EEH?
 */
long eeh_extension(void);

/**
 * eeh_hold() - find a PE's error handling
 *
 * Context: with the IOAS's lock; may sleep.
 * Return: what is to be passed to eeh_drop(); NULL if EEH does not know the PE.
 */
struct eeh_pe *eeh_hold(struct pe *pe);

/**
 * eeh_operate() - one operation on one PE
 *
 * Context: may sleep, with no lock held. Return: the operation's result, -EINVAL for
 * one that is unknown.
 */
int eeh_operate(struct eeh_pe *pe, const struct vfio_eeh_pe_op *op);

void eeh_drop(struct eeh_pe *pe);

#endif
