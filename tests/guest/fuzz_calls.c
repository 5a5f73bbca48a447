// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_calls.c - calls of the user interface, most of them nearly right.
 */
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fuzz.h"

/* The container that this thread's calls are for. */
static __thread struct fuzz_side *on;

/* --- arguments --- */

static uint64_t some_memory(void)
{
	if (seldom())
		return odd_number();
	return (uintptr_t)fuzz_memory + dice(FUZZ_MEMORY / FUZZ_GRID) * FUZZ_GRID +
	       (seldom() ? 4096 : 0);
}

/* Regions start on a coarse grid, so that threads overlap. */
static uint64_t some_region(void)
{
	return seldom() ? some_memory() : (uintptr_t)fuzz_memory + dice(16) * 2 * MIB;
}

static uint64_t some_size(void)
{
	if (seldom())
		return odd_number();
	return (dice(4) ? 1 + dice(8) : dice(FUZZ_MEMORY / FUZZ_GRID)) * FUZZ_GRID;
}

static uint64_t some_iova(void)
{
	static const uint64_t starts[] = { 0, 0, FUZZ_HIGH };
	unsigned int i = dice(4);

	if (seldom())
		return odd_number();
	return (i < 3 ? starts[i] : on->last_window) + dice(1024) * FUZZ_GRID;
}

static uint32_t argsz(size_t size)
{
	return seldom() ? dice(2 * size) : size;
}

static uint32_t no_flags(void)
{
	return seldom() ? 1U << dice(32) : 0;
}

/* --- calls --- */

static void do_registration(enum fuzz_kind kind, unsigned long cmd)
{
	struct vfio_iommu_spapr_register_memory arg = {
		.argsz = argsz(sizeof(arg)),
		.flags = no_flags(),
		.vaddr = some_region(),
		.size = seldom() ? some_size() : 2 * MIB,
	};

	note(kind, ioctl(on->v.container, cmd, &arg));
}

/*
 * QEMU's tables take its memory. QEMU also offers a window of 2^32 TCEs, but aborts at the next
 * create after such a window. So sizes here are far smaller.
 */
static uint64_t some_window_size(void)
{
	if (seldom())
		return odd_number() & ((1ULL << 36) - 1);
	return 1ULL << (20 + dice(14));
}

static void do_create(void)
{
	static const uint32_t shifts[] = { 12, 12, 16, 16, 24, 21, 34, 13 };
	struct vfio_iommu_spapr_tce_create arg = {
		.argsz = argsz(sizeof(arg)),
		.flags = no_flags(),
		.page_shift = seldom() ? odd_number() : shifts[dice(8)],
		.window_size = some_window_size(),
		.levels = seldom() ? odd_number() : dice(3),
	};

	if (note(CREATE, ioctl(on->v.container, VFIO_IOMMU_SPAPR_TCE_CREATE, &arg)) >= 0)
		on->last_window = arg.start_addr;
}

static void do_remove(void)
{
	struct vfio_iommu_spapr_tce_remove arg = {
		.argsz = argsz(sizeof(arg)),
		.flags = no_flags(),
		.start_addr = seldom() ? some_iova() : dice(2) ? on->last_window : 0,
	};

	note(REMOVE, ioctl(on->v.container, VFIO_IOMMU_SPAPR_TCE_REMOVE, &arg));
}

static void do_map(void)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = argsz(sizeof(arg)),
		.flags = seldom() ? no_flags() : 1 + dice(3),
		.vaddr = some_memory(),
		.iova = some_iova(),
		.size = some_size(),
	};
	int ret = note(MAP, ioctl(on->v.container, VFIO_IOMMU_MAP_DMA, &arg));

	if (on == &fuzz_side[1])
		note(SECOND_MAP, ret);
}

static void do_unmap(void)
{
	struct vfio_iommu_type1_dma_unmap arg = {
		.argsz = argsz(offsetof(struct vfio_iommu_type1_dma_unmap, data)),
		.flags = no_flags(),
		.iova = some_iova(),
		.size = some_size(),
	};

	note(UNMAP, ioctl(on->v.container, VFIO_IOMMU_UNMAP_DMA, &arg));
}

static void do_info(void)
{
	struct vfio_iommu_spapr_tce_info arg = { .argsz = argsz(sizeof(arg)) };

	/* Without a driver the call fails: lets the thread run that attaches a group. */
	if (note(INFO, ioctl(on->v.container, VFIO_IOMMU_SPAPR_TCE_GET_INFO, &arg)) < 0)
		usleep(2000);
}

void fuzz_attach(struct fuzz_side *side)
{
	unsigned long type = dice(4) ? VFIO_SPAPR_TCE_v2_IOMMU : VFIO_SPAPR_TCE_IOMMU;

	if (!dice(4))
		ioctl(side->v.group, VFIO_GROUP_UNSET_CONTAINER);
	ioctl(side->v.group, VFIO_GROUP_SET_CONTAINER, &side->v.container);
	if (seldom())
		ioctl(side->v.container, VFIO_SET_IOMMU, dice(12));
	note(ATTACH, ioctl(side->v.container, VFIO_SET_IOMMU, type));
}

static void do_device(void)
{
	int fd = note(DEVICE, ioctl(on->v.group, VFIO_GROUP_GET_DEVICE_FD, on->v.bdf));

	if (fd < 0)
		return;
	usleep(dice(2000));
	close(fd);
}

/* Any call of VFIO's, with a good argument or a bad one. */
static void do_odd(void)
{
	uint64_t arg[16] = { argsz(sizeof(arg)) };
	unsigned long cmd = _IO(VFIO_TYPE, VFIO_BASE + dice(24));
	unsigned int i;

	for (i = 1; i < 16; i++)
		arg[i] = dice(2) ? odd_number() : 0;
	/* Other functions take the group away, and create windows with limited sizes. */
	if (cmd == VFIO_GROUP_UNSET_CONTAINER || cmd == VFIO_IOMMU_SPAPR_TCE_CREATE)
		return;
	note(ODD, ioctl(dice(4) ? on->v.container : on->v.group, cmd,
			dice(4) ? (unsigned long)arg : odd_number()));
}

static void rare_call(void)
{
	switch (dice(8)) {
	case 0:
		note(ENABLE, ioctl(on->v.container, VFIO_IOMMU_ENABLE));
		break;
	case 1:
		note(DISABLE, ioctl(on->v.container, VFIO_IOMMU_DISABLE));
		break;
	case 2:
		do_device();
		break;
	case 3:
		do_info();
		break;
	case 4:
		if (fuzz_has_kvm)
			fuzz_kvm_call();
		break;
	default:
		do_odd();
	}
}

void fuzz_call(void)
{
	unsigned int what = dice(40);

	on = &fuzz_side[!dice(4) && fuzz_side[1].v.group >= 0];
	if (what < 14)
		do_map();
	else if (what < 20)
		do_unmap();
	else if (what < 24)
		do_registration(REGISTER, VFIO_IOMMU_SPAPR_REGISTER_MEMORY);
	else if (what < 27)
		do_registration(UNREGISTER, VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY);
	else if (what < 29)
		do_create();
	else if (what < 31)
		do_remove();
	else
		rare_call();
}

void *fuzz_caller(void *seed)
{
	fuzz_seed = (uintptr_t)seed;
	for (;;)
		fuzz_call();
	return NULL;
}
