/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - the user ABI: decode, check, dispatch.
 *
 * The ABI is the kernel's: linux/vfio.h says what each call takes. Where it is
 * silent, this is what ours does:
 *
 *  EFAULT  the argument cannot be read or written
 *  EINVAL  argsz too short, unknown flags, no permission given, size 0, an
 *          address or size off the page grid, a range that wraps around or
 *          crosses a window's end, memory that is not registered, a window
 *          larger than the largest that the PE can have
 *  ENXIO   no group attached; no window at this bus address
 *  EPERM   another process than the owner; MAP, UNMAP or UNREGISTER before the
 *          first REGISTER_MEMORY (v2) or ENABLE (v1)
 *  ENOENT  UNREGISTER of what is not registered
 *  EBUSY   REGISTER of what is; UNREGISTER of what is mapped; ENABLE again
 *  ENOSPC  CREATE when the PE has no window left
 *  ENOMEM  memory, or locked memory, is out
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
