// SPDX-License-Identifier: GPL-2.0-only
/* test_v1.c - the older API: no registration; each MAP pins its pages. */
#include <string.h>
#include <linux/errno.h>
#include <linux/vfio.h>
#include "vfio/ioctl.h"
#include "world.h"

#define WINDOW_PAGES	(DFLT_SIZE >> PAGE_SHIFT)

static int setup(void **state)
{
	world_setup(state);
	ioas_init(&world.ioas, true);
	world_attach();
	return 0;
}

static int setup_enabled(void **state)
{
	setup(state);
	assert_int_equal(ioas_enable(&world.ioas), 0);
	model_clear_counts();
	return 0;
}

#define V1_TEST(name)		cmocka_unit_test_setup(name, setup)
#define ENABLED_TEST(name)	cmocka_unit_test_setup(name, setup_enabled)

static int map(u64 ioba, u64 ua, u64 size, u64 perm)
{
	return ioas_map(&world.ioas, ioba, ua, size, perm);
}

static void good_map(u64 ioba, u64 ua, u64 size, u64 perm)
{
	assert_int_equal(map(ioba, ua, size, perm), 0);
	world_check();
}

static void good_unmap(u64 ioba, u64 size)
{
	assert_int_equal(ioas_unmap(&world.ioas, ioba, size), 0);
	world_check();
}

static void enable_charges_the_window(void **state)
{
	assert_int_equal(map(0, UA, MiB, RW), -EPERM);
	assert_int_equal(ioas_unmap(&world.ioas, 0, MiB), -EPERM);
	assert_int_equal(ioas_enable(&world.ioas), 0);
	assert_true(world.mm.locked_vm >= WINDOW_PAGES);
	assert_int_equal(world.ioas.locked, WINDOW_PAGES);
	assert_int_equal(ioas_enable(&world.ioas), -EBUSY);
	assert_int_equal(world.ioas.locked, WINDOW_PAGES);
	good_map(0, UA, MiB, RW);
	world_end();
}

static void enable_needs_a_group(void **state)
{
	ioas_detach(&world.ioas, &world.one.pe);
	assert_int_equal(ioas_enable(&world.ioas), -ENODEV);
	assert_int_equal(world.mm.locked_vm, 0);
	world_end();
}

static void enable_beyond_the_limit(void **state)
{
	world.mm.limit = WINDOW_PAGES - 1;
	assert_int_equal(ioas_enable(&world.ioas), -ENOMEM);
	assert_int_equal(map(0, UA, MiB, RW), -EPERM);
	world_end();
}

static void disable_unmaps_and_gives_back(void **state)
{
	good_map(0, UA, MiB, RW);
	assert_int_equal(ioas_disable(&world.ioas), 0);
	world_check();
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(world.ioas.locked, 0);
	assert_int_equal(map(0, UA, MiB, RW), -EPERM);
	assert_int_equal(ioas_disable(&world.ioas), 0);
	assert_int_equal(ioas_enable(&world.ioas), 0);
	good_map(0, UA, MiB, RW);
	world_end();
}

static void disable_that_fails_changes_nothing(void **state)
{
	u64 digest;

	good_map(0, UA, 4 * MiB, RW);
	digest = world_digest();
	model_fail(&(struct model_fault){ .nth = 2 });
	assert_int_equal(ioas_disable(&world.ioas), -EIO);
	model_fail(NULL);
	world_check();
	assert_int_equal(world_digest(), digest);
	assert_int_equal(world.ioas.locked, WINDOW_PAGES);
	world_end();
}

static void pages_are_pinned_while_mapped(void **state)
{
	good_map(0, UA, MiB, RW);
	assert_int_equal(shim_pins(), MiB >> PAGE_SHIFT);
	/* Pinned once, however many TCEs name the pages. */
	good_map(MiB, UA, MiB, PAPR_TCE_READ);
	assert_int_equal(shim_pins(), MiB >> PAGE_SHIFT);
	good_unmap(0, MiB);
	assert_int_equal(shim_pins(), MiB >> PAGE_SHIFT);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	good_unmap(0, DFLT_SIZE);
	assert_int_equal(shim_pins(), 0);
	world_end();
}

