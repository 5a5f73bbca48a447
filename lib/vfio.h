/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio.h - a VFIO container with one group and its devices
 *
 * The container is of the sPAPR v2 type by default.
 *
 * Every call comes as a pair: __vfio_x() returns 0 or -errno for the test to check; vfio_x() ends
 * the test with a message when it fails.
 */
#ifndef LIB_VFIO_H
#define LIB_VFIO_H

#include <stddef.h>
#include <stdint.h>
#include <linux/vfio.h>

#define VFIO_DIR_READ	VFIO_DMA_MAP_FLAG_READ	/* the device may read memory */
#define VFIO_DIR_WRITE	VFIO_DMA_MAP_FLAG_WRITE	/* the device may write memory */
#define VFIO_DIR_BOTH	(VFIO_DIR_READ | VFIO_DIR_WRITE)

struct vfio {
	int container;
	int group;
	int device;
	char bdf[16];
};

/* The window that a CREATE made. */
struct window {
	uint64_t start;
	uint64_t size;
	unsigned int shift;
};

int vfio_group_of(const char *bdf);
int vfio_open_group(int id);

/* SET_CONTAINER and SET_IOMMU; on error nothing stays open. */
int __vfio_open(struct vfio *v, const char *bdf);
int __vfio_open_as(struct vfio *v, const char *bdf, unsigned long type);
void vfio_open(struct vfio *v, const char *bdf);
/* Adds another device's group to the container of @first; v->container is that of @first. */
int __vfio_join(struct vfio *v, const struct vfio *first, const char *bdf);
void vfio_join(struct vfio *v, const struct vfio *first, const char *bdf);
/* Closes the device and its group; the container stays. */
void vfio_leave(struct vfio *v);
int __vfio_open_device(struct vfio *v);
void vfio_open_device(struct vfio *v);
void vfio_close(struct vfio *v);

/* Any ioctl on the container, for arguments that the calls below cannot express. */
int vfio_ioctl(struct vfio *v, unsigned long cmd, void *arg);
/* VFIO_EEH_PE_OP; INJECT_ERR is called with an error of zeroes. */
int vfio_eeh(struct vfio *v, uint32_t op);
/* VFIO_EEH_PE_INJECT_ERR with this type and function, at address 0. */
int vfio_eeh_inject(struct vfio *v, uint32_t type, uint32_t func);

int __vfio_get_info(struct vfio *v, struct vfio_iommu_spapr_tce_info *info);
void vfio_get_info(struct vfio *v, struct vfio_iommu_spapr_tce_info *info);
int __vfio_register(struct vfio *v, const void *mem, uint64_t size);
void vfio_register(struct vfio *v, const void *mem, uint64_t size);
int __vfio_unregister(struct vfio *v, const void *mem, uint64_t size);
void vfio_unregister(struct vfio *v, const void *mem, uint64_t size);
int __vfio_create(struct vfio *v, unsigned int shift, uint64_t size, struct window *w);
void vfio_create(struct vfio *v, unsigned int shift, uint64_t size, struct window *w);
int __vfio_remove(struct vfio *v, uint64_t start);
void vfio_remove(struct vfio *v, uint64_t start);
int __vfio_map(struct vfio *v, uint64_t iova, const void *mem, uint64_t size, uint32_t dir);
void vfio_map(struct vfio *v, uint64_t iova, const void *mem, uint64_t size, uint32_t dir);
int __vfio_unmap(struct vfio *v, uint64_t iova, uint64_t size);
void vfio_unmap(struct vfio *v, uint64_t iova, uint64_t size);

/* PCI configuration space of the device. */
void vfio_config_read(struct vfio *v, unsigned int offset, void *value, size_t size);
void vfio_config_write(struct vfio *v, unsigned int offset, const void *value, size_t size);
void vfio_bus_master(struct vfio *v, int on);

#endif
