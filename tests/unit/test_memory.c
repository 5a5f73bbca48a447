// SPDX-License-Identifier: GPL-2.0-only
/* test_memory.c - memory.h: what is registered, what pins it, when it may go. */
#include <string.h>
#include <asm/mmu_context.h>
#include <linux/errno.h>
#include "tally.h"
#include "world.h"

#define PAGES(n)	((n) * PAGE_SIZE)

static struct memory m;

static int setup(void **state)
{
	world_setup(state);
	memory_init(&m);
	assert_int_equal(memory_adopt_mm(&m), 0);
	return 0;
}

#define MEMORY_TEST(name)	cmocka_unit_test_setup(name, setup)

/* The three steps, as a space takes them. */
static int memory_register(struct memory *memory, u64 ua, u64 size)
{
	struct region *r;
	int rc = memory_reserve(memory, ua, size, &r);

	if (rc)
		return rc;
	rc = memory_pin(r);
	if (!rc)
		rc = memory_publish(memory, r);
	if (rc) {
		memory_cancel(memory, r);
		memory_discard(r);
	}
	return rc;
}

static void end(void)
{
	assert_int_equal(memory_release(&m), 0);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	assert_int_equal(world.mm.users, 0);
	assert_int_equal(shim_allocs_live(), 0);
}

static void add(u64 ua, u64 size)
{
	assert_int_equal(memory_register(&m, ua, size), 0);
}

static struct region *region(u32 i)
{
	assert_true(i < m.count);
	return m.sorted[i];
}

static void one_owner(void **state)
{
	assert_int_equal(world.mm.users, 1);
	assert_false(memory_foreign(&m));
	assert_int_equal(memory_adopt_mm(&m), 0);
	assert_int_equal(world.mm.users, 1);
	shim_set_mm(&world.other);
	assert_true(memory_foreign(&m));
	assert_int_equal(memory_adopt_mm(&m), -EPERM);
	shim_set_mm(&world.mm);
	end();
	assert_false(memory_foreign(&m));
}

static void register_pins_and_charges(void **state)
{
	add(UA, PAGES(5));
	assert_int_equal(shim_pins(), 5);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA + PAGES(4))));
	assert_false(shim_pinned(shim_hpa(&world.mm, UA + PAGES(5))));
	assert_int_equal(world.mm.locked_vm, 5);
	assert_int_equal(memory_unregister(&m, UA, PAGES(5)), 0);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	add(UA, PAGES(5));
	end();
}

static const struct {
	u64 ua, size;
} bad_ranges[] = {
	{ UA, 0 },
	{ UA + 1, PAGE_SIZE },
	{ UA + PAGE_SIZE / 2, PAGE_SIZE },
	{ UA, PAGE_SIZE - 1 },
	{ UA, PAGE_SIZE + 512 },
	{ -(u64)PAGE_SIZE, PAGE_SIZE * 2 },
	{ UA, -(u64)PAGE_SIZE },
};

static void bad_geometry(void **state)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad_ranges); i++) {
		const u64 ua = bad_ranges[i].ua, size = bad_ranges[i].size;

		assert_int_equal(memory_register(&m, ua, size), -EINVAL);
		assert_int_equal(memory_unregister(&m, ua, size), -EINVAL);
	}
	assert_int_equal(m.count, 0);
	end();
}

static void twice_is_busy_overlap_is_invalid(void **state)
{
	add(UA + PAGES(4), PAGES(4));
	assert_int_equal(memory_register(&m, UA + PAGES(4), PAGES(4)), -EBUSY);
	assert_int_equal(memory_register(&m, UA + PAGES(4), PAGES(3)), -EINVAL);
	assert_int_equal(memory_register(&m, UA + PAGES(4), PAGES(5)), -EINVAL);
	assert_int_equal(memory_register(&m, UA + PAGES(5), PAGES(1)), -EINVAL);
	assert_int_equal(memory_register(&m, UA + PAGES(7), PAGES(4)), -EINVAL);
	assert_int_equal(memory_register(&m, UA, PAGES(5)), -EINVAL);
	assert_int_equal(memory_register(&m, UA, PAGES(20)), -EINVAL);
	assert_int_equal(shim_pins(), 4);
	add(UA, PAGES(4));
	add(UA + PAGES(8), PAGES(1));
	assert_int_equal(shim_pins(), 9);
	end();
}

