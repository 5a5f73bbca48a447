/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eeh.h - Enhanced Error Handling of a user's PEs.
 */
#ifndef VFIO_PSERIES_EEH_H
#define VFIO_PSERIES_EEH_H

struct space;

/**
 * eeh_extension() - does this partition have EEH?
 */
long eeh_extension(void);

/**
 * eeh_ioctl() - VFIO_EEH_PE_OP for every PE of a space
 * @s:   the space
 * @arg: user address of a struct vfio_eeh_pe_op
 *
 * Return: the operation's result; -EFAULT; -EINVAL (argsz, flags, unknown
 * operation); -ENODEV (EEH does not know the PE); as space.h says.
 */
long eeh_ioctl(struct space *s, unsigned long arg);

#endif
