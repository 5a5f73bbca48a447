// SPDX-License-Identifier: GPL-2.0-only
/* target_vfio.c - one container with one group, served by the module or the in-tree driver. */
#include <string.h>

#include "buffer.h"
#include "target.h"
#include "vfio.h"

static struct vfio v;
static struct window window;
static uint8_t *memory;

bool target_huge;

uint64_t target_page_sizes(const char *bdf)
{
	struct vfio_iommu_spapr_tce_info info;
	struct vfio asked;

	vfio_open(&asked, bdf);
	vfio_get_info(&asked, &info);
	vfio_close(&asked);
	return info.ddw.pgsizes;
}

/* A PE with one window at a time needs its default window removed first. */
static void make_room(void)
{
	struct vfio_iommu_spapr_tce_info info;

	vfio_get_info(&v, &info);
	if (info.ddw.max_dynamic_windows_supported == 1)
		vfio_remove(&v, info.dma32_window_start);
}

static void container_open(const char *bdf)
{
	memory = target_huge ? buffer_huge(MEMORY_SIZE, false) : buffer_private(MEMORY_SIZE);
	memset(memory, 1, MEMORY_SIZE);
	vfio_open(&v, bdf);
	vfio_register(&v, memory, MEMORY_SIZE);
	make_room();
}

static void container_create(unsigned int shift, uint64_t size)
{
	vfio_create(&v, shift, size, &window);
}

static uint64_t iova(const struct range *r)
{
	return window.start + (r->first << window.shift);
}

static void container_map(const struct range *r)
{
	vfio_map(&v, iova(r), memory + (r->page << window.shift), r->n << window.shift,
		 VFIO_DIR_BOTH);
}

static void container_unmap(const struct range *r)
{
	vfio_unmap(&v, iova(r), r->n << window.shift);
}

static void container_remove(const struct range *mapped)
{
	(void)mapped; /* the driver clears it */
	vfio_remove(&v, window.start);
}

static void container_close(void)
{
	vfio_close(&v);
}

const struct target target_vfio = {
	.open	= container_open,
	.create	= container_create,
	.map	= container_map,
	.unmap	= container_unmap,
	.remove	= container_remove,
	.close	= container_close,
};