static void unregister_wants_the_very_range(void **state)
{
	assert_int_equal(memory_unregister(&m, UA, PAGES(1)), -ENOENT);
	add(UA, PAGES(4));
	assert_int_equal(memory_unregister(&m, UA, PAGES(3)), -ENOENT);
	assert_int_equal(memory_unregister(&m, UA + PAGES(1), PAGES(3)), -ENOENT);
	assert_int_equal(memory_unregister(&m, UA + PAGES(4), PAGES(4)), -ENOENT);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), 0);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), -ENOENT);
	end();
}

static void memory_that_is_not_there(void **state)
{
	assert_int_equal(memory_register(&m, UA - PAGES(8), PAGES(8)), -EFAULT);
	assert_int_equal(memory_register(&m, UA - PAGES(8), PAGES(16)), -EFAULT);
	/* Some pages could be pinned before the bad one. */
	assert_int_equal(memory_register(&m, UA + UA_SIZE - PAGES(8), PAGES(16)), -EFAULT);
	shim_fail_pin(3);
	assert_int_equal(memory_register(&m, UA, PAGES(8)), -EFAULT);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	end();
}

static void limit_of_locked_memory(void **state)
{
	world.mm.limit = 10;
	add(UA, PAGES(8));
	assert_int_equal(memory_register(&m, UA + PAGES(8), PAGES(3)), -ENOMEM);
	add(UA + PAGES(8), PAGES(2));
	end();
}

static void absurd_sizes(void **state)
{
	assert_int_equal(memory_register(&m, 0, 1ULL << 62), -ENOMEM);
	assert_int_equal(memory_register(&m, PAGE_SIZE, -2 * (u64)PAGE_SIZE), -ENOMEM);
	/* One file mapped many times can be more than there is of memory: it is looked at. */
	assert_int_equal(memory_register(&m, 1ULL << 40, 4 * shim_ram_size()), -EFAULT);
	assert_int_equal(world.mm.locked_vm, 0);
	end();
}

static void every_allocation_can_fail(void **state)
{
	u64 nth = 0;
	int rc;

	do {
		u32 i;

		for (i = 0; i < 16; i++)	/* so that the next one needs more room */
			add(UA + PAGES(i), PAGES(1));
		shim_fail_alloc(++nth);
		rc = memory_register(&m, UA + PAGES(20), PAGES(2));
		assert_int_equal(rc, shim_alloc_armed() ? 0 : -ENOMEM);
		shim_fail_alloc(0);
		assert_int_equal(shim_pins(), rc ? 16 : 18);
		assert_int_equal(m.count, rc ? 16 : 17);
		end();
		assert_int_equal(memory_adopt_mm(&m), 0);
	} while (rc);
	assert_true(nth >= 5);
	end();
}

