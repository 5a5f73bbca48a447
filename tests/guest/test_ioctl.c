// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_ioctl.c - the user interface call by call
 *
 * Tested is what each call accepts. What it refuses, it refuses with the exact errno, leaves the
 * state as it was, and cannot fill the kernel log.
 *
 * Refusals are in tables. Each row is a call, and after it the whole state is compared. Then all
 * rows are repeated up to a thousand refused calls, and the messages are counted.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "state.h"
#include "tap.h"
#include "tests.h"
#include "vfio.h"
#include "world.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define REFUSALS	1000
#define MESSAGES	8
#define KERNEL_ADDRESS	0xc000000000000000ULL
#define EITHER(a, b)	.want = (a), .or = (b)

/*
 * The highest four bits of a row's address name its base: the world's registered memory, the
 * world's data (WORLD_BASE_SIZE further up), or memory that is not registered.
 */
#define MEMORY		(4ULL << 60)
#define DATA		(MEMORY + WORLD_BASE_SIZE)
#define OTHER		(5ULL << 60)
#define MARK		(15ULL << 60)

static uint8_t *other;	/* 1 MiB, its second half without pages */

struct refusal {
	const char *name;
	uint32_t argsz;		/* 0: the right one */
	uint32_t flags;
	uint64_t address;
	uint64_t size;
	uint64_t iova;
	uint32_t shift;
	uint32_t levels;
	int want;
	int or;			/* also right, if two checks apply; 0: none */
};

typedef int (*refused_call)(struct world *w, const struct refusal *r);

static uint64_t address(struct world *w, uint64_t a)
{
	switch (a & MARK) {
	case MEMORY:
		return (uintptr_t)w->memory + (a & ~MARK);
	case OTHER:
		return (uintptr_t)other + (a & ~MARK);
	default:
		return a;
	}
}

static void judge(struct state *s, const struct refusal *r, int ret)
{
	if (r->or && ret == r->or)
		ret = r->want;
	tap_errno(ret, r->want, "%s", r->name);
	state_check(s, r->name);
}

static void refusals(const struct refusal *rows, unsigned int count, refused_call call)
{
	struct world w;
	struct state s;
	char sample[256];
	unsigned int messages, calls = 0;
	int kmsg;

	other = buffer_private(MIB);
	munmap(other + MIB / 2, MIB / 2);
	world_open(&w);
	world_start(&w, WORLD_HIGH);
	state_take(&s, &w);
	for (unsigned int i = 0; i < count; i++)
		judge(&s, &rows[i], call(&w, &rows[i]));
	kmsg = kmsg_open();
	while (calls < REFUSALS)
		for (unsigned int i = 0; i < count; i++, calls++)
			call(&w, &rows[i]);
	messages = kmsg_count(kmsg, sample, sizeof(sample));
	tap_check(messages <= MESSAGES, "%u refused calls left %u kernel messages, such as: %.100s",
		  calls, messages, sample);
	state_check(&s, "a thousand refused calls");
	world_close(&w);
	tap_check(!kstat_locked(0), "after close VmLck is %llu kB",
		  (unsigned long long)kstat_locked(0));
}

static int call_registration(struct world *w, const struct refusal *r, unsigned long cmd)
{
	struct vfio_iommu_spapr_register_memory arg = {
		.argsz = r->argsz ? r->argsz : sizeof(arg),
		.flags = r->flags,
		.vaddr = address(w, r->address),
		.size = r->size,
	};

	return vfio_ioctl(&w->v, cmd, &arg);
}

static int call_register(struct world *w, const struct refusal *r)
{
	return call_registration(w, r, VFIO_IOMMU_SPAPR_REGISTER_MEMORY);
}

static int call_unregister(struct world *w, const struct refusal *r)
{
	return call_registration(w, r, VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY);
}

static int call_create(struct world *w, const struct refusal *r)
{
	struct vfio_iommu_spapr_tce_create arg = {
		.argsz = r->argsz ? r->argsz : sizeof(arg),
		.flags = r->flags,
		.page_shift = r->shift,
		.window_size = r->size,
		.levels = r->levels,
	};

	return vfio_ioctl(&w->v, VFIO_IOMMU_SPAPR_TCE_CREATE, &arg);
}

