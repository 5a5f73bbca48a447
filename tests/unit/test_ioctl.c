// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_ioctl.c - ioctl.h: every call of the ABI with good and bad arguments, and every errno it
 * names.
 */
#include <string.h>
#include <linux/errno.h>
#include <linux/vfio.h>
#include "vfio/ioctl.h"
#include "world.h"

#define CALL(cmd, arg)	ioctl_ioas(&world.ioas, cmd, (unsigned long)(arg))

#define R	VFIO_DMA_MAP_FLAG_READ
#define W	VFIO_DMA_MAP_FLAG_WRITE

static struct vfio_iommu_spapr_register_memory memory(u64 ua, u64 size)
{
	return (struct vfio_iommu_spapr_register_memory){
		.argsz = sizeof(struct vfio_iommu_spapr_register_memory), .vaddr = ua,
		.size = size };
}

static struct vfio_iommu_type1_dma_map dma_map(u64 iova, u64 ua, u64 size, u32 flags)
{
	return (struct vfio_iommu_type1_dma_map){
		.argsz = sizeof(struct vfio_iommu_type1_dma_map), .flags = flags, .vaddr = ua,
		.iova = iova, .size = size };
}

static void dma_unmap(struct vfio_iommu_type1_dma_unmap *arg, u64 iova, u64 size)
{
	memset(arg, 0, sizeof(*arg));
	arg->argsz = sizeof(*arg);
	arg->iova = iova;
	arg->size = size;
}

static struct vfio_iommu_spapr_tce_create window(u32 page_shift, u64 size, u32 levels)
{
	return (struct vfio_iommu_spapr_tce_create){
		.argsz = sizeof(struct vfio_iommu_spapr_tce_create), .page_shift = page_shift,
		.window_size = size, .levels = levels };
}

static struct vfio_iommu_spapr_tce_remove removal(u64 start)
{
	return (struct vfio_iommu_spapr_tce_remove){
		.argsz = sizeof(struct vfio_iommu_spapr_tce_remove), .start_addr = start };
}

static long do_register(u64 ua, u64 size)
{
	struct vfio_iommu_spapr_register_memory arg = memory(ua, size);

	return CALL(VFIO_IOMMU_SPAPR_REGISTER_MEMORY, &arg);
}

static long do_unregister(u64 ua, u64 size)
{
	struct vfio_iommu_spapr_register_memory arg = memory(ua, size);

	return CALL(VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY, &arg);
}

static long do_map(u64 iova, u64 ua, u64 size, u32 flags)
{
	struct vfio_iommu_type1_dma_map arg = dma_map(iova, ua, size, flags);

	return CALL(VFIO_IOMMU_MAP_DMA, &arg);
}

static long do_unmap(u64 iova, u64 size)
{
	struct vfio_iommu_type1_dma_unmap arg;

	dma_unmap(&arg, iova, size);
	return CALL(VFIO_IOMMU_UNMAP_DMA, &arg);
}

static long do_create(u32 page_shift, u64 size, u32 levels, u64 *start)
{
	struct vfio_iommu_spapr_tce_create arg = window(page_shift, size, levels);
	long rc = CALL(VFIO_IOMMU_SPAPR_TCE_CREATE, &arg);

	if (!rc)
		*start = arg.start_addr;
	return rc;
}

static long do_remove(u64 start)
{
	struct vfio_iommu_spapr_tce_remove arg = removal(start);

	return CALL(VFIO_IOMMU_SPAPR_TCE_REMOVE, &arg);
}

static long do_info(struct vfio_iommu_spapr_tce_info *info, u32 argsz)
{
	memset(info, 0xaa, sizeof(*info));
	info->argsz = argsz;
	return CALL(VFIO_IOMMU_SPAPR_TCE_GET_INFO, info);
}

