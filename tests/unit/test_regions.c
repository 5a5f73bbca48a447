// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_regions.c - regions.h: what is registered, what holds it, and when it can be unregistered.
 */
#include <string.h>
#include <asm/mmu_context.h>
#include <linux/errno.h>
#include <asm/byteorder.h>
#include "kvm/kvm_mapped.h"
#include "memory/user_mm.h"
#include "memory/pin.h"
#include "world.h"

#define PAGES(n)	((n) * PAGE_SIZE)

/* Physically contiguous memory. */
#define FLAT		0x7f4000000000UL
#define FLAT_PAGES	2048

static struct regions m;

static int setup(void **state)
{
	world_setup(state);
	shim_map_flat(&world.mm, FLAT, PAGES(FLAT_PAGES), PAGE_SHIFT);
	regions_init(&m);
	assert_int_equal(regions_adopt_mm(&m), 0);
	return 0;
}

#define MEMORY_TEST(name)	cmocka_unit_test_setup(name, setup)

/* The three steps, as an IOAS takes them. */
static int regions_register(struct regions *regions, u64 ua, u64 size)
{
	struct region *r;
	int rc = regions_reserve(regions, ua, size, &r);

	if (rc)
		return rc;
	rc = regions_pin(r);
	if (!rc)
		rc = regions_publish(regions, r);
	if (rc) {
		regions_cancel(regions, r);
		regions_discard(r);
	}
	return rc;
}

static void end(void)
{
	assert_int_equal(regions_release(&m), 0);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	assert_int_equal(world.mm.users, 0);
	assert_int_equal(shim_allocs_live(), 0);
}

static void add(u64 ua, u64 size)
{
	assert_int_equal(regions_register(&m, ua, size), 0);
}

/* The @i-th by address. */
static struct region *region(u32 i)
{
	struct rb_node *node = rb_first(&m.by_ua);

	while (node && i--)
		node = rb_next(node);
	assert_non_null(node);
	return rb_entry(node, struct region, node);
}

/* Shows the @i-th region to KVM. */
static struct mm_iommu_table_group_mem_t *show(u32 i)
{
	assert_true(pin_claim(region(i)->pin));
	pin_enter(region(i)->pin);
	assert_non_null(region(i)->pin->mem);
	return region(i)->pin->mem;
}

static void one_owner(void **state)
{
	assert_int_equal(world.mm.users, 1);
	assert_false(regions_foreign(&m));
	assert_int_equal(regions_adopt_mm(&m), 0);
	assert_int_equal(world.mm.users, 1);
	shim_set_mm(&world.other);
	assert_true(regions_foreign(&m));
	assert_int_equal(regions_adopt_mm(&m), -EPERM);
	shim_set_mm(&world.mm);
	end();
	assert_false(regions_foreign(&m));
}

static void register_pins_and_charges(void **state)
{
	add(UA, PAGES(5));
	assert_int_equal(shim_pins(), 5);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA + PAGES(4))));
	assert_false(shim_pinned(shim_hpa(&world.mm, UA + PAGES(5))));
	assert_int_equal(world.mm.locked_vm, 5);
	assert_int_equal(regions_unregister(&m, UA, PAGES(5)), 0);
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

		assert_int_equal(regions_register(&m, ua, size), -EINVAL);
		assert_int_equal(regions_unregister(&m, ua, size), -EINVAL);
	}
	assert_int_equal(m.count, 0);
	end();
}

static void twice_is_busy_overlap_is_invalid(void **state)
{
	add(UA + PAGES(4), PAGES(4));
	assert_int_equal(regions_register(&m, UA + PAGES(4), PAGES(4)), -EBUSY);
	assert_int_equal(regions_register(&m, UA + PAGES(4), PAGES(3)), -EINVAL);
	assert_int_equal(regions_register(&m, UA + PAGES(4), PAGES(5)), -EINVAL);
	assert_int_equal(regions_register(&m, UA + PAGES(5), PAGES(1)), -EINVAL);
	assert_int_equal(regions_register(&m, UA + PAGES(7), PAGES(4)), -EINVAL);
	assert_int_equal(regions_register(&m, UA, PAGES(5)), -EINVAL);
	assert_int_equal(regions_register(&m, UA, PAGES(20)), -EINVAL);
	assert_int_equal(shim_pins(), 4);
	add(UA, PAGES(4));
	add(UA + PAGES(8), PAGES(1));
	assert_int_equal(shim_pins(), 9);
	end();
}

static void unregister_wants_the_very_range(void **state)
{
	assert_int_equal(regions_unregister(&m, UA, PAGES(1)), -ENOENT);
	add(UA, PAGES(4));
	assert_int_equal(regions_unregister(&m, UA, PAGES(3)), -ENOENT);
	assert_int_equal(regions_unregister(&m, UA + PAGES(1), PAGES(3)), -ENOENT);
	assert_int_equal(regions_unregister(&m, UA + PAGES(4), PAGES(4)), -ENOENT);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -ENOENT);
	end();
}

static void memory_that_is_not_there(void **state)
{
	assert_int_equal(regions_register(&m, UA - PAGES(8), PAGES(8)), -EFAULT);
	assert_int_equal(regions_register(&m, UA - PAGES(8), PAGES(16)), -EFAULT);
	/* Some pages could be pinned before the bad one. */
	assert_int_equal(regions_register(&m, UA + UA_SIZE - PAGES(8), PAGES(16)), -EFAULT);
	shim_fail_pin(3);
	assert_int_equal(regions_register(&m, UA, PAGES(8)), -EFAULT);
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	end();
}

