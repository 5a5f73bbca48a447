/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio_driver.h - the VFIO core's interface for IOMMU drivers.
 *
 * The core declares this in a private header that no headers package ships, so no probe can
 * notice a change. Nothing else here depends on the kernel's version: the layout below was
 * read and run on the versions that are allowed. 6.1 has one more member at the end
 * (notify); a later core does not read it.
 *
 * This file decides which kernels the module is built for. probe.sh checks it before
 * anything is compiled and shows its message; dkms.conf has the same range in DKMS' words,
 * and tests/package/run compares the two. Kernels of RHEL 9 call themselves 5.14, whatever
 * has been added since.
 */
#ifndef VFIO_PSERIES_COMPAT_VFIO_DRIVER_H
#define VFIO_PSERIES_COMPAT_VFIO_DRIVER_H

#include <linux/types.h>
#include <linux/version.h>

#ifdef RHEL_RELEASE_CODE
#define KERNEL_OF_RHEL(a, b)	(RHEL_RELEASE_CODE == RHEL_RELEASE_VERSION(a, b))
#else
#define KERNEL_OF_RHEL(a, b)	0
#endif

#if KERNEL_OF_RHEL(9, 5) || KERNEL_OF_RHEL(9, 6)
/* 5.14 by name, with the IOMMU operations of 6.8 or 6.11 */
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "vfio_pseries: this kernel's VFIO and IOMMU core are too old: use Linux 6.1, 6.4 or later, \
RHEL 9.5, 9.6 or 10"
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#error "vfio_pseries: nobody knows how this kernel gives a PE back to the host: use Linux 6.1, \
6.4 or later, RHEL 9.5, 9.6 or 10"
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(7, 4, 0)
#error "vfio_pseries: struct vfio_iommu_driver_ops is only known up to Linux 7.3: use such a \
kernel, or a newer vfio_pseries"
#endif

struct iommu_domain;
struct iommu_group;
struct module;
struct page;
struct vfio_device;

enum vfio_group_type {
	VFIO_IOMMU,
	VFIO_EMULATED_IOMMU,
	VFIO_NO_IOMMU,
};

struct vfio_iommu_driver_ops {
	char *name;
	struct module *owner;
	void *(*open)(unsigned long type);
	void (*release)(void *data);
	long (*ioctl)(void *data, unsigned int cmd, unsigned long arg);
	int (*attach_group)(void *data, struct iommu_group *group, enum vfio_group_type type);
	void (*detach_group)(void *data, struct iommu_group *group);
	int (*pin_pages)(void *data, struct iommu_group *group, dma_addr_t iova, int npage,
			 int prot, struct page **pages);
	void (*unpin_pages)(void *data, dma_addr_t iova, int npage);
	void (*register_device)(void *data, struct vfio_device *dev);
	void (*unregister_device)(void *data, struct vfio_device *dev);
	int (*dma_rw)(void *data, dma_addr_t iova, void *buf, size_t count, bool write);
	struct iommu_domain *(*group_iommu_domain)(void *data, struct iommu_group *group);
	void (*notify)(void *data, int event);
};

int vfio_register_iommu_driver(const struct vfio_iommu_driver_ops *ops);
void vfio_unregister_iommu_driver(const struct vfio_iommu_driver_ops *ops);

#endif