static void replaced_pages_are_unpinned(void **state)
{
	good_map(0, UA, MiB, RW);
	good_map(512 * KiB, UA + 8 * MiB, MiB, RW);
	assert_int_equal(shim_pins(), (MiB + 512 * KiB) >> PAGE_SHIFT);
	good_map(0, UA, 2 * MiB, RW);
	assert_int_equal(shim_pins(), 2 * MiB >> PAGE_SHIFT);
	world_end();
}

static void written_pages_are_dirty(void **state)
{
	good_map(0, UA, MiB, PAPR_TCE_READ);
	good_map(MiB, UA + MiB, MiB, PAPR_TCE_WRITE);
	good_unmap(0, 2 * MiB);
	assert_int_equal(shim_dirty_count(), MiB >> PAGE_SHIFT);
	assert_false(shim_dirty(shim_hpa(&world.mm, UA)));
	world_end();
}

static void memory_that_is_not_there(void **state)
{
	u64 digest;

	good_map(0, UA, 4 * MiB, RW);
	digest = world_digest();
	assert_int_equal(map(0, UA - MiB, MiB, RW), -EFAULT);
	assert_int_equal(map(0, UA + UA_SIZE - 3 * MiB, 4 * MiB, RW), -EFAULT);
	assert_int_equal(map(0, -(u64)MiB, MiB, RW), -EINVAL);
	world_check();
	assert_int_equal(world_digest(), digest);
	assert_int_equal(shim_pins(), 4 * MiB >> PAGE_SHIFT);
	world_end();
}

static void memory_that_ends_too_early(void **state)
{
	const u64 good[] = { 1, 2, 511, 512, 513, 1000, 1023 };
	u64 digest;
	u32 i;

	good_map(0, UA, 4 * MiB, RW);
	digest = world_digest();
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		u64 ua = UA + UA_SIZE - good[i] * 4096;

		assert_int_equal(map(MiB, ua, 4 * MiB, RW), -EFAULT);
		world_check();
		assert_int_equal(world_digest(), digest);
		assert_int_equal(shim_pins(), 4 * MiB >> PAGE_SHIFT);
	}
	world_end();
}

static void every_call_can_fail(void **state)
{
	u64 nth, digest;

	good_map(0, UA, 4 * MiB, RW);
	digest = world_digest();
	for (nth = 1; nth <= 8; nth++) {
		model_fail(&(struct model_fault){ .nth = nth, .when = nth % 3 });
		assert_int_equal(map(MiB, UA + 8 * MiB, 16 * MiB, RW), -EIO);
		world_check();
		assert_int_equal(world_digest(), digest);
		assert_int_equal(shim_pins(), 4 * MiB >> PAGE_SHIFT);
	}
	model_fail(&(struct model_fault){ .nth = 2 });
	assert_int_equal(ioas_unmap(&world.ioas, 0, 4 * MiB), -EIO);
	world_check();
	assert_int_equal(world_digest(), digest);
	world_end();
}

/* If the old TCEs cannot be restored, old and new pages stay pinned. */
static void unknown_entries_keep_their_pages(void **state)
{
	good_map(0, UA, 64 * KiB, RW);
	model_fail(&(struct model_fault){ .nth = 1, .times = MODEL_FOREVER, .when = MODEL_AFTER });
	assert_int_equal(map(0, UA + MiB, 64 * KiB, RW), -EIO);
	model_fail(NULL);
	world_check();
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	assert_true(shim_pinned(shim_hpa(&world.mm, UA + MiB)));
	assert_false(shim_dirty(shim_hpa(&world.mm, UA)));
	good_unmap(0, 64 * KiB);
	assert_false(shim_pinned(shim_hpa(&world.mm, UA + MiB)));
	/* A device may have written to the old pages all the time. */
	assert_false(shim_pinned(shim_hpa(&world.mm, UA)));
	assert_true(shim_dirty(shim_hpa(&world.mm, UA)));
	world_give_back();
	world_check_end();
}