static void extensions(void **state)
{
	assert_int_equal(ioctl_extension(VFIO_SPAPR_TCE_v2_IOMMU), 1);
	assert_int_equal(ioctl_extension(VFIO_SPAPR_TCE_IOMMU), 1);
	assert_int_equal(ioctl_extension(VFIO_TYPE1_IOMMU), 0);
	assert_int_equal(ioctl_extension(VFIO_TYPE1v2_IOMMU), 0);
	assert_int_equal(ioctl_extension(0), 0);
	assert_int_equal(ioctl_extension(~0UL), 0);
}

/* The usual calls of a program. */
static void the_usual_way(void **state)
{
	struct vfio_iommu_spapr_tce_info info;
	u64 start, hpa;

	world_attach();
	assert_int_equal(do_info(&info, sizeof(info)), 0);
	assert_int_equal(do_register(UA, UA_SIZE), 0);
	assert_int_equal(do_create(12, 4 * GiB, 1, &start), 0);
	assert_int_equal(start, HIGH);
	assert_int_equal(do_map(start, UA, 64 * MiB, R | W), 0);
	assert_int_equal(do_map(0, UA, MiB, R), 0);
	assert_int_equal(do_map(MiB, UA, MiB, W), 0);
	world_check();
	assert_int_equal(model_translate(world.one.hv, start + 5, &hpa), RW);
	assert_int_equal(hpa, shim_hpa(&world.mm, UA) + 5);
	assert_int_equal(model_translate(world.one.hv, 5, &hpa), PAPR_TCE_READ);
	assert_int_equal(model_translate(world.one.hv, MiB, &hpa), PAPR_TCE_WRITE);
	assert_int_equal(do_unregister(UA, UA_SIZE), -EBUSY);
	assert_int_equal(do_unmap(start, 64 * MiB), 0);
	assert_int_equal(do_unmap(0, 2 * MiB), 0);
	assert_int_equal(do_remove(start), 0);
	assert_int_equal(do_unregister(UA, UA_SIZE), 0);
	world_check();
	world_end();
}

/* QEMU's calls: it removes the default window and creates it again, in the same place. */
static void qemus_way(void **state)
{
	struct vfio_iommu_spapr_tce_info info;
	u64 start = 1;

	world_attach();
	assert_int_equal(do_info(&info, sizeof(info)), 0);
	assert_int_equal(do_remove(info.dma32_window_start), 0);
	assert_int_equal(do_create(12, GiB, 2, &start), 0);
	assert_int_equal(start, 0);
	assert_int_equal(do_register(UA, UA_SIZE), 0);
	assert_int_equal(do_map(0, UA, 256 * MiB, R | W), 0);
	assert_int_equal(do_map(0, UA, 256 * MiB, R | W), 0);
	assert_int_equal(do_create(16, 8 * GiB, 2, &start), 0);
	assert_int_equal(start, HIGH);
	world_check();
	world_end();
}

static void info_whole(void **state)
{
	struct vfio_iommu_spapr_tce_info info;

	world_attach();
	assert_int_equal(do_info(&info, sizeof(info)), 0);
	assert_int_equal(info.argsz, sizeof(info));
	assert_int_equal(info.flags, VFIO_IOMMU_SPAPR_INFO_DDW);
	assert_int_equal(info.dma32_window_start, DFLT_START);
	assert_int_equal(info.dma32_window_size, DFLT_SIZE);
	assert_int_equal(info.ddw.pgsizes, 1 << 12 | 1 << 16 | 1 << 21 | 1 << 24);
	assert_int_equal(info.ddw.max_dynamic_windows_supported, 2);
	assert_int_equal(info.ddw.levels, 1);
	world_end();
}

static void info_by_argsz(void **state)
{
	const u32 least = offsetof(struct vfio_iommu_spapr_tce_info, dma32_window_size) + 4;
	struct vfio_iommu_spapr_tce_info info;

	world_attach();
	assert_int_equal(do_info(&info, 0), -EINVAL);
	assert_int_equal(do_info(&info, least - 1), -EINVAL);
	assert_int_equal(info.dma32_window_size, 0xaaaaaaaa);
	/* An old program's structure ends before the ddw part: not a byte more is written. */
	assert_int_equal(do_info(&info, least), 0);
	assert_int_equal(info.dma32_window_size, DFLT_SIZE);
	assert_int_equal(info.ddw.pgsizes, 0xaaaaaaaaaaaaaaaaULL);
	assert_int_equal(do_info(&info, sizeof(info) - 1), 0);
	assert_int_equal(info.ddw.pgsizes, 0xaaaaaaaaaaaaaaaaULL);
	/* A new program's is longer. */
	assert_int_equal(do_info(&info, sizeof(info) + 100), 0);
	assert_int_equal(info.ddw.levels, 1);
	world_end();
}

