/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio_driver.h - how an IOMMU driver registers with the VFIO core.
 *
 * The core declares this in a private header that no headers package ships, so
 * no probe can notice a change. It is the one thing here that goes by version:
 * the layout below was read and run on the versions that are let through.
 * 6.1 has one member more at the end (notify); a later core doesn't look there.
 */
#ifndef VFIO_PSERIES_COMPAT_VFIO_DRIVER_H
#define VFIO_PSERIES_COMPAT_VFIO_DRIVER_H

#include <linux/types.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) || LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
#error "vfio_pseries: struct vfio_iommu_driver_ops is only known for Linux 6.1 to 7.2"
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