static int call_remove(struct world *w, const struct refusal *r)
{
	struct vfio_iommu_spapr_tce_remove arg = {
		.argsz = r->argsz ? r->argsz : sizeof(arg),
		.flags = r->flags,
		.start_addr = r->iova,
	};

	return vfio_ioctl(&w->v, VFIO_IOMMU_SPAPR_TCE_REMOVE, &arg);
}

static int call_map(struct world *w, const struct refusal *r)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = r->argsz ? r->argsz : sizeof(arg),
		.flags = r->flags,
		.vaddr = address(w, r->address),
		.iova = r->iova,
		.size = r->size,
	};

	return vfio_ioctl(&w->v, VFIO_IOMMU_MAP_DMA, &arg);
}

static int call_unmap(struct world *w, const struct refusal *r)
{
	struct vfio_iommu_type1_dma_unmap arg = {
		.argsz = r->argsz ? r->argsz : sizeof(arg),
		.flags = r->flags,
		.iova = r->iova,
		.size = r->size,
	};

	return vfio_ioctl(&w->v, VFIO_IOMMU_UNMAP_DMA, &arg);
}

/* Its argsz is the row's, even if that is 0. */
static int call_get_info(struct world *w, const struct refusal *r)
{
	struct vfio_iommu_spapr_tce_info arg = { .argsz = r->argsz };

	return vfio_ioctl(&w->v, VFIO_IOMMU_SPAPR_TCE_GET_INFO, &arg);
}

static void register_refusals(void)
{
	static const struct refusal rows[] = {
		{ "REGISTER with a short argsz", .argsz = 23, .address = OTHER, .size = 65536,
		  .want = -EINVAL },
		{ "REGISTER with argsz 4", .argsz = 4, .address = OTHER, .size = 65536,
		  .want = -EINVAL },
		{ "REGISTER with a flag", .flags = 1, .address = OTHER, .size = 65536,
		  .want = -EINVAL },
		{ "REGISTER with a high flag", .flags = 1U << 31, .address = OTHER, .size = 65536,
		  .want = -EINVAL },
		{ "REGISTER at an odd address", .address = OTHER + 1, .size = 65536,
		  .want = -EINVAL },
		{ "REGISTER in mid-page", .address = OTHER + 2048, .size = 65536, .want = -EINVAL },
		{ "REGISTER of an odd size", .address = OTHER, .size = 65535, .want = -EINVAL },
		{ "REGISTER of nothing", .address = OTHER, .size = 0, .want = -EINVAL },
		{ "REGISTER up to the end of 64 bits and on", .address = OTHER, .size = -65536ULL,
		  .want = -EINVAL },
		{ "REGISTER of a size that ends at address 0", .address = -65536ULL, .size = 65536,
		  EITHER(-EINVAL, -EFAULT) },
		{ "REGISTER of the kernel's memory", .address = KERNEL_ADDRESS, .size = 65536,
		  EITHER(-EFAULT, -EINVAL) },
		{ "REGISTER of no memory", .address = OTHER + MIB / 2, .size = 65536,
		  .want = -EFAULT },
		{ "REGISTER of address 0", .address = 0, .size = 65536, .want = -EFAULT },
		{ "REGISTER of memory that ends too early", .address = OTHER, .size = MIB,
		  .want = -EFAULT },
		{ "REGISTER of a part of what is", .address = DATA + 65536, .size = 65536,
		  .want = -EINVAL },
		{ "REGISTER across the end of what is", .address = DATA + WORLD_DATA - 65536,
		  .size = 131072, EITHER(-EINVAL, -EFAULT) },
		{ "REGISTER of the same again", .address = MEMORY,
		  .size = WORLD_BASE_SIZE + WORLD_DATA, .want = -EBUSY },
	};

	refusals(rows, COUNT(rows), call_register);
}