static void sorted_and_named_apart(void **state)
{
	u32 ids[4];
	u32 i, k;

	add(UA + PAGES(6), PAGES(2));
	add(UA, PAGES(2));
	add(UA + PAGES(4), PAGES(2));
	add(UA + PAGES(2), PAGES(2));
	for (i = 0; i < 4; i++) {
		assert_int_equal(region(i)->ua, UA + PAGES(2 * i));
		ids[i] = region(i)->id;
		assert_true(ids[i] >= 1);
		assert_ptr_equal(m.by_id[ids[i] - 1], region(i));
		for (k = 0; k < i; k++)
			assert_int_not_equal(ids[k], ids[i]);
	}
	/* The others keep their names when one goes. */
	assert_int_equal(memory_unregister(&m, UA, PAGES(2)), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(region(i)->id, ids[i + 1]);
	end();
}

static int hold(unsigned long ua, u32 page_shift, u32 n, u64 *hpa, u32 *id)
{
	const struct memory_run run = {
		.ua = ua, .page_shift = page_shift, .perm = PAPR_TCE_PERM, .n = n,
	};
	int got = memory_hold(&m, &run, hpa, id);

	assert_true(got > 0);
	assert_true(m.by_id[*id - 1]->mapped >= (u64)got);
	return got;
}

/* @n entries name the @i-th region. */
static void hold_region(u32 i, u32 n)
{
	u64 hpa[16];
	u32 id;

	assert_int_equal(hold(region(i)->ua, PAGE_SHIFT, n, hpa, &id), n);
	assert_int_equal(id, region(i)->id);
}

/* hold(), and let go again */
static int resolve(unsigned long ua, u32 page_shift, u32 n, u64 *hpa, u32 *id)
{
	int got = hold(ua, page_shift, n, hpa, id);

	memory_drop(&m, *id, got);
	return got;
}

static void many_regions(void **state)
{
	u32 i, id;
	u64 hpa;

	for (i = 0; i < 300; i++)
		add(UA + PAGES((i * 7) % 300 * 2), PAGES(1));
	assert_int_equal(m.count, 300);
	for (i = 0; i < 300; i++) {
		unsigned long ua = UA + PAGES(2 * i);

		assert_int_equal(resolve(ua, PAGE_SHIFT, 9, &hpa, &id), 1);
		assert_int_equal(hpa, shim_hpa(&world.mm, ua));
		assert_int_equal(memory_covers(&m, ua + PAGES(1), PAGE_SIZE, 12), -EINVAL);
	}
	end();
}

static void two_users_of_one_address_space(void **state)
{
	struct memory other;

	memory_init(&other);
	assert_int_equal(memory_adopt_mm(&other), 0);
	add(UA, PAGES(4));
	assert_int_equal(memory_register(&other, UA, PAGES(4)), 0);
	assert_int_equal(memory_register(&other, UA + PAGES(1), PAGES(4)), -EINVAL);
	assert_int_equal(shim_pins(), 4);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), 0);
	assert_int_equal(shim_pins(), 4);
	assert_int_equal(memory_release(&other), 0);
	end();
}

static void busy_while_an_entry_names_it(void **state)
{
	add(UA, PAGES(4));
	hold_region(0, 3);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), -EBUSY);
	memory_drop(&m, region(0)->id, 2);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(shim_pins(), 4);
	memory_drop(&m, region(0)->id, 1);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), 0);
	end();
}

/* KVM counts mappings of its own; it can't make them fewer than none. */
static void busy_while_kvm_names_it(void **state)
{
	struct tally tally;

	tally_open(&tally, m.ledger);
	add(UA, PAGES(4));
	assert_int_equal(mm_iommu_mapped_inc(region(0)->mem), 0);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(m.count, 1);
	mm_iommu_mapped_dec(region(0)->mem);
	assert_int_equal(shim_region_mapped(region(0)->mem), 0);
	tally_close(&tally);
	end();
}

/* Without a table that KVM could count for, what is counted is a leftover. */
static void leftovers_of_kvm_do_not_matter(void **state)
{
	struct ledger *other = ledger_get(&world.other);
	struct tally elsewhere;
	u32 i;

	tally_open(&elsewhere, other);
	add(UA, PAGES(4));
	for (i = 0; i < 5000; i++)
		assert_int_equal(mm_iommu_mapped_inc(region(0)->mem), 0);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), 0);
	assert_int_equal(shim_pins(), 0);
	tally_close(&elsewhere);
	ledger_put(other);
	end();
}

/* The end does not wait for a table of somebody else's; the pages do. */
static void pages_wait_for_kvm(void **state)
{
	struct tally mine, theirs;
	unsigned int i;

	tally_open(&mine, m.ledger);
	tally_open(&theirs, m.ledger);
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(4));
	for (i = 0; i < 3; i++)
		assert_int_equal(mm_iommu_mapped_inc(region(0)->mem), 0);
	assert_int_equal(memory_release(&m), 0);
	assert_int_equal(shim_pins(), 4);
	tally_close(&mine);
	assert_int_equal(shim_pins(), 4);
	assert_int_equal(world.mm.users, 1);
	tally_close(&theirs);
	assert_int_equal(shim_pins(), 0);
	end();
}

/* A hostile guest makes KVM's count too low: ours is the one that counts. */
static void kvm_cannot_talk_us_into_unpinning(void **state)
{
	add(UA, PAGES(4));
	hold_region(0, 1);
	mm_iommu_mapped_dec(region(0)->mem);
	mm_iommu_mapped_dec(region(0)->mem);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(shim_pins(), 4);
	memory_drop(&m, region(0)->id, 1);
	end();
}

