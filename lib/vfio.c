// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio.c - the VFIO container and group interface as thin calls
 *
 * The calls fill in a structure, issue one ioctl and turn the result into 0 or -errno. They keep
 * nothing but the three file descriptors, so that a test sees what the kernel does and not what a
 * library makes of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tap.h"
#include "vfio.h"

#define PCI_COMMAND		4
#define PCI_COMMAND_MEMORY	2
#define PCI_COMMAND_MASTER	4

static int call(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static void must(int ret, const char *what)
{
	if (ret < 0)
		tap_fail("%s: %s", what, strerror(-ret));
}

int vfio_ioctl(struct vfio *v, unsigned long cmd, void *arg)
{
	return call(v->container, cmd, arg);
}

int vfio_eeh(struct vfio *v, uint32_t op)
{
	struct vfio_eeh_pe_op arg = { .argsz = sizeof(arg), .op = op };

	return vfio_ioctl(v, VFIO_EEH_PE_OP, &arg);
}

int vfio_eeh_inject(struct vfio *v, uint32_t type, uint32_t func)
{
	struct vfio_eeh_pe_op arg = {
		.argsz = sizeof(arg),
		.op = VFIO_EEH_PE_INJECT_ERR,
		.err = { .type = type, .func = func },
	};

	return vfio_ioctl(v, VFIO_EEH_PE_OP, &arg);
}

int vfio_group_of(const char *bdf)
{
	char path[96], target[PATH_MAX];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", bdf);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	base = strrchr(target, '/');
	return base ? atoi(base + 1) : -EINVAL;
}

int vfio_open_group(int id)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/vfio/%d", id);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int connect_group(struct vfio *v, unsigned long type)
{
	int ret = call(v->group, VFIO_GROUP_SET_CONTAINER, &v->container);

	if (ret)
		return ret;
	return call(v->container, VFIO_SET_IOMMU, (void *)type);
}

/* Prepares @v; nothing is open yet. Returns the group's number, or -errno. */
static int prepare(struct vfio *v, const char *bdf)
{
	v->container = -1;
	v->group = -1;
	v->device = -1;
	snprintf(v->bdf, sizeof(v->bdf), "%s", bdf);
	return vfio_group_of(bdf);
}

int __vfio_open_as(struct vfio *v, const char *bdf, unsigned long type)
{
	int id = prepare(v, bdf), ret;

	if (id < 0)
		return id;
	v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (v->container < 0)
		return -errno;
	v->group = vfio_open_group(id);
	ret = v->group < 0 ? v->group : connect_group(v, type);
	if (ret)
		vfio_close(v);
	return ret;
}

int __vfio_open(struct vfio *v, const char *bdf)
{
	return __vfio_open_as(v, bdf, VFIO_SPAPR_TCE_v2_IOMMU);
}

void vfio_open(struct vfio *v, const char *bdf)
{
	must(__vfio_open(v, bdf), "opening the container and its group");
}

int __vfio_join(struct vfio *v, const struct vfio *first, const char *bdf)
{
	int id = prepare(v, bdf), ret;

	v->container = first->container;
	if (id < 0)
		return id;
	v->group = vfio_open_group(id);
	if (v->group < 0)
		return v->group;
	ret = call(v->group, VFIO_GROUP_SET_CONTAINER, &v->container);
	if (ret)
		vfio_leave(v);
	return ret;
}

void vfio_join(struct vfio *v, const struct vfio *first, const char *bdf)
{
	must(__vfio_join(v, first, bdf), "opening another group and its SET_CONTAINER");
}

int __vfio_open_device(struct vfio *v)
{
	int fd = call(v->group, VFIO_GROUP_GET_DEVICE_FD, v->bdf);

	if (fd < 0)
		return fd;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	v->device = fd;
	return 0;
}

void vfio_open_device(struct vfio *v)
{
	must(__vfio_open_device(v), "VFIO_GROUP_GET_DEVICE_FD");
}

void vfio_leave(struct vfio *v)
{
	if (v->device >= 0)
		close(v->device);
	if (v->group >= 0)
		close(v->group);
	v->device = -1;
	v->group = -1;
}

void vfio_close(struct vfio *v)
{
	vfio_leave(v);
	if (v->container >= 0)
		close(v->container);
	v->container = -1;
}

int __vfio_get_info(struct vfio *v, struct vfio_iommu_spapr_tce_info *info)
{
	memset(info, 0, sizeof(*info));
	info->argsz = sizeof(*info);
	return vfio_ioctl(v, VFIO_IOMMU_SPAPR_TCE_GET_INFO, info);
}

void vfio_get_info(struct vfio *v, struct vfio_iommu_spapr_tce_info *info)
{
	must(__vfio_get_info(v, info), "VFIO_IOMMU_SPAPR_TCE_GET_INFO");
}

static int registration(struct vfio *v, unsigned long cmd, const void *mem, uint64_t size)
{
	struct vfio_iommu_spapr_register_memory arg = {
		.argsz = sizeof(arg),
		.vaddr = (uintptr_t)mem,
		.size = size,
	};

	return vfio_ioctl(v, cmd, &arg);
}

int __vfio_register(struct vfio *v, const void *mem, uint64_t size)
{
	return registration(v, VFIO_IOMMU_SPAPR_REGISTER_MEMORY, mem, size);
}

void vfio_register(struct vfio *v, const void *mem, uint64_t size)
{
	must(__vfio_register(v, mem, size), "VFIO_IOMMU_SPAPR_REGISTER_MEMORY");
}

int __vfio_unregister(struct vfio *v, const void *mem, uint64_t size)
{
	return registration(v, VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY, mem, size);
}

void vfio_unregister(struct vfio *v, const void *mem, uint64_t size)
{
	must(__vfio_unregister(v, mem, size), "VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY");
}

int __vfio_create(struct vfio *v, unsigned int shift, uint64_t size, struct window *w)
{
	struct vfio_iommu_spapr_tce_create arg = {
		.argsz = sizeof(arg),
		.page_shift = shift,
		.window_size = size,
		.levels = 1,
	};
	int ret = vfio_ioctl(v, VFIO_IOMMU_SPAPR_TCE_CREATE, &arg);

	if (!ret) {
		w->start = arg.start_addr;
		w->size = size;
		w->shift = shift;
	}
	return ret;
}

void vfio_create(struct vfio *v, unsigned int shift, uint64_t size, struct window *w)
{
	must(__vfio_create(v, shift, size, w), "VFIO_IOMMU_SPAPR_TCE_CREATE");
}

int __vfio_remove(struct vfio *v, uint64_t start)
{
	struct vfio_iommu_spapr_tce_remove arg = {
		.argsz = sizeof(arg),
		.start_addr = start,
	};

	return vfio_ioctl(v, VFIO_IOMMU_SPAPR_TCE_REMOVE, &arg);
}

void vfio_remove(struct vfio *v, uint64_t start)
{
	must(__vfio_remove(v, start), "VFIO_IOMMU_SPAPR_TCE_REMOVE");
}

int __vfio_map(struct vfio *v, uint64_t iova, const void *mem, uint64_t size, uint32_t dir)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = sizeof(arg),
		.flags = dir,
		.vaddr = (uintptr_t)mem,
		.iova = iova,
		.size = size,
	};

	return vfio_ioctl(v, VFIO_IOMMU_MAP_DMA, &arg);
}