static void unregister_refusals(void)
{
	static const struct refusal rows[] = {
		{ "UNREGISTER with a short argsz", .argsz = 23, .address = OTHER, .size = 65536,
		  .want = -EINVAL },
		{ "UNREGISTER with a flag", .flags = 1, .address = OTHER, .size = 65536,
		  .want = -EINVAL },
		{ "UNREGISTER at an odd address", .address = OTHER + 1, .size = 65536,
		  .want = -EINVAL },
		{ "UNREGISTER of an odd size", .address = OTHER, .size = 65535, .want = -EINVAL },
		{ "UNREGISTER of nothing", .address = OTHER, .size = 0, EITHER(-ENOENT, -EINVAL) },
		{ "UNREGISTER of what is not", .address = OTHER, .size = 65536, .want = -ENOENT },
		{ "UNREGISTER of a part", .address = MEMORY, .size = WORLD_DATA, .want = -ENOENT },
		{ "UNREGISTER of the end", .address = DATA, .size = WORLD_DATA, .want = -ENOENT },
		{ "UNREGISTER of what is mapped", .address = MEMORY,
		  .size = WORLD_BASE_SIZE + WORLD_DATA, .want = -EBUSY },
	};

	refusals(rows, COUNT(rows), call_unregister);
}

static void create_refusals(void)
{
	static const struct refusal rows[] = {
		{ "CREATE with a short argsz", .argsz = 39, .shift = 16, .size = GIB, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE with a flag", .flags = 1, .shift = 16, .size = GIB, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE with page shift 0", .shift = 0, .size = GIB, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE with page shift 13", .shift = 13, .size = GIB, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE with page shift 34", .shift = 34, .size = 1ULL << 35, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE with page shift 63", .shift = 63, .size = 1ULL << 63, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE with page shift 76", .shift = 64 + 12, .size = GIB, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE with page shift 2^32 - 1", .shift = ~0U, .size = GIB, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE of nothing", .shift = 16, .size = 0, .levels = 1, .want = -EINVAL },
		{ "CREATE of less than a page", .shift = 16, .size = 4096, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE of 3 GiB", .shift = 16, .size = 3 * GIB, .levels = 1, .want = -EINVAL },
		{ "CREATE of an odd size", .shift = 16, .size = GIB + 1, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE with 6 levels", .shift = 16, .size = GIB, .levels = 6, .want = -EINVAL },
		{ "CREATE with 2^32 - 1 levels", .shift = 16, .size = GIB, .levels = ~0U,
		  .want = -EINVAL },
		{ "CREATE of more than the PE has", .shift = 12, .size = 1ULL << 50, .levels = 1,
		  .want = -EINVAL },
		{ "CREATE of 2^63 bytes", .shift = 16, .size = 1ULL << 63, .levels = 1,
		  .want = -EINVAL },
	};

	refusals(rows, COUNT(rows), call_create);
}

static void remove_refusals(void)
{
	static const struct refusal rows[] = {
		{ "REMOVE with a short argsz", .argsz = 15, .iova = 0, .want = -EINVAL },
		{ "REMOVE with a flag", .flags = 1, .iova = 0, .want = -EINVAL },
		{ "REMOVE of no window", .iova = 1ULL << 59, .want = -EINVAL },
		{ "REMOVE at the end of the default window", .iova = GIB, .want = -EINVAL },
		{ "REMOVE at the end of 64 bits", .iova = ~0ULL, .want = -EINVAL },
	};

	refusals(rows, COUNT(rows), call_remove);
}

#define BOTH	VFIO_DIR_BOTH
#define FREE	0x20000000ULL	/* nothing is mapped here */

static void map_refusals(void)
{
	static const struct refusal rows[] = {
		{ "MAP with a short argsz", .argsz = 31, .flags = BOTH, .address = DATA,
		  .size = 65536, .iova = FREE, .want = -EINVAL },
		{ "MAP with no direction", .address = DATA, .size = 65536, .iova = FREE,
		  .want = -EINVAL },
		{ "MAP with an unknown flag", .flags = BOTH | 4, .address = DATA, .size = 65536,
		  .iova = FREE, .want = -EINVAL },
		{ "MAP with a high flag", .flags = BOTH | 1U << 31, .address = DATA, .size = 65536,
		  .iova = FREE, .want = -EINVAL },
		{ "MAP of an odd address", .flags = BOTH, .address = DATA + 1, .size = 65536,
		  .iova = FREE, .want = -EINVAL },
		{ "MAP from mid-page", .flags = BOTH, .address = DATA + 2048, .size = 65536,
		  .iova = FREE, .want = -EINVAL },
		{ "MAP of an odd size", .flags = BOTH, .address = DATA, .size = 65535, .iova = FREE,
		  .want = -EINVAL },
		{ "MAP of nothing", .flags = BOTH, .address = DATA, .size = 0, .iova = FREE,
		  .want = -EINVAL },
		{ "MAP at an odd bus address", .flags = BOTH, .address = DATA, .size = 65536,
		  .iova = FREE + 1, .want = -EINVAL },
		{ "MAP at address 0", .flags = BOTH, .address = 0, .size = 65536, .iova = FREE,
		  .want = -EINVAL },
		{ "MAP of the kernel's memory", .flags = BOTH, .address = KERNEL_ADDRESS,
		  .size = 65536, .iova = FREE, .want = -EINVAL },
		{ "MAP of memory that wraps", .flags = BOTH, .address = -65536ULL, .size = 131072,
		  .iova = FREE, .want = -EINVAL },
		{ "MAP of a bus range that wraps", .flags = BOTH, .address = DATA,
		  .size = -65536ULL,
		  .iova = FREE, .want = -EINVAL },
		{ "MAP at the end of 64 bits", .flags = BOTH, .address = DATA, .size = 65536,
		  .iova = -65536ULL, .want = -ENXIO },
		{ "MAP outside any window", .flags = BOTH, .address = DATA, .size = 65536,
		  .iova = GIB, .want = -ENXIO },
		{ "MAP far outside any window", .flags = BOTH, .address = DATA, .size = 65536,
		  .iova = 1ULL << 59, .want = -ENXIO },
		{ "MAP of memory that is not registered", .flags = BOTH, .address = OTHER,
		  .size = 65536, .iova = FREE, .want = -EINVAL },
		{ "MAP of no memory", .flags = BOTH, .address = OTHER + MIB / 2, .size = 65536,
		  .iova = FREE, .want = -EINVAL },
		{ "MAP across the end of what is registered", .flags = BOTH,
		  .address = DATA + WORLD_DATA - 65536, .size = 131072, .iova = FREE,
		  .want = -EINVAL },
		{ "MAP over what is mapped, of too much", .flags = BOTH,
		  .address = DATA + WORLD_DATA - 65536, .size = 131072, .iova = STATE_IOVA,
		  .want = -EINVAL },
	};

	refusals(rows, COUNT(rows), call_map);
}

static void unmap_refusals(void)
{
	static const struct refusal rows[] = {
		{ "UNMAP with a short argsz", .argsz = 23, .size = 65536, .iova = STATE_IOVA,
		  .want = -EINVAL },
		{ "UNMAP with a flag", .flags = 1, .size = 65536, .iova = STATE_IOVA,
		  .want = -EINVAL },
		{ "UNMAP with the flag for all", .flags = VFIO_DMA_UNMAP_FLAG_ALL, .iova = 0,
		  .size = 0, .want = -EINVAL },
		{ "UNMAP of an odd size", .size = 65535, .iova = STATE_IOVA, .want = -EINVAL },
		{ "UNMAP at an odd address", .size = 65536, .iova = STATE_IOVA + 1,
		  .want = -EINVAL },
		{ "UNMAP outside any window", .size = 65536, .iova = GIB, .want = -ENXIO },
		{ "UNMAP of a range that wraps", .size = -65536ULL, .iova = STATE_IOVA,
		  .want = -EINVAL },
		{ "UNMAP across the window's end", .size = GIB, .iova = STATE_IOVA,
		  .want = -EINVAL },
	};

	refusals(rows, COUNT(rows), call_unmap);
}

static void get_info_refusals(void)
{
	static const struct refusal rows[] = {
		{ "GET_INFO with argsz 0", .argsz = 0, .want = -EINVAL },
		{ "GET_INFO with a short argsz", .argsz = 15, .want = -EINVAL },
	};

	refusals(rows, COUNT(rows), call_get_info);
}

/* Pointers to structures that do not exist, or cannot be written. */
static void bad_pointers(void)
{
	static const struct {
		unsigned long cmd;
		const char *name;
	} calls[] = {
		{ VFIO_IOMMU_SPAPR_TCE_GET_INFO, "GET_INFO" },
		{ VFIO_IOMMU_SPAPR_REGISTER_MEMORY, "REGISTER" },
		{ VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY, "UNREGISTER" },
		{ VFIO_IOMMU_SPAPR_TCE_CREATE, "CREATE" },
		{ VFIO_IOMMU_SPAPR_TCE_REMOVE, "REMOVE" },
		{ VFIO_IOMMU_MAP_DMA, "MAP" },
		{ VFIO_IOMMU_UNMAP_DMA, "UNMAP" },
	};
	uint8_t *page = buffer_private(2 * page_size());
	struct world w;
	struct state s;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	state_take(&s, &w);
	munmap(page + page_size(), page_size());
	for (unsigned int i = 0; i < COUNT(calls); i++) {
		tap_errno(vfio_ioctl(&w.v, calls[i].cmd, NULL), -EFAULT, "%s without a structure",
			  calls[i].name);
		tap_errno(vfio_ioctl(&w.v, calls[i].cmd, page + page_size() - 8), -EFAULT,
			  "%s with half a structure", calls[i].name);
		tap_errno(vfio_ioctl(&w.v, calls[i].cmd, (void *)KERNEL_ADDRESS), -EFAULT,
			  "%s with the kernel's memory", calls[i].name);
		state_check(&s, calls[i].name);
	}
	world_close(&w);
}

/* A call whose result cannot be copied to the user must not leave a window behind. */
static void unwritable_results(void)
{
	struct vfio_iommu_spapr_tce_create *create = buffer_private(page_size());
	struct vfio_iommu_spapr_tce_info *info = (void *)create;
	struct window ddw;
	struct world w;

	world_open(&w);
	create->argsz = sizeof(*create);
	create->page_shift = 16;
	create->window_size = GIB;
	create->levels = 1;
	mprotect(create, page_size(), PROT_READ);
	for (int i = 0; i < 3; i++)
		tap_errno(vfio_ioctl(&w.v, VFIO_IOMMU_SPAPR_TCE_CREATE, create), -EFAULT,
			  "CREATE into read-only memory");
	tap_errno(vfio_ioctl(&w.v, VFIO_IOMMU_SPAPR_TCE_GET_INFO, info), -EFAULT,
		  "GET_INFO into read-only memory");
	tap_errno(__vfio_create(&w.v, 16, GIB, &ddw), 0, "CREATE after that");
	world_close(&w);
}

static void check_extension(void)
{
	struct world w;

	world_open(&w);
	tap_errno(vfio_ioctl(&w.v, VFIO_CHECK_EXTENSION, (void *)VFIO_SPAPR_TCE_v2_IOMMU), 1, "v2");
	tap_errno(vfio_ioctl(&w.v, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1_IOMMU), 0, "type 1");
	tap_errno(vfio_ioctl(&w.v, VFIO_CHECK_EXTENSION, (void *)VFIO_DMA_CC_IOMMU), 0, "DMA_CC");
	tap_errno(vfio_ioctl(&w.v, VFIO_CHECK_EXTENSION, (void *)12345UL), 0, "12345");
	tap_errno(vfio_ioctl(&w.v, VFIO_GET_API_VERSION, NULL), VFIO_API_VERSION, "the version");
	world_close(&w);
}

static void set_iommu(void)
{
	int id = vfio_group_of(world_bdf);
	struct vfio v = { .container = -1, .group = -1, .device = -1 };

	vfio_open(&v, world_bdf);
	tap_errno(vfio_ioctl(&v, VFIO_SET_IOMMU, (void *)VFIO_SPAPR_TCE_v2_IOMMU), -EINVAL,
		  "SET_IOMMU a second time");
	close(v.group);
	tap_errno(vfio_ioctl(&v, VFIO_SET_IOMMU, (void *)VFIO_SPAPR_TCE_v2_IOMMU), -EINVAL,
		  "SET_IOMMU without a group");
	v.group = vfio_open_group(id);
	tap_errno(ioctl(v.group, VFIO_GROUP_SET_CONTAINER, &v.container), 0, "SET_CONTAINER");
	tap_errno(vfio_ioctl(&v, VFIO_SET_IOMMU, (void *)VFIO_TYPE1_IOMMU), -ENODEV,
		  "SET_IOMMU of type 1");
	tap_errno(vfio_ioctl(&v, VFIO_SET_IOMMU, (void *)77UL), -ENODEV, "SET_IOMMU of type 77");
	tap_errno(vfio_ioctl(&v, VFIO_SET_IOMMU, (void *)VFIO_SPAPR_TCE_v2_IOMMU), 0,
		  "SET_IOMMU of v2");
	vfio_close(&v);
}

static void unknown_ioctls(void)
{
	struct world w;
	struct state s;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	state_take(&s, &w);
	tap_errno(vfio_ioctl(&w.v, VFIO_IOMMU_ENABLE, NULL), -ENOTTY, "ENABLE, which v2 has not");
	tap_errno(vfio_ioctl(&w.v, VFIO_IOMMU_DISABLE, NULL), -ENOTTY, "DISABLE, which v2 has not");
	tap_errno(vfio_ioctl(&w.v, _IO(VFIO_TYPE, VFIO_BASE + 99), NULL), -ENOTTY,
		  "an unknown call");
	state_check(&s, "unknown calls");
	world_close(&w);
}

static void get_info(void)
{
	const size_t old = offsetof(struct vfio_iommu_spapr_tce_info, ddw);
	struct vfio_iommu_spapr_tce_info info;
	struct vfio v;

	vfio_open(&v, world_bdf);
	memset(&info, 0xff, sizeof(info));
	info.argsz = sizeof(info);
	tap_errno(vfio_ioctl(&v, VFIO_IOMMU_SPAPR_TCE_GET_INFO, &info), 0, "GET_INFO");
	tap_check(info.flags == VFIO_IOMMU_SPAPR_INFO_DDW, "flags are %#x", info.flags);
	tap_check(info.dma32_window_start == 0 && info.dma32_window_size == GIB,
		  "the default window is %#x + %#x", info.dma32_window_start,
		  info.dma32_window_size);
	tap_check(info.ddw.pgsizes == (world_powervm() ? 0x211000 : 0x1211000),
		  "page sizes are %#llx", (unsigned long long)info.ddw.pgsizes);
	tap_check(info.ddw.max_dynamic_windows_supported == 2, "%u windows are possible",
		  info.ddw.max_dynamic_windows_supported);
	tap_check(info.ddw.levels == 1, "%u levels", info.ddw.levels);
	memset(&info, 0xff, sizeof(info));
	info.argsz = old;
	tap_errno(vfio_ioctl(&v, VFIO_IOMMU_SPAPR_TCE_GET_INFO, &info), 0,
		  "GET_INFO of the old size");
	tap_check(info.dma32_window_size == GIB, "the old structure is not filled in");
	tap_check(filled_with(&info.ddw, sizeof(info.ddw), 0xff),
		  "written beyond the old structure");
	vfio_close(&v);
}

static void before_register(void)
{
	uint8_t *mem = buffer_private(MIB);
	struct window ddw;
	struct vfio v;

	vfio_open(&v, world_bdf);
	tap_errno(__vfio_map(&v, 0, mem, MIB, VFIO_DIR_BOTH), -EPERM, "MAP before any REGISTER");
	tap_errno(__vfio_unmap(&v, 0, MIB), -EPERM, "UNMAP before any REGISTER");
	tap_errno(__vfio_create(&v, 16, GIB, &ddw), 0, "CREATE before any REGISTER");
	tap_errno(__vfio_map(&v, ddw.start, mem, MIB, VFIO_DIR_BOTH), -EPERM,
		  "MAP after CREATE alone");
	tap_errno(__vfio_remove(&v, ddw.start), 0, "REMOVE before any REGISTER");
	vfio_close(&v);
}

/* REGISTER charges locked memory, page for page, and UNREGISTER uncharges all of it. */
static void register_counts(void)
{
	uint8_t *mem = buffer_private(4 * MIB);
	uint64_t locked;
	int64_t pins;
	struct vfio v;

	vfio_open(&v, world_bdf);
	locked = kstat_locked(0);
	pins = kstat_pins();
	for (unsigned int i = 0; i < 4; i++)
		vfio_register(&v, mem + i * MIB, MIB);
	tap_check(kstat_locked(0) == locked + 4096, "VmLck of 4 MiB is %llu kB",
		  (unsigned long long)(kstat_locked(0) - locked));
	tap_check(kstat_pins() == pins + (int64_t)(4 * MIB / page_size()),
		  "not all pages are pinned");
	for (unsigned int i = 0; i < 4; i++)
		vfio_unregister(&v, mem + (i ^ 1) * MIB, MIB);
	tap_check(kstat_locked(0) == locked, "UNREGISTER left VmLck at %llu kB",
		  (unsigned long long)kstat_locked(0));
	tap_check(kstat_wait_pins(pins) == pins, "UNREGISTER left pages pinned");
	tap_errno(__vfio_unregister(&v, mem, MIB), -ENOENT, "UNREGISTER a second time");
	vfio_register(&v, mem, 4 * MIB);
	vfio_close(&v);
	tap_check(!kstat_locked(0), "close left VmLck at %llu kB",
		  (unsigned long long)kstat_locked(0));
}

static void as_nobody(struct vfio *v, uint8_t *mem)
{
	struct rlimit limit = { MIB, MIB };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) || setresgid(65534, 65534, 65534) ||
	    setresuid(65534, 65534, 65534))
		tap_fail("cannot become an ordinary user");
	tap_errno(__vfio_register(v, mem, 4 * MIB), -ENOMEM,
		  "REGISTER of more than RLIMIT_MEMLOCK");
	tap_check(!kstat_locked(0), "the refused REGISTER counts");
	tap_errno(__vfio_register(v, mem, MIB / 2), 0, "REGISTER of less than RLIMIT_MEMLOCK");
	tap_errno(__vfio_register(v, mem + MIB, MIB), -ENOMEM, "REGISTER of more than is left");
	tap_check(kstat_locked(0) == 512, "VmLck is %llu kB", (unsigned long long)kstat_locked(0));
	tap_errno(__vfio_unregister(v, mem, MIB / 2), 0, "UNREGISTER");
	tap_errno(__vfio_register(v, mem + MIB, MIB / 2), 0, "REGISTER after that");
}

