// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_eeh.c - a user's calls for error handling (EEH)
 *
 * No emulated device is under the platform's EEH, so the test can only check that the answers are
 * those of the kernel's own driver: does the kernel have EEH at all, and -ENODEV for a PE without
 * it.
 */
#include <errno.h>
#include <stdio.h>

#include "tap.h"
#include "tests.h"
#include "world.h"

/* The kernel's own answer, in debugfs. */
static int kernel_has_eeh(void)
{
	FILE *f = fopen("/sys/kernel/debug/powerpc/eeh_enable", "re");
	unsigned long long value = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%llx", &value) != 1)
		tap_fail("eeh_enable cannot be read");
	fclose(f);
	return value != 0;
}

static void check_extension(void)
{
	struct vfio v;
	int ret;

	vfio_open(&v, world_bdf);
	ret = vfio_ioctl(&v, VFIO_CHECK_EXTENSION, (void *)VFIO_EEH);
	tap_note("EEH: the kernel has it: %d, the extension: %d", kernel_has_eeh(), ret);
	tap_errno(ret, kernel_has_eeh(), "CHECK_EXTENSION of EEH");
	vfio_close(&v);
}

static void without_eeh(void)
{
	struct vfio v;

	vfio_open(&v, world_bdf);
	for (uint32_t op = VFIO_EEH_PE_DISABLE; op <= VFIO_EEH_PE_INJECT_ERR + 1; op++)
		tap_errno(vfio_eeh(&v, op), -ENODEV, "EEH operation %u", op);
	vfio_close(&v);
	if (__vfio_open_as(&v, world_bdf, VFIO_SPAPR_TCE_IOMMU))
		tap_fail("a container of the v1 API");
	tap_errno(vfio_eeh(&v, VFIO_EEH_PE_GET_STATE), -ENODEV, "EEH operation with v1");
	vfio_close(&v);
}

const struct tap_test eeh_tests[] = {
	{ .name = "eeh/check-extension", .run = check_extension },
	{ .name = "eeh/without-eeh", .run = without_eeh },
	{ }
};