static void limit_of_locked_memory(void **state)
{
	world.mm.limit = 10;
	add(UA, PAGES(8));
	assert_int_equal(regions_register(&m, UA + PAGES(8), PAGES(3)), -ENOMEM);
	add(UA + PAGES(8), PAGES(2));
	end();
}

static void absurd_sizes(void **state)
{
	assert_int_equal(regions_register(&m, 0, 1ULL << 62), -EFAULT);
	assert_int_equal(regions_register(&m, PAGE_SIZE, -2 * (u64)PAGE_SIZE), -EFAULT);
	assert_int_equal(regions_register(&m, 1ULL << 40, 4 * shim_ram_size()), -EFAULT);
	world.mm.limit = 10;
	assert_int_equal(regions_register(&m, 1ULL << 40, 4 * shim_ram_size()), -ENOMEM);
	assert_int_equal(world.mm.locked_vm, 0);
	end();
}

/* One file mapped many times: only the user's limit restricts how much can be registered. */
static void more_than_there_is(void **state)
{
	const unsigned long ua = 1ULL << 40, piece = UA_SIZE;
	u64 size = (shim_ram_size() / piece + 1) * piece, at;

	for (at = 0; at < size; at += piece)
		shim_map_again(&world.mm, ua + at, piece, UA);
	world.mm.limit = size / PAGE_SIZE - 1;
	assert_int_equal(regions_register(&m, ua, size), -ENOMEM);
	world.mm.limit = 2 * size / PAGE_SIZE;
	add(ua, size);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	assert_int_equal(shim_pins(), size / PAGE_SIZE);
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
		rc = regions_register(&m, UA + PAGES(20), PAGES(2));
		assert_int_equal(rc, shim_alloc_armed() ? 0 : -ENOMEM);
		shim_fail_alloc(0);
		assert_int_equal(shim_pins(), rc ? 16 : 18);
		assert_int_equal(m.count, rc ? 16 : 17);
		end();
		assert_int_equal(regions_adopt_mm(&m), 0);
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
		assert_true(ids[i] <= 4);
		for (k = 0; k < i; k++)
			assert_int_not_equal(ids[k], ids[i]);
	}
	/* The other regions keep their ids when one is unregistered. */
	assert_int_equal(regions_unregister(&m, UA, PAGES(2)), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(region(i)->id, ids[i + 1]);
	/* The next region gets the free id. */
	add(UA + PAGES(8), PAGES(2));
	assert_int_equal(region(3)->id, ids[0]);
	end();
}

/* Calls regions_hold(), and gives the pages' addresses. */
static int hold_in(struct regions *in, const struct region_run *run, u64 *hpa, u32 *id)
{
	__be64 list[HCALL_BATCH];
	int i, got;

	assert_in_range(run->n, 1, HCALL_BATCH);
	got = regions_hold(in, run, list, id);
	for (i = 0; i < got; i++) {
		assert_int_equal(be64_to_cpu(list[i]) & PAPR_TCE_PERM, run->perm);
		hpa[i] = be64_to_cpu(list[i]) & ~(u64)PAPR_TCE_PERM;
	}
	return got;
}

static int hold(unsigned long ua, u32 page_shift, u32 n, u64 *hpa, u32 *id)
{
	const struct region_run run = {
		.ua = ua, .page_shift = page_shift, .perm = PAPR_TCE_PERM, .n = n,
	};
	int got = hold_in(&m, &run, hpa, id);

	assert_true(got > 0);
	assert_true(atomic64_read(&m.by_id[*id - 1]->mapped) >= (s64)got);
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

/* Holds, and drops again */
static int resolve(unsigned long ua, u32 page_shift, u32 n, u64 *hpa, u32 *id)
{
	int got = hold(ua, page_shift, n, hpa, id);

	regions_drop(&m, *id, got);
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
		assert_int_equal(regions_covers(&m, ua + PAGES(1), PAGE_SIZE, 12), -EINVAL);
	}
	end();
}

static void two_users_of_one_address_space(void **state)
{
	struct regions other;

	regions_init(&other);
	assert_int_equal(regions_adopt_mm(&other), 0);
	add(UA, PAGES(4));
	assert_int_equal(regions_register(&other, UA, PAGES(4)), 0);
	assert_int_equal(regions_register(&other, UA + PAGES(1), PAGES(4)), -EINVAL);
	/* Pinned once for both. */
	assert_int_equal(shim_pins(), 4);
	assert_int_equal(world.mm.locked_vm, 4);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	assert_int_equal(shim_pins(), 4);
	assert_int_equal(world.mm.locked_vm, 4);
	/* A part of the other user's region is not the same region. */
	add(UA + PAGES(1), PAGES(4));
	add(UA, PAGES(1));
	assert_int_equal(shim_pins(), 9);
	assert_int_equal(world.mm.locked_vm, 9);
	assert_int_equal(regions_release(&other), 0);
	assert_int_equal(shim_pins(), 5);
	end();
}

static void busy_while_an_entry_names_it(void **state)
{
	add(UA, PAGES(4));
	hold_region(0, 3);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	regions_drop(&m, region(0)->id, 2);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(shim_pins(), 4);
	regions_drop(&m, region(0)->id, 1);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	end();
}