static void suspect_stays_while_anything_is_unknown(void **state)
{
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(4));
	memory_unknown(&m, 2);
	memory_suspect(&m, region(0)->id);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(memory_unregister(&m, UA + PAGES(4), PAGES(4)), 0);
	memory_unknown(&m, -1);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), -EBUSY);
	memory_unknown(&m, -1);
	/* What becomes unknown now has nothing to do with it any more. */
	memory_unknown(&m, 1);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), 0);
	memory_unknown(&m, -1);
	end();
}

static void release_leaves_the_reachable_pinned(void **state)
{
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(2));
	add(UA + PAGES(6), PAGES(3));
	hold_region(1, 1);
	assert_int_equal(memory_release(&m), 2);
	assert_int_equal(shim_pins(), 2);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA + PAGES(4))));
	/* The address space that they are registered in must not go away under them. */
	assert_int_equal(world.mm.users, 1);
	/* No way back for the driver; the test ends clean all the same. */
	memory_drop(&m, region(0)->id, 1);
	end();
}

static void covers_across_regions_without_gap(void **state)
{
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(4));
	add(UA + PAGES(9), PAGES(1));
	assert_int_equal(memory_covers(&m, UA, PAGES(8), 12), 0);
	assert_int_equal(memory_covers(&m, UA + PAGES(3), PAGES(2), 12), 0);
	assert_int_equal(memory_covers(&m, UA + PAGES(7), PAGES(2), 12), -EINVAL);
	assert_int_equal(memory_covers(&m, UA, PAGES(10), 12), -EINVAL);
	assert_int_equal(memory_covers(&m, UA + PAGES(9), PAGES(2), 12), -EINVAL);
	assert_int_equal(memory_covers(&m, UA - PAGES(1), PAGES(2), 12), -EINVAL);
	assert_int_equal(memory_covers(&m, -(u64)PAGES(1), PAGES(1), 12), -EINVAL);
	assert_int_equal(memory_covers(&m, UA, -(u64)PAGES(1), 12), -EINVAL);
	end();
}

static void page_size_of_what_backs_it(void **state)
{
	add(UA, 32 * MiB);
	add(HUGE_UA, 48 * MiB);
	assert_int_equal(memory_covers(&m, UA, 16 * MiB, 24), -EINVAL);
	assert_int_equal(memory_covers(&m, UA, 16 * MiB, PAGE_SHIFT), 0);
	assert_int_equal(memory_covers(&m, UA, 16 * MiB, PAGE_SHIFT + 4), -EINVAL);
	assert_int_equal(memory_covers(&m, HUGE_UA, 48 * MiB, 24), 0);
	assert_int_equal(memory_covers(&m, HUGE_UA, 48 * MiB, 21), 0);
	assert_int_equal(memory_covers(&m, HUGE_UA, 48 * MiB, 12), 0);
	end();
}

/* Ordinary pages behind a huge one, in one region: what mm_iommu says of it holds for the first. */
static void ordinary_pages_behind_huge_ones(void **state)
{
	const unsigned long ua = 0x7fa000000000UL;

	shim_map_user(&world.mm, ua, 16 * MiB, 24);
	shim_map_user(&world.mm, ua + 16 * MiB, 16 * MiB, PAGE_SHIFT);
	add(ua, 32 * MiB);
	assert_int_equal(memory_covers(&m, ua, 16 * MiB, 24), 0);
	assert_int_equal(memory_covers(&m, ua + 16 * MiB, 16 * MiB, 24), -EINVAL);
	assert_int_equal(memory_covers(&m, ua, 32 * MiB, 24), -EINVAL);
	assert_int_equal(memory_covers(&m, ua, 32 * MiB, PAGE_SHIFT), 0);
	end();
}

/* Ordinary pages in one piece, as transparent huge ones are: where they lie is what counts. */
static void one_piece_of_ordinary_pages(void **state)
{
	const unsigned long ua = 0x7fc000000000UL;

	shim_map_flat(&world.mm, ua, 48 * MiB, 24);
	/* From the middle of a large page on, to the middle of another. */
	add(ua + 8 * MiB, 32 * MiB);
	assert_int_equal(memory_covers(&m, ua + 16 * MiB, 16 * MiB, 24), 0);
	assert_int_equal(memory_covers(&m, ua + 8 * MiB, 32 * MiB, 21), 0);
	assert_int_equal(memory_covers(&m, ua + 16 * MiB, 32 * MiB, 24), -EINVAL);
	/* The other half of the last one in a region of its own: two pins, no page. */
	add(ua + 40 * MiB, 8 * MiB);
	assert_int_equal(memory_covers(&m, ua + 32 * MiB, 16 * MiB, 24), -EINVAL);
	assert_int_equal(memory_covers(&m, ua + 32 * MiB, 16 * MiB, 21), 0);
	end();
}