static void info_without_ddw(void **state)
{
	struct vfio_iommu_spapr_tce_info info;

	world.one.pe.addr.token_query = 0;
	world_attach();
	assert_int_equal(do_info(&info, sizeof(info)), 0);
	assert_int_equal(info.flags, 0);
	assert_int_equal(info.ddw.pgsizes, 0);
	assert_int_equal(info.ddw.max_dynamic_windows_supported, 0);
	world_end();
}

/* --- every call alike --- */

static union {
	u32 argsz;
	struct vfio_iommu_spapr_tce_info info;
	struct vfio_iommu_spapr_register_memory memory;
	struct vfio_iommu_type1_dma_map map;
	struct vfio_iommu_type1_dma_unmap unmap;
	struct vfio_iommu_spapr_tce_create create;
	struct vfio_iommu_spapr_tce_remove remove;
} arg;

/* Arguments with which each call succeeds. */
static void good_arg(unsigned int cmd)
{
	memset(&arg, 0, sizeof(arg));
	switch (cmd) {
	case VFIO_IOMMU_SPAPR_TCE_GET_INFO:
		arg.argsz = sizeof(arg.info);
		break;
	case VFIO_IOMMU_SPAPR_REGISTER_MEMORY:
		arg.memory = memory(UA + 16 * MiB, MiB);
		break;
	case VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY:
		arg.memory = memory(UA + 8 * MiB, MiB);
		break;
	case VFIO_IOMMU_MAP_DMA:
		arg.map = dma_map(MiB, UA, MiB, R | W);
		break;
	case VFIO_IOMMU_UNMAP_DMA:
		dma_unmap(&arg.unmap, 0, MiB);
		break;
	case VFIO_IOMMU_SPAPR_TCE_CREATE:
		arg.create = window(16, 4 * GiB, 1);
		break;
	case VFIO_IOMMU_SPAPR_TCE_REMOVE:
		arg.remove = removal(DFLT_START);
		break;
	}
}

/*
 * @least is the smallest valid argsz, and @flags the offset of the flags; 0 if the call has none.
 */
static const struct {
	unsigned int cmd;
	u32 least;
	u32 flags;
} calls[] = {
	{ VFIO_IOMMU_SPAPR_TCE_GET_INFO, 16, 0 },
	{ VFIO_IOMMU_SPAPR_REGISTER_MEMORY, 24, 4 },
	{ VFIO_IOMMU_MAP_DMA, 32, 4 },
	{ VFIO_IOMMU_UNMAP_DMA, 24, 4 },
	{ VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY, 24, 4 },
	{ VFIO_IOMMU_SPAPR_TCE_CREATE, 40, 4 },
	{ VFIO_IOMMU_SPAPR_TCE_REMOVE, 16, 4 },
};

static void ready(void)
{
	world_attach();
	assert_int_equal(do_register(UA, MiB), 0);
	assert_int_equal(do_register(UA + 8 * MiB, MiB), 0);
	assert_int_equal(do_map(0, UA, MiB, R | W), 0);
}

/* The state that a refused call must not change. */
static struct {
	u64 digest, locked, pins, bytes;
} before;

static void remember(void)
{
	before.digest = world_digest();
	before.locked = world.mm.locked_vm;
	before.pins = shim_pins();
	before.bytes = shim_alloc_bytes();
}

static void assert_untouched(void)
{
	assert_int_equal(world_digest(), before.digest);
	assert_int_equal(world.mm.locked_vm, before.locked);
	assert_int_equal(shim_pins(), before.pins);
	assert_int_equal(shim_alloc_bytes(), before.bytes);
	assert_int_equal(shim_log_lines(), 0);
	world_check();
}