/* KVM counts its own mappings; the count cannot go below 0. */
static void busy_while_kvm_names_it(void **state)
{
	struct mm_iommu_table_group_mem_t *mem;
	struct kvm_mapped kvm_mapped;

	kvm_mapped_open(&kvm_mapped, m.user_mm);
	add(UA, PAGES(4));
	mem = show(0);
	assert_int_equal(mm_iommu_mapped_inc(mem), 0);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(m.count, 1);
	mm_iommu_mapped_dec(mem);
	assert_int_equal(shim_region_mapped(mem), 0);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	kvm_mapped_close(&kvm_mapped);
	end();
}

/* Without a table that KVM could count for, the count is a leftover. */
static void leftovers_of_kvm_do_not_matter(void **state)
{
	struct user_mm *other = user_mm_get(&world.other);
	struct mm_iommu_table_group_mem_t *mem;
	struct kvm_mapped elsewhere;
	u32 i;

	kvm_mapped_open(&elsewhere, other);
	add(UA, PAGES(4));
	mem = show(0);
	for (i = 0; i < 5000; i++)
		assert_int_equal(mm_iommu_mapped_inc(mem), 0);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	assert_int_equal(shim_pins(), 0);
	kvm_mapped_close(&elsewhere);
	user_mm_put(other);
	end();
}

/* The end does not wait for another user's table; only the pages stay pinned. */
static void pages_wait_for_kvm(void **state)
{
	struct kvm_mapped mine, theirs;
	unsigned int i;

	kvm_mapped_open(&mine, m.user_mm);
	kvm_mapped_open(&theirs, m.user_mm);
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(4));
	for (i = 0; i < 3; i++)
		assert_int_equal(mm_iommu_mapped_inc(i ? region(0)->pin->mem : show(0)), 0);
	show(1);
	assert_int_equal(regions_release(&m), 0);
	assert_int_equal(shim_pins(), 8);
	kvm_mapped_close(&mine);
	assert_int_equal(shim_pins(), 8);
	assert_int_equal(world.mm.locked_vm, 4);
	assert_int_equal(world.mm.users, 1);
	kvm_mapped_close(&theirs);
	assert_int_equal(shim_pins(), 0);
	end();
}

/* A hostile guest makes KVM's count too low: the driver relies on its own count. */
static void kvm_cannot_talk_us_into_unpinning(void **state)
{
	struct mm_iommu_table_group_mem_t *mem;

	add(UA, PAGES(4));
	mem = show(0);
	hold_region(0, 1);
	mm_iommu_mapped_dec(mem);
	mm_iommu_mapped_dec(mem);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	regions_drop(&m, region(0)->id, 1);
	end();
}

static void suspect_stays_while_anything_is_unknown(void **state)
{
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(4));
	regions_unknown(&m, 2);
	regions_suspect(&m, region(0)->id);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(regions_unregister(&m, UA + PAGES(4), PAGES(4)), 0);
	regions_unknown(&m, -1);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	regions_unknown(&m, -1);
	/* Entries that become unknown now do not concern the region any more. */
	regions_unknown(&m, 1);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	regions_unknown(&m, -1);
	end();
}

static void release_leaves_the_reachable_pinned(void **state)
{
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(2));
	add(UA + PAGES(6), PAGES(3));
	hold_region(1, 1);
	assert_int_equal(regions_release(&m), 2);
	assert_int_equal(shim_pins(), 2);
	assert_true(shim_pinned(shim_hpa(&world.mm, UA + PAGES(4))));
	/* The address space of the pinned pages must stay. */
	assert_int_equal(world.mm.users, 1);
	/* The driver could not do this; it lets the test end clean. */
	regions_drop(&m, region(0)->id, 1);
	end();
}

static void covers_across_regions_without_gap(void **state)
{
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(4));
	add(UA + PAGES(9), PAGES(1));
	assert_int_equal(regions_covers(&m, UA, PAGES(8), 12), 0);
	assert_int_equal(regions_covers(&m, UA + PAGES(3), PAGES(2), 12), 0);
	assert_int_equal(regions_covers(&m, UA + PAGES(7), PAGES(2), 12), -EINVAL);
	assert_int_equal(regions_covers(&m, UA, PAGES(10), 12), -EINVAL);
	assert_int_equal(regions_covers(&m, UA + PAGES(9), PAGES(2), 12), -EINVAL);
	assert_int_equal(regions_covers(&m, UA - PAGES(1), PAGES(2), 12), -EINVAL);
	assert_int_equal(regions_covers(&m, -(u64)PAGES(1), PAGES(1), 12), -EINVAL);
	assert_int_equal(regions_covers(&m, UA, -(u64)PAGES(1), 12), -EINVAL);
	end();
}

static void page_size_of_what_backs_it(void **state)
{
	add(UA, 32 * MiB);
	add(HUGE_UA, 48 * MiB);
	assert_int_equal(regions_covers(&m, UA, 16 * MiB, 24), -EINVAL);
	assert_int_equal(regions_covers(&m, UA, 16 * MiB, PAGE_SHIFT), 0);
	assert_int_equal(regions_covers(&m, UA, 16 * MiB, PAGE_SHIFT + 4), -EINVAL);
	assert_int_equal(regions_covers(&m, HUGE_UA, 48 * MiB, 24), 0);
	assert_int_equal(regions_covers(&m, HUGE_UA, 48 * MiB, 21), 0);
	assert_int_equal(regions_covers(&m, HUGE_UA, 48 * MiB, 12), 0);
	end();
}

/*
 * Ordinary pages behind a huge one, in one region: mm_iommu's word on large pages only holds for
 * the huge one.
 */