/* One piece that does not begin where a large page may. */
static void a_piece_off_the_grid(void **state)
{
	const unsigned long ua = 0x7fc000000000UL;

	shim_map_flat(&world.mm, ua - PAGES(1), 33 * MiB, 24);
	add(ua, 32 * MiB);
	assert_int_equal(memory_covers(&m, ua, 16 * MiB, 24), -EINVAL);
	assert_int_equal(memory_covers(&m, ua, 16 * MiB, PAGE_SHIFT), 0);
	end();
}

static void resolve_ends_with_the_region(void **state)
{
	u64 hpa[16];
	u32 id, i;

	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(4));
	assert_int_equal(resolve(UA + PAGES(1), PAGE_SHIFT, 16, hpa, &id), 3);
	assert_int_equal(id, region(0)->id);
	for (i = 0; i < 3; i++)
		assert_int_equal(hpa[i], shim_hpa(&world.mm, UA + PAGES(1 + i)));
	assert_int_equal(resolve(UA + PAGES(4), PAGE_SHIFT, 2, hpa, &id), 2);
	assert_int_equal(id, region(1)->id);
	assert_int_equal(hpa[1], shim_hpa(&world.mm, UA + PAGES(5)));
	end();
}

static void resolve_smaller_and_larger_pages(void **state)
{
	u64 hpa[16];
	u32 id;

	add(UA, PAGES(4));
	add(HUGE_UA, 32 * MiB);
	assert_int_equal(resolve(UA + PAGES(1) - 4096, 12, 2, hpa, &id), 2);
	assert_int_equal(hpa[0], shim_hpa(&world.mm, UA + PAGES(1) - 4096));
	assert_int_equal(hpa[1], shim_hpa(&world.mm, UA + PAGES(1)));
	assert_int_equal(resolve(HUGE_UA, 24, 16, hpa, &id), 2);
	assert_int_equal(hpa[1], shim_hpa(&world.mm, HUGE_UA + 16 * MiB));
	assert_int_equal(resolve(HUGE_UA + 14 * MiB, 21, 16, hpa, &id), 9);
	assert_int_equal(hpa[1], shim_hpa(&world.mm, HUGE_UA + 16 * MiB));
	end();
}

#define PIECES_UA	0x7fb000000000UL
#define PIECES_PAGES	100

/*
 * Ordinary pages, one huge page of 64 with a hole that another page fills, ordinary ones;
 * registered from the 12th page on.
 */
static void add_pieces(void)
{
	shim_map_user(&world.mm, PIECES_UA, PAGES(20), PAGE_SHIFT);
	shim_map_user(&world.mm, PIECES_UA + PAGES(20), PAGES(64), PAGE_SHIFT + 6);
	shim_map_user(&world.mm, PIECES_UA + PAGES(40), PAGES(1), PAGE_SHIFT);
	shim_map_user(&world.mm, PIECES_UA + PAGES(84), PAGES(28), PAGE_SHIFT);
	add(PIECES_UA + PAGES(12), PAGES(PIECES_PAGES));
}

/* Each run of pages, from each page on, is where it is. */
static void check_pieces(u32 page_shift, u32 most)
{
	const u64 per_page = PAGE_SIZE >> page_shift, step = PAGE_SIZE / per_page;
	static u64 hpa[PIECES_PAGES * 16];
	u64 first, i;
	u32 id;

	for (first = 0; first < PIECES_PAGES * per_page; first++) {
		u64 ua = PIECES_UA + PAGES(12) + first * step;
		u64 n = min_t(u64, most, PIECES_PAGES * per_page - first);

		memset(hpa, 0, sizeof(hpa));
		assert_int_equal(resolve(ua, page_shift, most, hpa, &id), n);
		for (i = 0; i < n; i++)
			assert_int_equal(hpa[i], shim_hpa(&world.mm, ua + i * step));
	}
}