static void one_group_only(void **state)
{
	struct endpoint *e = world_add(DFLT_START, DFLT_SIZE, HIGH);

	assert_int_equal(pe_take(&e->pe), 0);
	assert_int_equal(ioas_attach(&world.ioas, &e->pe), -EBUSY);
	world_end();
}

static void info_has_no_ddw(void **state)
{
	struct ioas_info info;

	assert_int_equal(ioas_info(&world.ioas, &info), 0);
	assert_int_equal(info.dma32_start, DFLT_START);
	assert_int_equal(info.dma32_size, DFLT_SIZE);
	assert_int_equal(info.pgsizes, 0);
	world_end();
}

static void another_process(void **state)
{
	good_map(0, UA, MiB, RW);
	shim_set_mm(&world.other);
	assert_int_equal(map(MiB, UA, MiB, RW), -EPERM);
	assert_int_equal(ioas_disable(&world.ioas), -EPERM);
	assert_int_equal(ioas_enable(&world.ioas), -EPERM);
	world_end();
}

static void end_with_everything_mapped(void **state)
{
	good_map(0, UA, 64 * MiB, RW);
	ioas_kill(&world.ioas);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	assert_int_equal(ioas_enable(&world.ioas), -ENODEV);
	assert_int_equal(ioas_disable(&world.ioas), -ENODEV);
	world_end();
}

/* One group leaves and another joins while the API stays enabled. */
static void group_goes_while_enabled(void **state)
{
	good_map(0, UA, MiB, RW);
	ioas_detach(&world.ioas, &world.one.pe);
	world_check();
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(map(0, UA, MiB, RW), -ENXIO);
	assert_int_equal(ioas_attach(&world.ioas, &world.one.pe), 0);
	good_map(0, UA, MiB, RW);
	world_end();
}

static const unsigned int v1_calls[] = { VFIO_IOMMU_ENABLE, VFIO_IOMMU_DISABLE };
static const unsigned int v2_calls[] = {
	VFIO_IOMMU_SPAPR_REGISTER_MEMORY, VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY,
	VFIO_IOMMU_SPAPR_TCE_CREATE, VFIO_IOMMU_SPAPR_TCE_REMOVE,
};

static void calls_of_the_other_api(void **state)
{
	u64 arg[8] = { 64 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v2_calls); i++)
		assert_int_equal(ioctl_ioas(&world.ioas, v2_calls[i], (unsigned long)arg),
				 -ENOTTY);
	for (i = 0; i < ARRAY_SIZE(v1_calls); i++)
		assert_int_equal(ioctl_ioas(&world.ioas, v1_calls[i], 0), 0);
	world_end();
	world_setup(NULL);
	world_begin();
	for (i = 0; i < ARRAY_SIZE(v1_calls); i++)
		assert_int_equal(ioctl_ioas(&world.ioas, v1_calls[i], 0), -ENOTTY);
	world_end();
}

/* --- pinned pages are charged --- */

#define FAR_UA		0x7fd000000000UL
#define FAR_PAGES	200UL