static void ordinary_pages_behind_huge_ones(void **state)
{
	const unsigned long ua = 0x7fa000000000UL;

	shim_map_user(&world.mm, ua, 16 * MiB, 24);
	shim_map_user(&world.mm, ua + 16 * MiB, 16 * MiB, PAGE_SHIFT);
	add(ua, 32 * MiB);
	assert_int_equal(regions_covers(&m, ua, 16 * MiB, 24), 0);
	assert_int_equal(regions_covers(&m, ua + 16 * MiB, 16 * MiB, 24), -EINVAL);
	assert_int_equal(regions_covers(&m, ua, 32 * MiB, 24), -EINVAL);
	assert_int_equal(regions_covers(&m, ua, 32 * MiB, PAGE_SHIFT), 0);
	end();
}

/* Contiguous ordinary pages, as transparent huge pages are: only their physical place counts. */
static void one_piece_of_ordinary_pages(void **state)
{
	const unsigned long ua = 0x7fc000000000UL;

	shim_map_flat(&world.mm, ua, 48 * MiB, 24);
	/* From the middle of one large page to the middle of another. */
	add(ua + 8 * MiB, 32 * MiB);
	assert_int_equal(regions_covers(&m, ua + 16 * MiB, 16 * MiB, 24), 0);
	assert_int_equal(regions_covers(&m, ua + 8 * MiB, 32 * MiB, 21), 0);
	assert_int_equal(regions_covers(&m, ua + 16 * MiB, 32 * MiB, 24), -EINVAL);
	/* The last large page's other half is in another region: that makes no large page. */
	add(ua + 40 * MiB, 8 * MiB);
	assert_int_equal(regions_covers(&m, ua + 32 * MiB, 16 * MiB, 24), -EINVAL);
	assert_int_equal(regions_covers(&m, ua + 32 * MiB, 16 * MiB, 21), 0);
	end();
}

/* Contiguous pages that do not begin at a multiple of a large page's size. */
static void a_piece_off_the_grid(void **state)
{
	const unsigned long ua = 0x7fc000000000UL;

	shim_map_flat(&world.mm, ua - PAGES(1), 33 * MiB, 24);
	add(ua, 32 * MiB);
	assert_int_equal(regions_covers(&m, ua, 16 * MiB, 24), -EINVAL);
	assert_int_equal(regions_covers(&m, ua, 16 * MiB, PAGE_SHIFT), 0);
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
 * Maps ordinary pages, a huge page of 64 with another page in place of one of its pages, and
 * ordinary pages. Registers them from the 12th page on.
 */
static void add_pieces(void)
{
	shim_map_user(&world.mm, PIECES_UA, PAGES(20), PAGE_SHIFT);
	shim_map_user(&world.mm, PIECES_UA + PAGES(20), PAGES(64), PAGE_SHIFT + 6);
	shim_map_user(&world.mm, PIECES_UA + PAGES(40), PAGES(1), PAGE_SHIFT);
	shim_map_user(&world.mm, PIECES_UA + PAGES(84), PAGES(28), PAGE_SHIFT);
	add(PIECES_UA + PAGES(12), PAGES(PIECES_PAGES));
}

/* Checks the physical place of each run of pages, from each page on. */
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
	add_pieces();
	check_pieces(PAGE_SHIFT, PIECES_PAGES);
	check_pieces(PAGE_SHIFT, 7);
	check_pieces(12, 40);
	/* No lookup in mm_iommu is needed. */
	assert_int_equal(shim_lookups(), 0);
	end();
}

static void dirty_marks_the_page(void **state)
{
	u64 hpa = shim_hpa(&world.mm, UA + PAGES(1) - 4096);

	add(UA, PAGES(2));
	add(HUGE_UA, 32 * MiB);
	regions_dirty(hpa, 12);
	assert_true(shim_dirty(shim_hpa(&world.mm, UA)));
	assert_false(shim_dirty(shim_hpa(&world.mm, UA + PAGES(1))));
	assert_int_equal(shim_dirty_count(), 1);
	regions_dirty(shim_hpa(&world.mm, HUGE_UA + 18 * MiB), 21);
	assert_true(shim_dirty(shim_hpa(&world.mm, HUGE_UA + 31 * MiB)));
	assert_false(shim_dirty(shim_hpa(&world.mm, HUGE_UA)));
	assert_int_equal(shim_dirty_count(), 2);
	end();
}

/* --- pages that are not mapped at their address any more --- */

/* Maps other pages at the same address. */
static void remap(unsigned long ua, unsigned long size)
{
	shim_map_user(&world.mm, ua, size, PAGE_SHIFT);
}

/* Each user has the pages that were mapped when he registered them. */
static void another_use_of_the_same_pages_only(void **state)
{
	const struct region_run last = {
		.ua = UA + PAGES(37), .page_shift = PAGE_SHIFT, .perm = PAPR_TCE_PERM, .n = 1,
	};
	u64 was = shim_hpa(&world.mm, last.ua), hpa;
	struct regions other;
	u32 id;

	regions_init(&other);
	assert_int_equal(regions_adopt_mm(&other), 0);
	add(UA, PAGES(40));
	remap(last.ua, PAGES(1));
	assert_int_equal(regions_register(&other, UA, PAGES(40)), 0);
	assert_int_equal(shim_pins(), 80);
	assert_int_equal(world.mm.locked_vm, 80);
	assert_int_equal(hold_in(&other, &last, &hpa, &id), 1);
	assert_int_equal(hpa, shim_hpa(&world.mm, last.ua));
	regions_drop(&other, id, 1);
	assert_int_equal(resolve(last.ua, PAGE_SHIFT, 1, &hpa, &id), 1);
	assert_int_equal(hpa, was);
	/* A third registration finds the pages that are mapped now. */
	assert_int_equal(regions_unregister(&m, UA, PAGES(40)), 0);
	assert_false(shim_pinned(was));
	add(UA, PAGES(40));
	assert_int_equal(shim_pins(), 40);
	assert_int_equal(regions_release(&other), 0);
	assert_true(shim_pinned(shim_hpa(&world.mm, last.ua)));
	end();
}