static void resolve_piece_by_piece(void **state)
{
	u64 hpa[48], before;
	u32 id;

	add_pieces();
	check_pieces(PAGE_SHIFT, PIECES_PAGES);
	check_pieces(PAGE_SHIFT, 7);
	check_pieces(12, 40);
	/* In the huge page nobody has to be asked; elsewhere once for each page. */
	before = shim_lookups();
	resolve(PIECES_UA + PAGES(48), PAGE_SHIFT, 32, hpa, &id);
	assert_int_equal(shim_lookups(), before);
	resolve(PIECES_UA + PAGES(12), PAGE_SHIFT, 32, hpa, &id);
	assert_int_equal(shim_lookups(), before + 32);
	end();
}

/* What is known of a region's pieces saves time only. */
static void resolve_without_memory_for_pieces(void **state)
{
	u64 hpa[48], before;
	u32 id;

	/* The region, mm_iommu's two; the arrays of regions are there. */
	add(UA, PAGES(1));
	shim_fail_alloc(4);
	add_pieces();
	assert_false(shim_alloc_armed());
	check_pieces(PAGE_SHIFT, PIECES_PAGES);
	before = shim_lookups();
	resolve(PIECES_UA + PAGES(28), PAGE_SHIFT, 48, hpa, &id);
	assert_int_equal(shim_lookups(), before + 48);
	end();
}

static void dirty_marks_the_page(void **state)
{
	u64 hpa = shim_hpa(&world.mm, UA + PAGES(1) - 4096);

	add(UA, PAGES(2));
	add(HUGE_UA, 32 * MiB);
	memory_dirty(hpa, 12);
	assert_true(shim_dirty(shim_hpa(&world.mm, UA)));
	assert_false(shim_dirty(shim_hpa(&world.mm, UA + PAGES(1))));
	assert_int_equal(shim_dirty_count(), 1);
	memory_dirty(shim_hpa(&world.mm, HUGE_UA + 18 * MiB), 21);
	assert_true(shim_dirty(shim_hpa(&world.mm, HUGE_UA + 31 * MiB)));
	assert_false(shim_dirty(shim_hpa(&world.mm, HUGE_UA)));
	assert_int_equal(shim_dirty_count(), 2);
	end();
}

/* --- pages that are mapped there no more --- */

/* The same address, other pages. */
static void remap(unsigned long ua, unsigned long size)
{
	shim_map_user(&world.mm, ua, size, PAGE_SHIFT);
}

static void another_use_of_the_same_pages_only(void **state)
{
	struct memory other;

	memory_init(&other);
	assert_int_equal(memory_adopt_mm(&other), 0);
	add(UA, PAGES(40));
	remap(UA + PAGES(37), PAGES(1));
	assert_int_equal(memory_register(&other, UA, PAGES(40)), -EBUSY);
	assert_null(other.pending);
	assert_int_equal(shim_pins(), 40);
	assert_int_equal(memory_unregister(&m, UA, PAGES(40)), 0);
	assert_int_equal(memory_register(&other, UA, PAGES(40)), 0);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA + PAGES(37))));
	assert_int_equal(memory_release(&other), 0);
	end();
}

