// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl.c - the ABI's calls: each is decoded, checked as far as that needs no lock, and
 * handed to the IOAS.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include "ioas/ioas.h"
#include "vfio/ioctl.h"

long ioctl_extension(unsigned long extension)
{
	return extension == VFIO_SPAPR_TCE_IOMMU || extension == VFIO_SPAPR_TCE_v2_IOMMU;
}

/*
 * Read the first @size bytes of an argument. Every argument of this API begins with its size as
 * the user knows it (argsz). Inline: when the compiler knows @size, the copy skips a run-time
 * check.
 */
static __always_inline int ioctl_read(void *to, unsigned long arg, size_t size)
{
	u32 argsz;

	if (copy_from_user(to, (const void __user *)arg, size))
		return -EFAULT;
	memcpy(&argsz, to, sizeof(argsz));
	return argsz < size ? -EINVAL : 0;
}

static long ioctl_get_info(struct ioas *s, unsigned long arg)
{
	struct vfio_iommu_spapr_tce_info info = { 0 };
	size_t size = offsetofend(struct vfio_iommu_spapr_tce_info, dma32_window_size);
	struct ioas_info si;
	int rc;

	rc = ioctl_read(&info, arg, size);
	if (rc)
		return rc;
	rc = ioas_info(s, &si);
	if (rc)
		return rc;
	info.dma32_window_start = si.dma32_start;
	info.dma32_window_size = si.dma32_size;
	info.flags = si.pgsizes ? VFIO_IOMMU_SPAPR_INFO_DDW : 0;
	info.ddw.pgsizes = si.pgsizes;
	info.ddw.max_dynamic_windows_supported = si.max_windows;
	info.ddw.levels = si.levels;
	if (info.argsz >= offsetofend(struct vfio_iommu_spapr_tce_info, ddw))
		size = offsetofend(struct vfio_iommu_spapr_tce_info, ddw);
	return copy_to_user((void __user *)arg, &info, size) ? -EFAULT : 0;
}

/* A device's read needs VFIO's READ flag, which is the TCE's read bit; the same for writes. */
static u64 ioctl_perm(u32 flags)
{
	return (flags & VFIO_DMA_MAP_FLAG_READ ? PAPR_TCE_READ : 0) |
	       (flags & VFIO_DMA_MAP_FLAG_WRITE ? PAPR_TCE_WRITE : 0);
}

static long ioctl_map(struct ioas *s, unsigned long arg)
{
	struct vfio_iommu_type1_dma_map map;
	int rc = ioctl_read(&map, arg, offsetofend(typeof(map), size));

	if (rc)
		return rc;
	if (map.flags & ~(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE))
		return -EINVAL;
	if (!map.flags)
		return -EINVAL;
	return ioas_map(s, map.iova, map.vaddr, map.size, ioctl_perm(map.flags));
}

static long ioctl_unmap(struct ioas *s, unsigned long arg)
{
	struct vfio_iommu_type1_dma_unmap unmap;
	int rc = ioctl_read(&unmap, arg, offsetofend(typeof(unmap), size));

	if (rc)
		return rc;
	return unmap.flags ? -EINVAL : ioas_unmap(s, unmap.iova, unmap.size);
}

static long ioctl_register(struct ioas *s, unsigned long arg,
			   int (*call)(struct ioas *s, u64 ua, u64 size))
{
	struct vfio_iommu_spapr_register_memory reg;
	int rc = ioctl_read(&reg, arg, offsetofend(typeof(reg), size));

	if (rc)
		return rc;
	return reg.flags ? -EINVAL : call(s, reg.vaddr, reg.size);
}

static long ioctl_create(struct ioas *s, unsigned long arg)
{
	struct vfio_iommu_spapr_tce_create create;
	const size_t size = offsetofend(typeof(create), start_addr);
	u64 start;
	int rc = ioctl_read(&create, arg, size);

	if (rc)
		return rc;
	if (create.flags)
		return -EINVAL;
	rc = ioas_create(s, create.page_shift, create.window_size, create.levels, &start);
	if (rc)
		return rc;
	create.start_addr = start;
	if (!copy_to_user((void __user *)arg, &create, size))
		return 0;
	/* The user did not learn where the window is: remove it. */
	ioas_remove(s, start);
	return -EFAULT;
}

static long ioctl_remove(struct ioas *s, unsigned long arg)
{
	struct vfio_iommu_spapr_tce_remove remove;
	int rc = ioctl_read(&remove, arg, offsetofend(typeof(remove), start_addr));

	if (rc)
		return rc;
	return remove.flags ? -EINVAL : ioas_remove(s, remove.start_addr);
}

/* The v2 API's calls that replace ENABLE and DISABLE. */
static long ioctl_v2(struct ioas *s, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case VFIO_IOMMU_SPAPR_REGISTER_MEMORY:
		return ioctl_register(s, arg, ioas_register);
	case VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY:
		return ioctl_register(s, arg, ioas_unregister);
	case VFIO_IOMMU_SPAPR_TCE_CREATE:
		return ioctl_create(s, arg);
	case VFIO_IOMMU_SPAPR_TCE_REMOVE:
		return ioctl_remove(s, arg);
	default:
		return -ENOTTY;
	}
}

static long ioctl_v1(struct ioas *s, unsigned int cmd)
{
	switch (cmd) {
	case VFIO_IOMMU_ENABLE:
		return ioas_enable(s);
	case VFIO_IOMMU_DISABLE:
		return ioas_disable(s);
	default:
		return -ENOTTY;
	}
}

long ioctl_ioas(struct ioas *s, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case VFIO_IOMMU_SPAPR_TCE_GET_INFO:
		return ioctl_get_info(s, arg);
	case VFIO_IOMMU_MAP_DMA:
		return ioctl_map(s, arg);
	case VFIO_IOMMU_UNMAP_DMA:
		return ioctl_unmap(s, arg);
	default:
		return s->v1 ? ioctl_v1(s, cmd) : ioctl_v2(s, cmd, arg);
	}
}