static struct regions overtaker;
static u32 overtakings;

static void overtake(void)
{
	if (overtakings++)
		return;
	assert_int_equal(regions_register(&overtaker, UA, PAGES(4)), 0);
}

/* Another user registers the same pages meanwhile: they are pinned only once. */
static void pinned_by_two_at_once(void **state)
{
	overtakings = 0;
	regions_init(&overtaker);
	assert_int_equal(regions_adopt_mm(&overtaker), 0);
	shim_on_resched(overtake);
	add(UA, PAGES(4));
	assert_ptr_equal(region(0)->pin, overtaker.by_id[0]->pin);
	assert_int_equal(shim_pins(), 4);
	assert_int_equal(world.mm.locked_vm, 4);
	assert_int_equal(regions_release(&overtaker), 0);
	assert_int_equal(shim_pins(), 4);
	end();
}

/* Pins without an owner do not become another user's new memory. */
static void orphans_are_not_joined(void **state)
{
	struct mm_iommu_table_group_mem_t *mem;
	struct kvm_mapped theirs;
	u64 was = shim_hpa(&world.mm, UA);

	kvm_mapped_open(&theirs, m.user_mm);
	add(UA, PAGES(4));
	mem = show(0);
	assert_int_equal(mm_iommu_mapped_inc(mem), 0);
	assert_int_equal(regions_release(&m), 0);
	assert_int_equal(regions_adopt_mm(&m), 0);
	assert_int_equal(world.mm.locked_vm, 4);
	remap(UA, PAGES(4));
	/* A TCE may reach the old pages. */
	add(UA, PAGES(4));
	assert_true(shim_pinned(was));
	assert_true(shim_pinned(shim_hpa(&world.mm, UA)));
	assert_int_equal(world.mm.locked_vm, 8);
	/* No TCE reaches them: the driver sees that without the close of a table. */
	mm_iommu_mapped_dec(mem);
	add(UA + PAGES(4), PAGES(4));
	assert_false(shim_pinned(was));
	assert_int_equal(world.mm.locked_vm, 8);
	kvm_mapped_close(&theirs);
	end();
}

/* If it is the same memory, it is neither pinned nor charged twice. */
static void orphans_come_back(void **state)
{
	struct mm_iommu_table_group_mem_t *mem;
	struct kvm_mapped theirs;

	kvm_mapped_open(&theirs, m.user_mm);
	add(UA, PAGES(4));
	mem = show(0);
	assert_int_equal(mm_iommu_mapped_inc(mem), 0);
	assert_int_equal(regions_release(&m), 0);
	assert_int_equal(regions_adopt_mm(&m), 0);
	world.mm.limit = 4;
	add(UA, PAGES(4));
	assert_int_equal(world.mm.locked_vm, 4);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	mm_iommu_mapped_dec(mem);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	assert_int_equal(world.mm.locked_vm, 0);
	kvm_mapped_close(&theirs);
	end();
}

/* A REGISTER beyond the limit first unpins orphans that nothing reaches. */
static void orphans_make_room(void **state)
{
	struct mm_iommu_table_group_mem_t *mem[20];
	struct kvm_mapped theirs;
	u32 i;

	kvm_mapped_open(&theirs, m.user_mm);
	for (i = 0; i < 20; i++) {
		add(UA + PAGES(i), PAGES(1));
		mem[i] = show(i);
		assert_int_equal(mm_iommu_mapped_inc(mem[i]), 0);
	}
	assert_int_equal(regions_release(&m), 0);
	assert_int_equal(regions_adopt_mm(&m), 0);
	world.mm.limit = 20;
	assert_int_equal(regions_register(&m, UA + PAGES(20), PAGES(1)), -ENOMEM);
	for (i = 0; i < 20; i++)
		mm_iommu_mapped_dec(mem[i]);
	add(UA + PAGES(20), PAGES(20));
	kvm_mapped_close(&theirs);
	end();
}

/* REGISTER is killed at each point, and leaves nothing behind. Return: number of these points. */
static u64 kill_register(struct regions *who, u64 size, u64 pins)
{
	u64 nth;
	int rc;

	for (nth = 1;; nth++) {
		bool met;

		shim_kill_at(nth);
		rc = regions_register(who, FLAT, size);
		met = !shim_kill_armed();
		shim_kill_at(0);
		if (!met)
			break;
		assert_int_equal(rc, -EINTR);
		assert_int_equal(shim_pins(), pins);
		assert_int_equal(world.mm.locked_vm, pins);
	}
	assert_int_equal(rc, 0);
	return nth - 1;
}

static void killed_while_it_looks(void **state)
{
	struct regions other;

	regions_init(&other);
	assert_int_equal(regions_adopt_mm(&other), 0);
	add(FLAT, PAGES(1700));
	assert_int_equal(kill_register(&other, PAGES(1700), 1700), 4);
	assert_int_equal(regions_release(&other), 0);
	end();
}

