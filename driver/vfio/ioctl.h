/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - the user ABI: decode, check, dispatch.
 *
 * The ABI is the kernel's: linux/vfio.h says what each call takes. Errors, where linux/vfio.h
 * does not define them:
 *
 *  EFAULT  the argument cannot be read or written
 *  EINVAL  argsz too short, unknown flags, no permission given, size 0, an
 *          address or size off the page grid, a range that wraps around or
 *          crosses a window's end, memory that is not registered, a window
 *          that is larger than the PE's maximum
 *  ENXIO   no group attached; no window at this bus address
 *  EPERM   a process that is not the owner; MAP, UNMAP or UNREGISTER before the
 *          first REGISTER_MEMORY (v2) or ENABLE (v1)
 *  ENOENT  UNREGISTER of memory that is not registered
 *  EBUSY   REGISTER of registered memory; UNREGISTER of mapped memory; ENABLE again
 *  ENOSPC  CREATE when the PE has no window left
 *  ENOMEM  no memory, or the limit of locked memory is reached
 *  EIO     the hypervisor refused
 *  ENODEV  the container is gone
 *  ENOTTY  not a call of the API that SET_IOMMU chose
 */
#ifndef VFIO_PSERIES_IOCTL_H
#define VFIO_PSERIES_IOCTL_H

struct ioas;

/**
 * ioctl_extension() - VFIO_CHECK_EXTENSION
 *
 * Return: 1 when @extension is supported, else 0.
 */
long ioctl_extension(unsigned long extension);

/**
 * ioctl_ioas() - any other call on a container
 * @s:   the IOAS, referenced by the caller
 * @cmd: the ioctl
 * @arg: user address of its argument
 *
 * Context: may sleep. User memory is touched with no lock held.
 */
long ioctl_ioas(struct ioas *s, unsigned int cmd, unsigned long arg);

#endif