static void good_arguments(void **state)
{
	u32 i;

	ready();
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		good_arg(calls[i].cmd);
		assert_int_equal(CALL(calls[i].cmd, &arg), 0);
		world_check();
	}
	world_end();
}

static void short_argsz(void **state)
{
	u32 i, argsz;

	ready();
	remember();
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		for (argsz = 0; argsz < calls[i].least; argsz++) {
			good_arg(calls[i].cmd);
			arg.argsz = argsz;
			assert_int_equal(CALL(calls[i].cmd, &arg), -EINVAL);
		}
	assert_untouched();
	world_end();
}

static void long_argsz(void **state)
{
	u32 i;

	ready();
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		good_arg(calls[i].cmd);
		arg.argsz = 4096;
		assert_int_equal(CALL(calls[i].cmd, &arg), 0);
	}
	world_end();
}

static void unknown_flags(void **state)
{
	u32 i, bit;

	ready();
	remember();
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		for (bit = 0; calls[i].flags && bit < 32; bit++) {
			if (calls[i].cmd == VFIO_IOMMU_MAP_DMA && bit < 2)
				continue;
			good_arg(calls[i].cmd);
			((u32 *)&arg)[calls[i].flags / 4] |= 1U << bit;
			assert_int_equal(CALL(calls[i].cmd, &arg), -EINVAL);
		}
	assert_untouched();
	world_end();
}

static void unreadable_arguments(void **state)
{
	u32 i;

	ready();
	remember();
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		assert_int_equal(CALL(calls[i].cmd, NULL), -EFAULT);
		good_arg(calls[i].cmd);
		shim_fail_copy(1);
		assert_int_equal(CALL(calls[i].cmd, &arg), -EFAULT);
	}
	assert_untouched();
	world_end();
}

static void unwritable_arguments(void **state)
{
	static const unsigned int writing[] = {
		VFIO_IOMMU_SPAPR_TCE_GET_INFO, VFIO_IOMMU_SPAPR_TCE_CREATE };
	u64 start;
	u32 i;

	ready();
	/* The object that KVM could find for a window is kept for the next window. */
	assert_int_equal(ioas_create(&world.ioas, 12, MiB, 1, &start), 0);
	assert_int_equal(ioas_remove(&world.ioas, start), 0);
	remember();
	for (i = 0; i < ARRAY_SIZE(writing); i++) {
		good_arg(writing[i]);
		shim_fail_copy(2);
		assert_int_equal(CALL(writing[i], &arg), -EFAULT);
		assert_untouched();
	}
	world_end();
}

static void unknown_calls(void **state)
{
	static const unsigned int others[] = {
		0, ~0U, VFIO_GET_API_VERSION, VFIO_SET_IOMMU, VFIO_IOMMU_ENABLE, VFIO_IOMMU_DISABLE,
		VFIO_EEH_PE_OP, VFIO_IOMMU_SPAPR_TCE_REMOVE + 1,
	};
	u32 i;

	ready();
	remember();
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		good_arg(VFIO_IOMMU_MAP_DMA);
		assert_int_equal(CALL(others[i], &arg), -ENOTTY);
	}
	assert_untouched();
	world_end();
}

static void assert_all(long rc)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		good_arg(calls[i].cmd);
		if (CALL(calls[i].cmd, &arg) != rc)
			fail_msg("call %u", i);
	}
}

static void another_process(void **state)
{
	ready();
	remember();
	shim_set_mm(&world.other);
	assert_all(-EPERM);
	assert_untouched();
	world_end();
}

static void dead_container(void **state)
{
	ready();
	ioas_kill(&world.ioas);
	assert_all(-ENODEV);
	world_end();
}