/* What nobody owns does not come back as somebody's new memory. */
static void orphans_are_not_joined(void **state)
{
	struct mm_iommu_table_group_mem_t *mem;
	struct tally theirs;

	tally_open(&theirs, m.ledger);
	add(UA, PAGES(4));
	mem = region(0)->mem;
	assert_int_equal(mm_iommu_mapped_inc(mem), 0);
	assert_int_equal(memory_release(&m), 0);
	assert_int_equal(memory_adopt_mm(&m), 0);
	assert_int_equal(shim_pins(), 4);
	remap(UA, PAGES(4));
	/* A TCE may reach it. */
	assert_int_equal(memory_register(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(shim_pins(), 4);
	/* None does: no table has to close for that to be seen. */
	mm_iommu_mapped_dec(mem);
	add(UA, PAGES(4));
	assert_int_equal(shim_pins(), 4);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	tally_close(&theirs);
	end();
}

static void killed_while_it_looks(void **state)
{
	struct memory other;
	u64 nth;
	int rc;

	memory_init(&other);
	assert_int_equal(memory_adopt_mm(&other), 0);
	add(UA, PAGES(100));
	for (nth = 1;; nth++) {
		bool met;

		shim_kill_at(nth);
		rc = memory_register(&other, UA, PAGES(100));
		met = !shim_kill_armed();
		shim_kill_at(0);
		if (!met)
			break;
		assert_int_equal(rc, -EINTR);
		assert_int_equal(shim_pins(), 100);
	}
	assert_true(nth > 4);
	assert_int_equal(rc, 0);
	assert_int_equal(memory_release(&other), 0);
	end();
}

/* --- one user and the others --- */

static u32 ledgers_met;

static void meet_ledger(void)
{
	struct ledger *other = ledger_get(&world.other);

	/* A user who holds his mmap_lock does not hold up anybody else. */
	ledger_retry(other);
	ledger_put(other);
	ledgers_met++;
}

static void nobody_waits_for_another_ones_memory(void **state)
{
	ledgers_met = 0;
	add(UA, PAGES(4));
	shim_on_mmap_lock(meet_ledger);
	assert_int_equal(memory_unregister(&m, UA, PAGES(4)), 0);
	shim_on_mmap_lock(NULL);
	assert_int_equal(ledgers_met, 1);
	end();
}

/* --- dirty pages --- */

/* An IOMMU page over ordinary pages that happen to be one piece: each of them has its own mark. */
static void dirty_marks_each_page_of_a_piece(void **state)
{
	const unsigned long ua = 0x7fc000000000UL;
	u64 next;

	shim_map_flat(&world.mm, ua, 64 * MiB, 24);
	add(ua, 32 * MiB);
	next = memory_dirty(shim_hpa(&world.mm, ua), 24);
	assert_int_equal(next, shim_hpa(&world.mm, ua + 16 * MiB));
	assert_int_equal(shim_dirty_count(), 16 * MiB / PAGE_SIZE);
	assert_true(shim_dirty(shim_hpa(&world.mm, ua + 16 * MiB - PAGE_SIZE)));
	end();
}


int main(void)
{
	const struct CMUnitTest tests[] = {
		MEMORY_TEST(one_owner),
		MEMORY_TEST(register_pins_and_charges),
		MEMORY_TEST(bad_geometry),
		MEMORY_TEST(twice_is_busy_overlap_is_invalid),
		MEMORY_TEST(unregister_wants_the_very_range),
		MEMORY_TEST(memory_that_is_not_there),
		MEMORY_TEST(limit_of_locked_memory),
		MEMORY_TEST(absurd_sizes),
		MEMORY_TEST(every_allocation_can_fail),
		MEMORY_TEST(sorted_and_named_apart),
		MEMORY_TEST(many_regions),
		MEMORY_TEST(two_users_of_one_address_space),
		MEMORY_TEST(busy_while_an_entry_names_it),
		MEMORY_TEST(busy_while_kvm_names_it),
		MEMORY_TEST(leftovers_of_kvm_do_not_matter),
		MEMORY_TEST(pages_wait_for_kvm),
		MEMORY_TEST(kvm_cannot_talk_us_into_unpinning),
		MEMORY_TEST(suspect_stays_while_anything_is_unknown),
		MEMORY_TEST(release_leaves_the_reachable_pinned),
		MEMORY_TEST(covers_across_regions_without_gap),
		MEMORY_TEST(page_size_of_what_backs_it),
		MEMORY_TEST(ordinary_pages_behind_huge_ones),
		MEMORY_TEST(one_piece_of_ordinary_pages),
		MEMORY_TEST(a_piece_off_the_grid),
		MEMORY_TEST(resolve_ends_with_the_region),
		MEMORY_TEST(resolve_smaller_and_larger_pages),
		MEMORY_TEST(resolve_piece_by_piece),
		MEMORY_TEST(resolve_without_memory_for_pieces),
		MEMORY_TEST(dirty_marks_the_page),
		MEMORY_TEST(another_use_of_the_same_pages_only),
		MEMORY_TEST(orphans_are_not_joined),
		MEMORY_TEST(killed_while_it_looks),
		MEMORY_TEST(nobody_waits_for_another_ones_memory),
		MEMORY_TEST(dirty_marks_each_page_of_a_piece),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