void vfio_map(struct vfio *v, uint64_t iova, const void *mem, uint64_t size, uint32_t dir)
{
	must(__vfio_map(v, iova, mem, size, dir), "VFIO_IOMMU_MAP_DMA");
}

int __vfio_unmap(struct vfio *v, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_unmap arg = {
		.argsz = sizeof(arg),
		.iova = iova,
		.size = size,
	};

	return vfio_ioctl(v, VFIO_IOMMU_UNMAP_DMA, &arg);
}

void vfio_unmap(struct vfio *v, uint64_t iova, uint64_t size)
{
	must(__vfio_unmap(v, iova, size), "VFIO_IOMMU_UNMAP_DMA");
}

static uint64_t config_offset(struct vfio *v)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};

	must(call(v->device, VFIO_DEVICE_GET_REGION_INFO, &info), "the configuration region");
	return info.offset;
}

void vfio_config_read(struct vfio *v, unsigned int offset, void *value, size_t size)
{
	if (pread(v->device, value, size, config_offset(v) + offset) != (ssize_t)size)
		tap_fail("reading configuration space at %#x: %s", offset, strerror(errno));
}

void vfio_config_write(struct vfio *v, unsigned int offset, const void *value, size_t size)
{
	if (pwrite(v->device, value, size, config_offset(v) + offset) != (ssize_t)size)
		tap_fail("writing configuration space at %#x: %s", offset, strerror(errno));
}

void vfio_bus_master(struct vfio *v, int on)
{
	uint16_t command;

	vfio_config_read(v, PCI_COMMAND, &command, sizeof(command));
	command |= PCI_COMMAND_MEMORY;
	if (on)
		command |= PCI_COMMAND_MASTER;
	else
		command &= ~PCI_COMMAND_MASTER;
	vfio_config_write(v, PCI_COMMAND, &command, sizeof(command));
}