static void killed_while_it_pins(void **state)
{
	assert_int_equal(kill_register(&m, PAGES(1700), 0), 4);
	assert_int_equal(shim_pins(), 1700);
	end();
}

/* Each page's pin fails in turn: no page stays pinned. */
static void every_pin_can_fail(void **state)
{
	u64 nth;

	for (nth = 1; nth <= 1100; nth += nth == 1 || nth > 505 ? 1 : 7) {
		shim_fail_pin(nth);
		assert_int_equal(regions_register(&m, FLAT, PAGES(1100)), -EFAULT);
		shim_fail_pin(0);
		assert_int_equal(shim_pins(), 0);
		assert_int_equal(world.mm.locked_vm, 0);
	}
	end();
}

/* --- regions as KVM sees them --- */

static void enters_once(void **state)
{
	struct regions other;

	regions_init(&other);
	assert_int_equal(regions_adopt_mm(&other), 0);
	world.mm.limit = 4;
	add(UA, PAGES(4));
	assert_int_equal(regions_register(&other, UA, PAGES(4)), 0);
	assert_int_equal(shim_regions(&world.mm), 0);
	show(0);
	/* Now mm_iommu charges for the pages, and only mm_iommu. */
	assert_int_equal(world.mm.locked_vm, 4);
	assert_int_equal(shim_regions(&world.mm), 1);
	assert_false(pin_claim(region(0)->pin));
	assert_int_equal(regions_release(&m), 0);
	assert_int_equal(shim_regions(&world.mm), 1);
	assert_int_equal(regions_release(&other), 0);
	assert_int_equal(shim_regions(&world.mm), 0);
	end();
}

/* The region cannot enter mm_iommu: it stays as it is, and there is no second try. */
static void refuse(u32 i)
{
	assert_true(pin_claim(region(i)->pin));
	pin_enter(region(i)->pin);
	assert_int_equal(region(i)->pin->kvm, PIN_REFUSED);
	assert_null(region(i)->pin->mem);
	assert_false(pin_claim(region(i)->pin));
}

static void cannot_enter(void **state)
{
	u32 i;

	add(FLAT, PAGES(4));
	add(FLAT + PAGES(8), PAGES(1200));
	for (i = 1; i < 3; i++) {
		add(FLAT + PAGES(4), PAGES(1));
		shim_fail_alloc(i);
		refuse(1);
		shim_fail_alloc(0);
		assert_int_equal(world.mm.locked_vm, 1205);
		assert_int_equal(regions_unregister(&m, FLAT + PAGES(4), PAGES(1)), 0);
	}
	shim_fail_pin(3);
	refuse(0);
	shim_fail_pin(0);
	/* Killed during the check that the pages are the same. */
	shim_kill_at(3);
	refuse(1);
	shim_kill_at(0);
	assert_int_equal(world.mm.locked_vm, 1204);
	assert_int_equal(shim_pins(), 1204);
	assert_int_equal(shim_regions(&world.mm), 0);
	assert_int_equal(regions_unregister(&m, FLAT, PAGES(4)), 0);
	end();
}

/* KVM would find other pages than those that devices reach. */
static void other_pages_do_not_enter(void **state)
{
	add(FLAT, PAGES(600));
	remap(FLAT + PAGES(599), PAGES(1));
	refuse(0);
	assert_int_equal(shim_pins(), 600);
	assert_int_equal(world.mm.locked_vm, 600);
	end();
}

/* Of two overlapping regions KVM can only find one. */
static void a_part_of_another_does_not_enter(void **state)
{
	struct regions other;

	regions_init(&other);
	assert_int_equal(regions_adopt_mm(&other), 0);
	assert_int_equal(regions_register(&other, UA + PAGES(1), PAGES(4)), 0);
	assert_true(pin_claim(other.by_id[0]->pin));
	pin_enter(other.by_id[0]->pin);
	add(UA, PAGES(4));
	refuse(0);
	assert_int_equal(world.mm.locked_vm, 8);
	assert_int_equal(regions_release(&other), 0);
	end();
}

/*
 * mm_iommu already has memory of another user, for example of the kernel's own driver: it is
 * shared if the pages are the same.
 */
static void what_is_there_already(void **state)
{
	struct mm_iommu_table_group_mem_t *theirs, *old;

	assert_int_equal(mm_iommu_new(&world.mm, UA, 4, &theirs), 0);
	assert_int_equal(mm_iommu_new(&world.mm, UA + PAGES(4), 4, &old), 0);
	remap(UA + PAGES(5), PAGES(1));
	add(UA, PAGES(4));
	add(UA + PAGES(4), PAGES(4));
	assert_ptr_equal(show(0), theirs);
	refuse(1);
	assert_int_equal(world.mm.locked_vm, 12);
	assert_int_equal(mm_iommu_put(&world.mm, theirs), 0);
	assert_int_equal(mm_iommu_put(&world.mm, old), 0);
	assert_int_equal(world.mm.locked_vm, 8);
	end();
}

static struct mm_iommu_table_group_mem_t *found;

/* KVM finds the region before the check that the pages are the same. */
static void kvm_finds_it(void)
{
	if (found)
		return;
	found = mm_iommu_lookup(&world.mm, UA, PAGE_SIZE);
	if (found)
		assert_int_equal(mm_iommu_mapped_inc(found), 0);
}