static void no_group(void **state)
{
	struct vfio_iommu_spapr_tce_info info;
	u64 start;

	assert_int_equal(do_register(UA, MiB), 0);
	assert_int_equal(do_info(&info, sizeof(info)), -ENXIO);
	assert_int_equal(do_create(16, 4 * GiB, 1, &start), -ENXIO);
	assert_int_equal(do_remove(0), -ENXIO);
	assert_int_equal(do_map(0, UA, MiB, R), -ENXIO);
	assert_int_equal(do_unmap(0, MiB), -ENXIO);
	assert_int_equal(do_unregister(UA, MiB), 0);
	world_end();
}

static void nothing_registered_yet(void **state)
{
	world_attach();
	assert_int_equal(do_map(0, UA, MiB, R), -EPERM);
	assert_int_equal(do_unmap(0, MiB), -EPERM);
	assert_int_equal(do_unregister(UA, MiB), -EPERM);
	world_end();
}

/* --- each call --- */

static const struct {
	u64 iova, ua, size;
	u32 flags;
	long rc;
} maps[] = {
	{ 0, UA, MiB, 0, -EINVAL },
	{ 0, UA, MiB, 4, -EINVAL },
	{ 0, UA, MiB, 1U << 31 | R, -EINVAL },
	{ 0, UA, 0, R, -EINVAL },
	{ 0, 0, MiB, R, -EINVAL },
	{ 0, UA, MiB + 1, R, -EINVAL },
	{ 1, UA, MiB, R, -EINVAL },
	{ 0, UA + 8, MiB, R, -EINVAL },
	{ 0, UA + MiB, MiB, R, -EINVAL },
	{ 0, UA, 2 * MiB, R, -EINVAL },
	{ DFLT_SIZE - 4096, UA, 8192, R, -EINVAL },
	{ 4096, UA, -4096ULL, R, -EINVAL },
	{ 0, -4096ULL, 8192, R, -EINVAL },
	{ DFLT_SIZE, UA, MiB, R, -ENXIO },
	{ HIGH, UA, MiB, R, -ENXIO },
	{ -4096ULL, UA, MiB, R, -ENXIO },
};

static void bad_maps(void **state)
{
	u32 i;

	ready();
	remember();
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		long rc = do_map(maps[i].iova, maps[i].ua, maps[i].size, maps[i].flags);

		if (rc != maps[i].rc)
			fail_msg("map %u: %ld", i, rc);
		assert_untouched();
	}
	world_end();
}

static void bad_unmaps(void **state)
{
	ready();
	remember();
	assert_int_equal(do_unmap(0, 0), -EINVAL);
	assert_int_equal(do_unmap(1, 4096), -EINVAL);
	assert_int_equal(do_unmap(0, 4097), -EINVAL);
	assert_int_equal(do_unmap(DFLT_SIZE - 4096, 8192), -EINVAL);
	assert_int_equal(do_unmap(4096, -4096ULL), -EINVAL);
	assert_int_equal(do_unmap(DFLT_SIZE, 4096), -ENXIO);
	assert_untouched();
	/* To unmap what is not mapped is no error. */
	assert_int_equal(do_unmap(512 * MiB, 512 * MiB), 0);
	assert_untouched();
	world_end();
}

static void bad_registrations(void **state)
{
	ready();
	remember();
	assert_int_equal(do_register(UA, MiB), -EBUSY);
	assert_int_equal(do_register(UA, 2 * MiB), -EINVAL);
	assert_int_equal(do_register(UA + 1, MiB), -EINVAL);
	assert_int_equal(do_register(UA + 32 * MiB, MiB + 1), -EINVAL);
	assert_int_equal(do_register(UA + 32 * MiB, 0), -EINVAL);
	assert_int_equal(do_register(-PAGE_SIZE, 2 * PAGE_SIZE), -EINVAL);
	assert_int_equal(do_register(0x1000000, MiB), -EFAULT);
	world.mm.limit = world.mm.locked_vm + 3;
	assert_int_equal(do_register(UA + 32 * MiB, MiB), -ENOMEM);
	assert_int_equal(do_unregister(UA, MiB), -EBUSY);
	assert_int_equal(do_unregister(UA, PAGE_SIZE), -ENOENT);
	assert_int_equal(do_unregister(UA + 32 * MiB, MiB), -ENOENT);
	assert_int_equal(do_unregister(UA, MiB - 1), -EINVAL);
	assert_untouched();
	world_end();
}