/* The call that clears a page's last TCE marks the page with its lock held, and then unpins it. */
static void pages_of_a_file(void **state)
{
	const u64 ua = 0x7fd000000000UL, hpa_at = ua + PAGE_SIZE;

	shim_map_file(&world.mm, ua, 4 * PAGE_SIZE);
	good_map(0, ua, 4 * PAGE_SIZE, RW);
	good_map(8 * PAGE_SIZE, ua, PAGE_SIZE, PAPR_TCE_READ);
	good_unmap(0, 2 * PAGE_SIZE);
	assert_int_equal(shim_pins(), 3);
	assert_true(shim_dirty(shim_hpa(&world.mm, hpa_at)));
	/* Another TCE still names the page. */
	assert_false(shim_dirty(shim_hpa(&world.mm, ua)));
	good_unmap(8 * PAGE_SIZE, PAGE_SIZE);
	assert_true(shim_dirty(shim_hpa(&world.mm, ua)));
	/* A MAP over it. */
	good_map(2 * PAGE_SIZE, UA, PAGE_SIZE, RW);
	assert_true(shim_dirty(shim_hpa(&world.mm, ua + 2 * PAGE_SIZE)));
	assert_int_equal(shim_pins(), 2);
	/* DISABLE. */
	assert_int_equal(ioas_disable(&world.ioas), 0);
	assert_true(shim_dirty(shim_hpa(&world.mm, ua + 3 * PAGE_SIZE)));
	assert_int_equal(shim_pins(), 0);
	world_check();
	world_end();
}

static void file_mapped_until_the_end(void **state)
{
	const u64 ua = 0x7fd000000000UL;

	shim_map_file(&world.mm, ua, 2 * PAGE_SIZE);
	good_map(0, ua, PAGE_SIZE, RW);
	good_map(PAGE_SIZE, ua + PAGE_SIZE, PAGE_SIZE, PAPR_TCE_READ);
	world_end();
	assert_int_equal(shim_dirty_count(), 1);
}

static void pinned_too_often(void **state)
{
	struct page *page = pfn_to_page(shim_hpa(&world.mm, UA) >> PAGE_SHIFT);

	page->pins += 128 * 1024;
	assert_int_equal(map(0, UA, 4 * PAGE_SIZE, RW), -ENOMEM);
	assert_int_equal(map(0, UA, 4 * PAGE_SIZE, PAPR_TCE_READ), -ENOMEM);
	page->pins -= 128 * 1024;
	assert_int_equal(shim_pins(), 0);
	good_map(0, UA, 4 * PAGE_SIZE, RW);
	world_end();
}

/*
 * If the kernel's pages are larger than the IOMMU's, a window can reach more memory than its own
 * size: each TCE may name another page.
 */
static void more_than_the_window_is_charged(void **state)
{
	u64 i, charged;

	shim_map_user(&world.mm, FAR_UA, FAR_PAGES * PAGE_SIZE, PAGE_SHIFT);
	/* As if the window had 100 pages. */
	account_locked_vm(&world.mm, world.ioas.paid - 100, false);
	world.ioas.locked -= world.ioas.paid - 100;
	world.ioas.paid = 100;
	charged = world.mm.locked_vm;
	for (i = 0; i < FAR_PAGES; i++)
		good_map(i * 4096, FAR_UA + i * PAGE_SIZE, 4096, RW);
	assert_int_equal(shim_pins(), FAR_PAGES);
	assert_in_range(world.mm.locked_vm, charged + 100, charged + 104);
	good_unmap(0, FAR_PAGES * 4096);
	good_map(0, FAR_UA, 4096, RW);
	assert_int_equal(world.ioas.locked, 100);
	/* Beyond the limit: nothing has changed. */
	world.mm.limit = world.mm.locked_vm + 5;
	for (i = 1; i < 105; i++)
		good_map(i * 4096, FAR_UA + i * PAGE_SIZE, 4096, RW);
	assert_int_equal(map(i * 4096, FAR_UA + i * PAGE_SIZE, 4096, RW), -ENOMEM);
	world_check();
	assert_int_equal(shim_pins(), 105);
	assert_int_equal(world.ioas.transit, 0);
	world_end();
}

static u32 during;
static int (*meanwhile)(void);
static int meanwhile_rc;

static void others(void)
{
	if (!during++)
		meanwhile_rc = meanwhile();
}