static void found_too_early(void **state)
{
	struct kvm_mapped kvm_mapped;

	found = NULL;
	kvm_mapped_open(&kvm_mapped, m.user_mm);
	add(UA, PAGES(4));
	remap(UA + PAGES(3), PAGES(1));
	assert_true(pin_claim(region(0)->pin));
	shim_on_resched(kvm_finds_it);
	pin_enter(region(0)->pin);
	shim_on_resched(NULL);
	assert_non_null(found);
	assert_int_equal(world.mm.locked_vm, 8);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	mm_iommu_mapped_dec(found);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	kvm_mapped_close(&kvm_mapped);
	end();
}

static u32 leavings;

static void leave_meanwhile(void)
{
	if (leavings++)
		return;
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), -EBUSY);
	assert_int_equal(regions_release(&m), 0);
	assert_true(shim_pins() >= 4);
}

/* The user ends while the region enters mm_iommu: the thread that enters it cleans up. */
static void gone_while_it_enters(void **state)
{
	struct pin *p;

	leavings = 0;
	add(UA, PAGES(4));
	p = region(0)->pin;
	assert_true(pin_claim(p));
	shim_on_resched(leave_meanwhile);
	pin_enter(p);
	end();
}

static void come_back_meanwhile(void)
{
	if (leavings)
		return;
	leave_meanwhile();
	assert_int_equal(regions_adopt_mm(&m), 0);
	add(UA, PAGES(4));
}

static void back_while_it_enters(void **state)
{
	struct pin *p;

	leavings = 0;
	add(UA, PAGES(4));
	p = region(0)->pin;
	assert_true(pin_claim(p));
	shim_on_resched(come_back_meanwhile);
	pin_enter(p);
	assert_ptr_equal(region(0)->pin, p);
	assert_int_equal(world.mm.locked_vm, 4);
	end();
}

/* --- the memory for runs --- */

#define RUNS_UA	0x7fd000000000UL

static u64 bytes_of(unsigned long ua, u64 size)
{
	u64 before = shim_alloc_bytes(), bytes;

	assert_int_equal(regions_unregister(&m, UA, PAGES(1)), 0);
	before = shim_alloc_bytes();
	add(ua, size);
	bytes = shim_alloc_bytes() - before;
	assert_int_equal(regions_unregister(&m, ua, size), 0);
	add(UA, PAGES(1));
	return bytes;
}

/* Never more than 8 bytes for a page, and a twentieth of that for pages of 2 MiB. */
static void memory_for_runs(void **state)
{
	const u64 scattered = UA_SIZE / PAGE_SIZE - 16, huge = 512 * MiB;

	shim_map_user(&world.mm, RUNS_UA, huge, 21);
	add(UA, PAGES(1));
	assert_true(bytes_of(UA + PAGES(8), PAGES(scattered)) <= 8 * scattered + 512);
	assert_true(bytes_of(RUNS_UA, huge) <= 8 * (huge >> PAGE_SHIFT) / 20 + 512);
	assert_true(bytes_of(UA + PAGES(8), PAGES(1)) <= 512);
	end();
}

static void runs_are_charged(void **state)
{
	const u64 n = PAGE_SIZE / 8 * 2;

	shim_map_user(&world.mm, RUNS_UA, PAGES(n), PAGE_SHIFT);
	world.mm.limit = n + 1;
	assert_int_equal(regions_register(&m, RUNS_UA, PAGES(n)), -ENOMEM);
	assert_int_equal(world.mm.locked_vm, 0);
	assert_int_equal(shim_pins(), 0);
	world.mm.limit = n + 2;
	add(RUNS_UA, PAGES(n));
	assert_int_equal(world.mm.locked_vm, n + 2);
	end();
}

/* --- one user and the others --- */

static u32 user_mm_met;

static void meet_user_mm(void)
{
	struct user_mm *other = user_mm_get(&world.other);

	/* A user who holds his mmap_lock does not delay other users. */
	pin_retry(other, U32_MAX);
	user_mm_put(other);
	user_mm_met++;
}

static void nobody_waits_for_another_ones_memory(void **state)
{
	user_mm_met = 0;
	add(UA, PAGES(4));
	shim_on_mmap_lock(meet_user_mm);
	assert_int_equal(regions_unregister(&m, UA, PAGES(4)), 0);
	shim_on_mmap_lock(NULL);
	assert_int_equal(user_mm_met, 1);
	end();
}

/* --- dirty pages --- */

/* An IOMMU page over contiguous ordinary pages: each of them is marked dirty. */
static void dirty_marks_each_page_of_a_piece(void **state)
{
	const unsigned long ua = 0x7fc000000000UL;
	u64 next;

	shim_map_flat(&world.mm, ua, 64 * MiB, 24);
	add(ua, 32 * MiB);
	next = regions_dirty(shim_hpa(&world.mm, ua), 24);
	assert_int_equal(next, shim_hpa(&world.mm, ua + 16 * MiB));
	assert_int_equal(shim_dirty_count(), 16 * MiB / PAGE_SIZE);
	assert_true(shim_dirty(shim_hpa(&world.mm, ua + 16 * MiB - PAGE_SIZE)));
	end();
}


#define FILE_UA		0x7fd000000000UL
#define FILE_PAGES	(600)

static u64 file_pages_marked(void)
{
	u64 marked = 0, i;

	for (i = 0; i < FILE_PAGES; i++)
		marked += shim_dirty(shim_hpa(&world.mm, FILE_UA + PAGES(i)));
	return marked;
}