static void bad_windows(void **state)
{
	u64 start = 42;

	ready();
	remember();
	assert_int_equal(do_create(16, 0, 1, &start), -EINVAL);
	assert_int_equal(do_create(16, 3 * GiB, 1, &start), -EINVAL);
	assert_int_equal(do_create(17, 4 * GiB, 1, &start), -EINVAL);
	assert_int_equal(do_create(~0U, 4 * GiB, 1, &start), -EINVAL);
	assert_int_equal(do_create(16, 4 * GiB, 6, &start), -EINVAL);
	assert_int_equal(do_remove(HIGH), -EINVAL);
	assert_int_equal(do_remove(DFLT_SIZE), -EINVAL);
	assert_untouched();
	assert_int_equal(do_create(16, 4 * GiB, 0, &start), 0);
	assert_int_equal(do_create(16, 4 * GiB, 0, &start), -ENOSPC);
	assert_int_equal(start, HIGH);
	world_check();
	world_end();
}

static void hypervisor_says_no(void **state)
{
	u64 start;

	ready();
	/* The leaf is flat already: a call that fails needs no memory to record that. */
	assert_int_equal(do_unmap(64 * KiB, 64 * KiB), 0);
	assert_int_equal(do_map(64 * KiB, UA + 64 * KiB, 64 * KiB, R | W), 0);
	remember();
	model_fail(&(struct model_fault){ .nth = 1 });
	assert_int_equal(do_map(0, UA, MiB, R), -EIO);
	model_fail(&(struct model_fault){ .nth = 1, .hcall = PAPR_H_NOT_ENOUGH_RESOURCES });
	assert_int_equal(do_unmap(0, MiB), -ENOMEM);
	model_fail(&(struct model_fault){ .nth = 1 });
	assert_int_equal(do_remove(0), -EIO);
	model_fail(&(struct model_fault){ .nth = 1 });
	assert_int_equal(do_create(16, 4 * GiB, 1, &start), -EIO);
	model_fail(&(struct model_fault){ .nth = 2 });
	assert_int_equal(do_create(16, 4 * GiB, 1, &start), -ENOSPC);
	model_fail(NULL);
	assert_untouched();
	world_end();
}

static void refusals_leave_the_log_alone(void **state)
{
	u32 i, k;
	u64 start;

	ready();
	for (i = 0; i < 100; i++) {
		for (k = 0; k < ARRAY_SIZE(maps); k++)
			do_map(maps[k].iova, maps[k].ua, maps[k].size, maps[k].flags);
		do_create(16, 3 * GiB, 1, &start);
		do_create(76, 4 * GiB, 9, &start);
		do_remove(HIGH);
		do_register(UA, MiB);
		do_register(0x1000000, MiB);
		do_unregister(UA, MiB);
		CALL(0, &arg);
	}
	assert_int_equal(shim_log_lines(), 0);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(extensions),
		WORLD_TEST(the_usual_way),
		WORLD_TEST(qemus_way),
		WORLD_TEST(info_whole),
		WORLD_TEST(info_by_argsz),
		WORLD_TEST(info_without_ddw),
		WORLD_TEST(good_arguments),
		WORLD_TEST(short_argsz),
		WORLD_TEST(long_argsz),
		WORLD_TEST(unknown_flags),
		WORLD_TEST(unreadable_arguments),
		WORLD_TEST(unwritable_arguments),
		WORLD_TEST(unknown_calls),
		WORLD_TEST(another_process),
		WORLD_TEST(dead_container),
		WORLD_TEST(no_group),
		WORLD_TEST(nothing_registered_yet),
		WORLD_TEST(bad_maps),
		WORLD_TEST(bad_unmaps),
		WORLD_TEST(bad_registrations),
		WORLD_TEST(bad_windows),
		WORLD_TEST(hypervisor_says_no),
		WORLD_TEST(refusals_leave_the_log_alone),
	};

	return cmocka_run_group_tests_name("ioctl", tests, NULL, NULL);
}