static int disable(void)
{
	return ioas_disable(&world.ioas);
}

static int disable_and_enable(void)
{
	return ioas_disable(&world.ioas) ?: ioas_enable(&world.ioas);
}

static int detach(void)
{
	ioas_detach(&world.ioas, &world.one.pe);
	return 0;
}

static int kill_ioas(void)
{
	ioas_kill(&world.ioas);
	return 0;
}

static int map_the_same(void)
{
	return ioas_map(&world.ioas, 0, UA + MiB, MiB, RW);
}

static const struct {
	int (*fn)(void);
	int map_rc;
} meanwhiles[] = {
	{ disable, -EPERM },
	{ disable_and_enable, 0 },
	{ detach, -ENXIO },
	{ kill_ioas, -ENODEV },
	{ map_the_same, 0 },
};

/* A MAP faults in user memory, which may take long: other calls run meanwhile. */
static void others_come_between(void **state)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(meanwhiles); i++) {
		setup_enabled(state);
		during = 0;
		meanwhile = meanwhiles[i].fn;
		good_map(MiB, UA + 8 * MiB, MiB, RW);
		shim_on_resched(others);
		assert_int_equal(map(0, UA, MiB, RW), meanwhiles[i].map_rc);
		shim_on_resched(NULL);
		assert_true(during);
		assert_int_equal(meanwhile_rc, 0);
		assert_int_equal(world.ioas.transit, 0);
		if (!world.ioas.dead)
			world_check();
		world_end();
	}
}

static void map_without_memory(void **state)
{
	u64 nth = 0, digest;
	int rc;

	do {
		setup_enabled(state);
		good_map(0, UA, MiB, RW);
		digest = world_digest();
		shim_fail_alloc(++nth);
		rc = map(512 * KiB, UA + 512 * KiB, 4 * MiB, RW);
		assert_int_equal(rc, shim_alloc_armed() ? 0 : -ENOMEM);
		shim_fail_alloc(0);
		assert_true(!rc || world_digest() == digest);
		world_check();
		world_end();
	} while (rc);
	assert_true(nth > 4 * MiB / PAGE_SIZE);
}

static void killed_while_pinning(void **state)
{
	shim_kill_at(1);
	assert_int_equal(map(0, UA, 16 * MiB, RW), -EINTR);
	shim_kill_at(0);
	assert_int_equal(shim_pins(), 0);
	world_end();
}


int main(void)
{
	const struct CMUnitTest tests[] = {
		V1_TEST(enable_charges_the_window),
		V1_TEST(enable_needs_a_group),
		V1_TEST(enable_beyond_the_limit),
		ENABLED_TEST(disable_unmaps_and_gives_back),
		ENABLED_TEST(disable_that_fails_changes_nothing),
		ENABLED_TEST(pages_are_pinned_while_mapped),
		ENABLED_TEST(replaced_pages_are_unpinned),
		ENABLED_TEST(written_pages_are_dirty),
		ENABLED_TEST(memory_that_is_not_there),
		ENABLED_TEST(memory_that_ends_too_early),
		ENABLED_TEST(every_call_can_fail),
		ENABLED_TEST(unknown_entries_keep_their_pages),
		ENABLED_TEST(pages_of_a_file),
		ENABLED_TEST(file_mapped_until_the_end),
		ENABLED_TEST(pinned_too_often),
		ENABLED_TEST(more_than_the_window_is_charged),
		WORLD_TEST(others_come_between),
		WORLD_TEST(map_without_memory),
		ENABLED_TEST(killed_while_pinning),
		V1_TEST(one_group_only),
		V1_TEST(info_has_no_ddw),
		ENABLED_TEST(another_process),
		ENABLED_TEST(end_with_everything_mapped),
		ENABLED_TEST(group_goes_while_enabled),
		V1_TEST(calls_of_the_other_api),
	};

	return cmocka_run_group_tests_name("v1", tests, NULL, NULL);
}