/* The driver tells the page's file system before it unpins the page, where it may sleep. */
static void pages_of_a_file(void **state)
{
	shim_map_file(&world.mm, FILE_UA, PAGES(FILE_PAGES));
	add(FILE_UA, PAGES(FILE_PAGES));
	add(UA, PAGES(1));
	hold_region(0, 1);
	hold_region(1, 2);
	regions_dirty(shim_hpa(&world.mm, UA), PAGE_SHIFT);
	regions_dirty(shim_hpa(&world.mm, FILE_UA), PAGE_SHIFT);
	assert_int_equal(shim_dirty_count(), 1);
	regions_drop(&m, region(0)->id, 1);
	regions_drop(&m, region(1)->id, 2);
	assert_int_equal(regions_unregister(&m, FILE_UA, PAGES(FILE_PAGES)), 0);
	assert_int_equal(file_pages_marked(), FILE_PAGES);
	end();
}

/* No device could write to it. */
static void a_file_that_is_only_read(void **state)
{
	struct region_run run = { FILE_UA, PAGE_SHIFT, PAPR_TCE_READ, 1 };
	struct region_page page;
	u64 hpa;
	u32 id;

	shim_map_file(&world.mm, FILE_UA, PAGES(FILE_PAGES));
	add(FILE_UA, PAGES(FILE_PAGES));
	assert_int_equal(hold_in(&m, &run, &hpa, &id), 1);
	regions_drop(&m, id, 1);
	page = regions_hold_page(&m, run.ua, run.page_shift, run.perm);
	assert_int_equal(page.region, id);
	assert_int_equal(page.hpa, hpa);
	regions_drop(&m, id, 1);
	assert_int_equal(regions_unregister(&m, FILE_UA, PAGES(FILE_PAGES)), 0);
	assert_int_equal(file_pages_marked(), 0);
	/* The same for one page held by itself, and for pages that only KVM could map. */
	add(FILE_UA, PAGES(2));
	run.perm = PAPR_TCE_PERM;
	id = regions_hold_page(&m, run.ua, run.page_shift, run.perm).region;
	assert_true(id);
	regions_drop(&m, id, 1);
	assert_int_equal(regions_unregister(&m, FILE_UA, PAGES(2)), 0);
	assert_int_equal(file_pages_marked(), 2);
	add(FILE_UA + PAGES(2), PAGES(2));
	show(0);
	assert_int_equal(regions_unregister(&m, FILE_UA + PAGES(2), PAGES(2)), 0);
	assert_int_equal(file_pages_marked(), 4);
	end();
}

/* ext4 would warn about such a page, and not write it: the driver logs it instead. */
static void a_page_that_its_file_system_forgot(void **state)
{
	u64 lines = shim_log_lines();

	shim_map_file(&world.mm, FILE_UA, PAGES(FILE_PAGES));
	pfn_to_page(shim_hpa(&world.mm, FILE_UA + PAGES(1)) >> PAGE_SHIFT)->bare = true;
	add(FILE_UA, PAGES(3));
	hold_region(0, 1);
	regions_drop(&m, region(0)->id, 1);
	assert_int_equal(regions_unregister(&m, FILE_UA, PAGES(3)), 0);
	assert_int_equal(file_pages_marked(), 2);
	assert_int_equal(shim_log_lines(), lines + 1);
	end();
}

/* --- how often a page can be pinned --- */

/* The kernel would warn at sixteen times this number. */
#define MOST_PINS	(128 * 1024)

static void pinned_too_often(void **state)
{
	struct page *page = pfn_to_page(shim_hpa(&world.mm, UA + PAGES(700)) >> PAGE_SHIFT);

	page->pins += MOST_PINS;
	assert_int_equal(regions_register(&m, UA, PAGES(800)), -ENOMEM);
	assert_int_equal(page->pins, MOST_PINS);
	assert_int_equal(world.mm.locked_vm, 0);
	page->pins--;
	add(UA, PAGES(800));
	assert_int_equal(page->pins, MOST_PINS);
	page->pins -= MOST_PINS - 1;
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
		MEMORY_TEST(more_than_there_is),
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
		MEMORY_TEST(dirty_marks_the_page),
		MEMORY_TEST(another_use_of_the_same_pages_only),
		MEMORY_TEST(pinned_by_two_at_once),
		MEMORY_TEST(orphans_are_not_joined),
		MEMORY_TEST(orphans_come_back),
		MEMORY_TEST(orphans_make_room),
		MEMORY_TEST(killed_while_it_looks),
		MEMORY_TEST(killed_while_it_pins),
		MEMORY_TEST(every_pin_can_fail),
		MEMORY_TEST(enters_once),
		MEMORY_TEST(cannot_enter),
		MEMORY_TEST(other_pages_do_not_enter),
		MEMORY_TEST(a_part_of_another_does_not_enter),
		MEMORY_TEST(what_is_there_already),
		MEMORY_TEST(found_too_early),
		MEMORY_TEST(gone_while_it_enters),
		MEMORY_TEST(back_while_it_enters),
		MEMORY_TEST(memory_for_runs),
		MEMORY_TEST(runs_are_charged),
		MEMORY_TEST(nobody_waits_for_another_ones_memory),
		MEMORY_TEST(dirty_marks_each_page_of_a_piece),
		MEMORY_TEST(pages_of_a_file),
		MEMORY_TEST(a_file_that_is_only_read),
		MEMORY_TEST(a_page_that_its_file_system_forgot),
		MEMORY_TEST(pinned_too_often),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