static void memlock_limit(void)
{
	uint8_t *mem = buffer_private(4 * MIB);
	struct vfio v;
	int status;

	vfio_open(&v, world_bdf);
	if (!fork()) {
		as_nobody(&v, mem);
		_exit(0);
	}
	wait(&status);
	vfio_close(&v);
}

/* The number of a table's levels is only a hint: the hypervisor decides, and there is one level. */
static void levels(void)
{
	struct vfio v;

	vfio_open(&v, world_bdf);
	for (unsigned int n = 0; n <= 5; n++) {
		struct vfio_iommu_spapr_tce_create create = {
			.argsz = sizeof(create),
			.page_shift = 16,
			.window_size = GIB,
			.levels = n,
		};
		int ret = vfio_ioctl(&v, VFIO_IOMMU_SPAPR_TCE_CREATE, &create);

		if (tap_errno(ret, 0, "CREATE with %u levels", n))
			vfio_remove(&v, create.start_addr);
	}
	vfio_close(&v);
}

const struct tap_test ioctl_tests[] = {
	{ .name = "ioctl/check-extension", .run = check_extension },
	{ .name = "ioctl/set-iommu", .run = set_iommu },
	{ .name = "ioctl/get-info", .run = get_info },
	{ .name = "ioctl/unknown", .run = unknown_ioctls },
	{ .name = "ioctl/before-register", .run = before_register },
	{ .name = "ioctl/register-counts", .run = register_counts },
	{ .name = "ioctl/memlock-limit", .run = memlock_limit },
	{ .name = "ioctl/levels", .run = levels },
	{ .name = "ioctl/bad-pointers", .run = bad_pointers },
	{ .name = "ioctl/unwritable-results", .run = unwritable_results },
	{ .name = "ioctl/refused-get-info", .run = get_info_refusals, .limit = 60 },
	{ .name = "ioctl/refused-register", .run = register_refusals, .limit = 60 },
	{ .name = "ioctl/refused-unregister", .run = unregister_refusals, .limit = 60 },
	{ .name = "ioctl/refused-create", .run = create_refusals, .limit = 60 },
	{ .name = "ioctl/refused-remove", .run = remove_refusals, .limit = 60 },
	{ .name = "ioctl/refused-map", .run = map_refusals, .limit = 60 },
	{ .name = "ioctl/refused-unmap", .run = unmap_refusals, .limit = 60 },
	{ }
};
