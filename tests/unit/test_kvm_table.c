// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_kvm_table.c - kvm_table.h: KVM writes to the tables, too, one TCE at a time, at any time.
 *
 * After each step the walker (walk.c) checks that every page that a TCE reaches is pinned. In the
 * end all counts are 0.
 */
#include <string.h>
#include <asm/mmu_context.h>
#include <linux/errno.h>
#include "kvm.h"
#include "memory/pin.h"
#include "world.h"

#define PAGE		(4 * KiB)
#define A		UA
#define B		(UA + 16 * MiB)
#define REGION		(4 * MiB)
#define LEAF		(512 * PAGE)
/* What gets slots at once, when the user maps a page of it. */
#define NEAR		(16 * LEAF)

/* What KVM has taken of the default window. */
static struct kvm_table *taken;

static void let_go(void)
{
	if (taken)
		shim_lookup_drop(taken);
	taken = NULL;
}

static int setup(void **state)
{
	world_setup(state);
	kvm_pause = NULL;
	kvm_warnings = 0;
	taken = NULL;
	world_attach();
	assert_int_equal(ioas_register(&world.ioas, A, REGION), 0);
	assert_int_equal(ioas_register(&world.ioas, B, REGION), 0);
	return 0;
}

#define LEND_TEST(name)	cmocka_unit_test_setup(name, setup)

/* What KVM finds for window @num. */
static struct kvm_table *found(u32 num)
{
	assert_non_null(world.one.kvm[num]);
	return world.one.kvm[num];
}

static int put(u64 ioba, u64 ua, u64 perm)
{
	if (taken != found(0)) {
		let_go();
		taken = found(0);
		assert_true(shim_lookup_hold(taken));
	}
	return kvm_put_tce(taken, ioba, ua, perm);
}

static int map(u64 ioba, u64 ua, u64 size)
{
	return ioas_map(&world.ioas, ioba, ua, size, RW);
}

static int unmap(u64 ioba, u64 size)
{
	return ioas_unmap(&world.ioas, ioba, size);
}

/*
 * The guest's first request goes through user space; from then on KVM has slots, for the leaves
 * nearby, too. KVM finds the regions that the user mapped after that request.
 */
static void lent(u64 ioba, u32 leaves)
{
	u64 end = ioba + leaves * LEAF;

	assert_int_equal(put(ioba, A, RW), KVM_TOO_HARD);
	for (; ioba < end; ioba += LEAF) {
		assert_int_equal(map(ioba, A, PAGE), 0);
		assert_int_equal(map(ioba, B, PAGE), 0);
		assert_int_equal(put(ioba, 0, 0), KVM_DONE);
	}
	world_check();
	model_clear_counts();
}

static u64 reads(u64 ioba)
{
	u64 hpa;
	u64 perm = model_translate(world.one.hv, ioba, &hpa);

	return perm ? hpa | perm : 0;
}

static void assert_reads(u64 ioba, u64 ua)
{
	assert_int_equal(reads(ioba), ua ? world_tce(ua, RW) : 0);
}

/* Nothing of KVM's is left, and KVM never had a reason to warn. */
static void end(void)
{
	kvm_pause = NULL;
	shim_on_resched(NULL);
	world_check();
	assert_int_equal(kvm_warnings, 0);
	world_give_back();
	let_go();
	world_end();
}

static u64 counted(void)
{
	return shim_counted(&world.mm);
}

/* --- what KVM does --- */

static void first_touch_goes_to_user_space(void **state)
{
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, A, PAGE), 0);
	assert_int_equal(put(PAGE, A, RW), KVM_DONE);
	/* The leaves nearby got slots with it, the others have none. */
	assert_int_equal(put(NEAR - PAGE, A, RW), KVM_DONE);
	assert_int_equal(put(NEAR, A, RW), KVM_TOO_HARD);
	assert_int_equal(counted(), 2);
	/* From the middle, in both directions. */
	assert_int_equal(map(2 * NEAR + 5 * LEAF, A, PAGE), 0);
	assert_int_equal(put(2 * NEAR - PAGE, A, RW), KVM_TOO_HARD);
	assert_int_equal(put(2 * NEAR, A, RW), KVM_DONE);
	assert_int_equal(put(3 * NEAR - PAGE, A, RW), KVM_DONE);
	assert_int_equal(put(3 * NEAR, A, RW), KVM_TOO_HARD);
	/* The window's last entries. */
	assert_int_equal(map(DFLT_SIZE - PAGE, A, PAGE), 0);
	assert_int_equal(put(DFLT_SIZE - NEAR, A, RW), KVM_DONE);
	end();
}

/* Slots that nobody has asked for are not worth an error: the MAP is done without them. */
static void short_of_memory_for_slots_nearby(void **state)
{
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, A, PAGE), 0);
	/* A leaf, its cells and its slots, the next leaf, and not that one's cells. */
	shim_fail_alloc(5);
	assert_int_equal(map(NEAR, A, PAGE), 0);
	assert_false(shim_alloc_armed());
	assert_reads(NEAR, A);
	assert_int_equal(put(NEAR + PAGE, A, RW), KVM_DONE);
	assert_int_equal(put(NEAR + LEAF, A, RW), KVM_TOO_HARD);
	/* The next MAP there brings them. */
	assert_int_equal(map(NEAR + LEAF, A, PAGE), 0);
	assert_int_equal(put(2 * NEAR - PAGE, A, RW), KVM_DONE);
	end();
}

static void short_of_locked_memory_for_slots_nearby(void **state)
{
	const u64 one = DIV_ROUND_UP(512 * (8 + 4 + 8) + 64, PAGE_SIZE);
	const u64 limit = world.mm.limit;

	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, A, PAGE), 0);
	world.mm.limit = world.mm.locked_vm + one;
	assert_int_equal(map(NEAR, A, PAGE), 0);
	assert_int_equal(put(NEAR + PAGE, A, RW), KVM_DONE);
	assert_int_equal(put(2 * NEAR - PAGE, A, RW), KVM_TOO_HARD);
	/* A leaf that is asked for is another matter. */
	assert_int_equal(map(2 * NEAR, A, PAGE), -ENOMEM);
	world.mm.limit = limit;
	assert_int_equal(map(2 * NEAR, A, PAGE), 0);
	end();
}

/* Mappings from before KVM's first call are a run: to clear a page of a run needs memory. */
static void no_memory_goes_to_user_space(void **state)
{
	assert_int_equal(map(0, A, LEAF), 0);
	shim_fail_alloc(1);
	assert_int_equal(put(PAGE, 0, 0), KVM_TOO_HARD);
	assert_false(shim_alloc_armed());
	shim_fail_alloc(0);
	assert_int_equal(kvm_warnings, 1);
	kvm_warnings = 0;
	/* KVM has cleared the half-done entry. */
	assert_reads(PAGE, 0);
	world_check();
	/* There is memory for the next calls. */
	assert_int_equal(unmap(PAGE, PAGE), 0);
	shim_fail_alloc(1);
	assert_int_equal(put(2 * PAGE, 0, 0), KVM_DONE);
	assert_true(shim_alloc_armed());
	shim_fail_alloc(0);
	assert_reads(PAGE, 0);
	assert_reads(2 * PAGE, 0);
	assert_reads(3 * PAGE, A + 3 * PAGE);
	end();
}

static void one_call_for_each_write(void **state)
{
	u64 i;

	lent(0, 1);
	for (i = 0; i < 64; i++)
		assert_int_equal(put(i * PAGE, A + i * PAGE, RW), KVM_DONE);
	assert_int_equal(model_count(MODEL_PUT), 64);
	assert_int_equal(model_count_of(MODEL_HCALLS), 64);
	assert_int_equal(counted(), 64);
	world_check();
	for (i = 0; i < 64; i++)
		assert_reads(i * PAGE, A + i * PAGE);
	for (i = 0; i < 128; i++)
		assert_int_equal(put(i * PAGE, 0, 0), KVM_DONE);
	/* No hypercall for a TCE that is invalid already. */
	assert_int_equal(model_count_of(MODEL_HCALLS), 128);
	assert_int_equal(counted(), 0);
	end();
}

static void overwriting_counts_once(void **state)
{
	lent(0, 1);
	assert_int_equal(put(0, A, RW), KVM_DONE);
	assert_int_equal(put(0, B, RW), KVM_DONE);
	assert_int_equal(put(0, B + PAGE, PAPR_TCE_READ), KVM_DONE);
	assert_int_equal(counted(), 1);
	assert_int_equal(reads(0), world_tce(B + PAGE, PAPR_TCE_READ));
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
	assert_int_equal(ioas_unregister(&world.ioas, B, REGION), -EBUSY);
	assert_int_equal(put(0, 0, 0), KVM_DONE);
	assert_int_equal(ioas_unregister(&world.ioas, B, REGION), 0);
	end();
}

static void takes_over_what_the_user_mapped(void **state)
{
	lent(0, 1);
	assert_int_equal(map(0, A, 8 * PAGE), 0);
	assert_int_equal(put(0, B, RW), KVM_DONE);
	assert_int_equal(put(PAGE, 0, 0), KVM_DONE);
	world_check();
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), -EBUSY);
	assert_int_equal(unmap(2 * PAGE, 6 * PAGE), 0);
	/* KVM has overwritten the region's other TCEs. */
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
	end();
}

static void user_takes_over_what_kvm_wrote(void **state)
{
	u32 i;

	lent(0, 1);
	for (i = 0; i < 8; i++)
		assert_int_equal(put(i * PAGE, A + i * PAGE, RW), KVM_DONE);
	assert_int_equal(map(0, B, 4 * PAGE), 0);
	world_check();
	assert_int_equal(counted(), 4);
	assert_int_equal(unmap(0, 16 * PAGE), 0);
	world_check();
	assert_int_equal(counted(), 0);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
	assert_int_equal(ioas_unregister(&world.ioas, B, REGION), 0);
	end();
}

static void written_pages_are_dirty(void **state)
{
	u32 i;

	lent(0, 1);
	for (i = 0; i < 8; i++)
		assert_int_equal(put(i * PAGE, A + i * 64 * KiB, i & 1 ? PAPR_TCE_READ : RW),
				 KVM_DONE);
	assert_int_equal(put(0, 0, 0), KVM_DONE);
	assert_int_equal(put(PAGE, 0, 0), KVM_DONE);
	assert_int_equal(put(2 * PAGE, B, PAPR_TCE_READ), KVM_DONE);
	assert_int_equal(unmap(4 * PAGE, 2 * PAGE), 0);
	assert_int_equal(map(6 * PAGE, B, 2 * PAGE), 0);
	for (i = 1; i < 8; i++)
		assert_int_equal(shim_dirty(world_tce(A + i * 64 * KiB, 0)), !(i & 1));
	end();
}

/* A guest may set any bits between the address and the permissions. */
static void odd_bits_do_not_pass(void **state)
{
	lent(0, 1);
	shim_kernel_enter();
	assert_non_null(kvm_table_slot(found(0), 0));
	assert_int_equal(mm_iommu_mapped_inc(world.ioas.regions.by_id[0]->pin->mem), 0);
	assert_int_equal(kvm_table_exchange(found(0), 0, world_tce(A, 0) | 0xffc, RW), 0);
	shim_kernel_leave();
	assert_reads(0, A);
	assert_int_equal(atomic64_read(&world_table(0)->shadow.unknown), 0);
	assert_int_equal(unmap(0, PAGE), 0);
	end();
}

/* --- what KVM finds --- */

static u64 findable(void)
{
	return shim_regions(&world.mm);
}

/* Regions do not go into mm_iommu for a table that KVM does not have. */
static void nothing_is_shown_without_kvm(void **state)
{
	assert_int_equal(map(0, A, REGION), 0);
	assert_int_equal(map(0, B, REGION), 0);
	assert_int_equal(findable(), 0);
	assert_int_equal(put(LEAF, A, RW), KVM_TOO_HARD);
	assert_int_equal(findable(), 0);
	assert_int_equal(map(LEAF, B, PAGE), 0);
	assert_int_equal(findable(), 1);
	world_check();
	end();
}

/* KVM does not only need slots: each MAP shows its region to KVM. */
static void found_when_mapped(void **state)
{
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, A, PAGE), 0);
	assert_int_equal(put(0, A, RW), KVM_DONE);
	assert_int_equal(put(0, B, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, B, PAGE), 0);
	assert_int_equal(put(0, B, RW), KVM_DONE);
	assert_int_equal(findable(), 2);
	assert_int_equal(put(0, 0, 0), KVM_DONE);
	assert_int_equal(ioas_unregister(&world.ioas, B, REGION), 0);
	assert_int_equal(findable(), 1);
	assert_int_equal(put(0, B, RW), KVM_TOO_HARD);
	end();
}

/* A MAP of many regions shows each of them. */
static void all_of_a_map_is_found(void **state)
{
	const u64 c = B + 32 * MiB;
	u32 i;

	for (i = 0; i < 40; i++)
		assert_int_equal(ioas_register(&world.ioas, c + i * PAGE_SIZE, PAGE_SIZE), 0);
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, c + PAGE_SIZE, 38 * PAGE_SIZE), 0);
	assert_int_equal(findable(), 38);
	assert_int_equal(put(0, c + 38 * PAGE_SIZE, RW), KVM_DONE);
	assert_int_equal(put(0, c, RW), KVM_TOO_HARD);
	assert_int_equal(put(0, c + 39 * PAGE_SIZE, RW), KVM_TOO_HARD);
	end();
}

/* The driver tries once to show memory to mm_iommu. If that fails, user space still maps it. */
static void what_cannot_be_shown(void **state)
{
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	shim_map_user(&world.mm, A + PAGE_SIZE, PAGE_SIZE, PAGE_SHIFT);
	assert_int_equal(map(0, A, PAGE), 0);
	world_check();
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, A, PAGE), 0);
	assert_int_equal(findable(), 0);
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), -EBUSY);
	assert_int_equal(unmap(0, PAGE), 0);
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
	end();
}

static u32 meanwhile;

static void unregister_it(void)
{
	if (!meanwhile++)
		assert_int_equal(ioas_unregister(&world.ioas, A, REGION), -EBUSY);
}

/* A region cannot be unregistered while it is being shown to KVM. */
static void unregister_while_it_is_shown(void **state)
{
	meanwhile = 0;
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	shim_on_resched(unregister_it);
	assert_int_equal(map(0, A, PAGE), 0);
	shim_on_resched(NULL);
	assert_true(meanwhile);
	assert_int_equal(put(0, A, RW), KVM_DONE);
	end();
}

static void end_it(void)
{
	if (meanwhile++)
		return;
	ioas_detach(&world.ioas, &world.one.pe);
	ioas_kill(&world.ioas);
}

static void the_end_while_it_is_shown(void **state)
{
	meanwhile = 0;
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	shim_on_resched(end_it);
	assert_int_equal(map(0, A, PAGE), -ENODEV);
	shim_on_resched(NULL);
	assert_int_equal(findable(), 0);
	assert_int_equal(shim_pins(), 0);
	end();
}

/* --- tables that KVM is not lent --- */

static void not_for_another_process(void **state)
{
	lent(0, 1);
	shim_set_mm(&world.other);
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	shim_set_mm(&world.mm);
	assert_int_equal(put(0, A, RW), KVM_DONE);
	end();
}

static void not_beyond_the_window(void **state)
{
	lent(DFLT_SIZE - LEAF, 1);
	assert_int_equal(put(DFLT_SIZE - PAGE, A, RW), KVM_DONE);
	assert_int_equal(put(DFLT_SIZE, A, RW), KVM_TOO_HARD);
	assert_int_equal(put(DFLT_SIZE, 0, 0), KVM_DONE);
	assert_int_equal(put(~0ULL & ~(PAGE - 1), A, RW), KVM_TOO_HARD);
	end();
}

/* KVM relies on mm_iommu's word about large pages. */
static void not_for_large_pages(void **state)
{
	u64 start;

	assert_int_equal(ioas_register(&world.ioas, HUGE_UA, HUGE_SIZE), 0);
	assert_int_equal(ioas_create(&world.ioas, HUGE_SHIFT, HUGE_SIZE, 1, &start), 0);
	assert_null(kvm_table_slot(found(1), start >> HUGE_SHIFT));
	assert_int_equal(map(start, HUGE_UA, HUGE_SIZE), 0);
	assert_null(kvm_table_slot(found(1), start >> HUGE_SHIFT));
	/* But the guest can clear TCEs. */
	assert_int_equal(kvm_table_exchange(found(1), start >> HUGE_SHIFT, 0, 0), 0);
	assert_int_equal(reads(start), 0);
	end();
}

static void not_for_loose_pages(void **state)
{
	world_setup(NULL);
	ioas_init(&world.ioas, true);
	world_attach();
	assert_int_equal(ioas_enable(&world.ioas), 0);
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, A, 4 * PAGE), 0);
	assert_int_equal(put(PAGE, A, RW), KVM_TOO_HARD);
	world_check();
	assert_int_equal(put(2 * PAGE, 0, 0), KVM_DONE);
	world_check();
	assert_reads(2 * PAGE, 0);
	assert_true(shim_dirty(world_tce(A + 2 * PAGE, 0)));
	end();
}

/* --- the end of windows --- */

/* Makes two TCEs of KVM's and a hundred of the user's. */
static void in_use(void)
{
	lent(0, 1);
	assert_int_equal(put(0, A, RW), KVM_DONE);
	assert_int_equal(put(PAGE, B, RW), KVM_DONE);
	assert_int_equal(map(2 * PAGE, A, 100 * PAGE), 0);
}

static void nothing_after_removal(void **state)
{
	struct kvm_table *l;
	u64 start;

	in_use();
	l = found(0);
	shim_lookup_hold(l);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_null(world.one.kvm[0]);
	assert_int_equal(counted(), 0);
	model_clear_counts();
	assert_int_equal(kvm_put_tce(l, 0, A, RW), KVM_TOO_HARD);
	assert_int_equal(kvm_put_tce(l, 0, 0, 0), KVM_DONE);
	/* The next window may have the same LIOBN, but its table is another one. */
	assert_int_equal(ioas_create(&world.ioas, 12, DFLT_SIZE, 1, &start), 0);
	assert_int_equal(start, 0);
	assert_ptr_not_equal(found(0), l);
	assert_int_equal(map(0, A, PAGE), 0);
	assert_int_equal(kvm_put_tce(l, 0, 0, 0), KVM_DONE);
	assert_reads(0, A);
	assert_int_equal(model_count(MODEL_PUT), 1);
	shim_lookup_drop(l);
	end();
}

static void reused_when_nobody_holds_it(void **state)
{
	struct kvm_table *l = found(0);
	u64 start;
	u32 i;

	for (i = 0; i < 5; i++) {
		assert_int_equal(ioas_remove(&world.ioas, 0), 0);
		assert_int_equal(ioas_create(&world.ioas, 12, DFLT_SIZE, 1, &start), 0);
		assert_ptr_equal(found(0), l);
	}
	assert_int_equal(shim_grace_periods(), 0);
	end();
}

static void nothing_after_the_end(void **state)
{
	struct kvm_table *l;

	in_use();
	l = found(0);
	shim_lookup_hold(l);
	world_give_back();
	assert_int_equal(shim_pins(), 0);
	assert_int_equal(kvm_put_tce(l, 0, A, RW), KVM_TOO_HARD);
	assert_int_equal(kvm_put_tce(l, 0, 0, 0), KVM_DONE);
	/* The drop runs in softirq: it must not sleep, and only frees the object itself. */
	assert_int_equal(shim_allocs_live(), 1);
	shim_lookup_drop(l);
	end();
}

static void removal_that_fails_leaves_it_to_kvm(void **state)
{
	in_use();
	model_fail(&(struct model_fault){ .nth = 1, .calls = MODEL_WRITES });
	assert_int_equal(ioas_remove(&world.ioas, 0), -EIO);
	model_fail(NULL);
	world_check();
	assert_reads(0, A);
	assert_reads(PAGE, B);
	assert_int_equal(counted(), 2);
	assert_int_equal(put(0, B, RW), KVM_DONE);
	end();
}

/* Without slots there is no grace period for KVM. */
static void no_grace_period_without_kvm(void **state)
{
	assert_int_equal(map(0, A, 100 * PAGE), 0);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(shim_grace_periods(), 0);
	end();
}

/* --- several PEs --- */

static struct endpoint *second(void)
{
	struct endpoint *e = world_add(DFLT_START, DFLT_SIZE, HIGH);

	assert_int_equal(pe_take(&e->pe), 0);
	return e;
}

static void assert_both_read(struct endpoint *e, u64 ioba, u64 ua)
{
	u64 hpa = 0;
	u64 perm = model_translate(e->hv, ioba, &hpa);

	assert_reads(ioba, ua);
	assert_int_equal(perm ? hpa | perm : 0, ua ? world_tce(ua, RW) : 0);
}

static void every_pe_is_written(void **state)
{
	struct endpoint *e = second();

	in_use();
	assert_int_equal(ioas_attach(&world.ioas, &e->pe), 0);
	/* One object for all PEs, also for the one that joined late. */
	assert_ptr_equal(e->kvm[0], found(0));
	assert_both_read(e, 0, A);
	model_clear_counts();
	assert_int_equal(put(4 * PAGE, B, RW), KVM_DONE);
	assert_int_equal(model_count(MODEL_PUT), 2);
	assert_both_read(e, 4 * PAGE, B);
	assert_int_equal(put(4 * PAGE, 0, 0), KVM_DONE);
	assert_both_read(e, 4 * PAGE, 0);
	world_check();
	ioas_detach(&world.ioas, &e->pe);
	assert_int_equal(model_valid(e->hv), 0);
	assert_reads(0, A);
	model_clear_counts();
	assert_int_equal(put(4 * PAGE, B, RW), KVM_DONE);
	assert_int_equal(model_count(MODEL_PUT), 1);
	end();
}

static struct {
	struct kvm_table *l;
	u32 left;		/* pauses of the act until KVM runs */
	u32 turns;
	bool remove;
	bool again;		/* and at all later pauses */
} intruder;

/* KVM writes at the beginning, at the end and in the middle of the range that others work on. */
static void intrude(void)
{
	u64 at[] = { 0, 7 * PAGE, 511 * PAGE, LEAF, 2 * LEAF - PAGE };
	u32 i;

	if (intruder.left ? --intruder.left : !intruder.again)
		return;
	intruder.turns++;
	for (i = 0; i < ARRAY_SIZE(at); i++)
		kvm_put_tce(intruder.l, at[i], A + REGION - (i + 1) * PAGE,
			    intruder.remove ? 0 : RW);
}

static void join_and_leave(void)
{
	if (!ioas_attach(&world.ioas, &world.more[0].pe)) {
		world_check();
		ioas_detach(&world.ioas, &world.more[0].pe);
	}
}

static void map_over(void)
{
	map(0, B, 2 * LEAF);
}

static void unmap_all(void)
{
	unmap(0, 2 * LEAF);
}

static void map_that_fails(void)
{
	model_fail(&(struct model_fault){ .nth = 2, .calls = MODEL_CALL(INDIRECT) });
	assert_int_equal(map(0, B, 2 * LEAF), -EIO);
}

static void unmap_that_fails(void)
{
	model_fail(&(struct model_fault){ .nth = 2, .calls = MODEL_CALL(STUFF) });
	assert_int_equal(unmap(0, 2 * LEAF), -EIO);
}

/* The second failure keeps the old TCEs from being restored. */
static void map_that_fails_badly(void)
{
	model_fail(&(struct model_fault){ .nth = 2, .times = 2, .when = MODEL_HALFWAY,
					  .calls = MODEL_CALL(INDIRECT) });
	assert_int_equal(map(0, B, 2 * LEAF), -EIO);
}

static void unmap_that_fails_badly(void)
{
	model_fail(&(struct model_fault){ .nth = 2, .times = 2, .when = MODEL_HALFWAY,
					  .calls = MODEL_CALL(STUFF) | MODEL_CALL(INDIRECT) });
	/* KVM may have left nothing mapped, and then the UNMAP succeeds. */
	unmap(0, 2 * LEAF);
}

/* Entries in an unknown state, KVM's writes, and a MAP over both that fails. */
static void unknown_and_again(void)
{
	map_that_fails_badly();
	model_fail(NULL);
	cond_resched();
	map_that_fails();
	cond_resched();
	unmap_that_fails_badly();
}

static void busy_map(void)
{
	model_busy(~0U, 3, PAPR_H_BUSY, 0);
	map(0, B, 2 * LEAF);
}

static void busy_unmap(void)
{
	model_busy(~0U, 3, PAPR_H_BUSY, 0);
	unmap(0, 2 * LEAF);
}

static void remove_window(void)
{
	u64 start;

	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_create(&world.ioas, 12, DFLT_SIZE, 1, &start), 0);
}

/* Fills two leaves with the user's mappings and KVM's. */
static void mixed(void)
{
	lent(0, 2);
	assert_int_equal(map(0, A, LEAF / 2), 0);
	assert_int_equal(map(LEAF, A, LEAF), 0);
	assert_int_equal(put(7 * PAGE, B, RW), KVM_DONE);
	assert_int_equal(put(400 * PAGE, B + PAGE, RW), KVM_DONE);
	assert_int_equal(put(LEAF, B + 2 * PAGE, RW), KVM_DONE);
}

/* Runs @act again and again; KVM runs at another of its pauses each time. */
static void with_intruder(void (*act)(void), bool two_pes)
{
	u32 at;

	for (at = 0; ; at++) {
		u32 i;

		setup(NULL);
		if (two_pes)
			second();
		mixed();
		intruder.l = found(0);
		shim_lookup_hold(intruder.l);
		intruder.left = at / 4 + 1;
		intruder.turns = 0;
		intruder.remove = at & 1;
		intruder.again = at & 2;
		shim_on_resched(intrude);
		act();
		shim_on_resched(NULL);
		model_fail(NULL);
		model_busy(0, 0, 0, 0);
		shim_lookup_drop(intruder.l);
		world_check();
		/* Both leaves can be used as before. */
		for (i = 0; i < 2; i++)
			assert_int_equal(unmap(i * LEAF, LEAF), 0);
		assert_int_equal(counted(), 0);
		assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
		assert_int_equal(ioas_unregister(&world.ioas, B, REGION), 0);
		end();
		if (!intruder.turns)
			return;
		assert_true(at < 400);
	}
}

static void in_the_middle_of_a_map(void **state)
{
	with_intruder(map_over, false);
	with_intruder(busy_map, false);
	with_intruder(map_that_fails, false);
	with_intruder(map_that_fails_badly, false);
}

static void in_the_middle_of_an_unmap(void **state)
{
	with_intruder(unmap_all, false);
	with_intruder(busy_unmap, false);
	with_intruder(unmap_that_fails, false);
	with_intruder(unmap_that_fails_badly, false);
	with_intruder(unknown_and_again, false);
}

static void in_the_middle_of_a_removal(void **state)
{
	u32 at;

	for (at = 0; at < 40; at++) {
		setup(NULL);
		mixed();
		intruder.l = found(0);
		shim_lookup_hold(intruder.l);
		intruder.left = at / 4 + 1;
		intruder.remove = at & 1;
		intruder.again = at & 2;
		shim_on_resched(intrude);
		remove_window();
		shim_on_resched(NULL);
		shim_lookup_drop(intruder.l);
		end();
	}
}

static void in_the_middle_of_joining(void **state)
{
	with_intruder(join_and_leave, true);
}

/* --- when the hypervisor says no --- */

static void refused(u64 nth, u64 times, enum model_when when)
{
	model_fail(&(struct model_fault){ .nth = nth, .times = times, .when = when,
					  .calls = MODEL_CALL(PUT) });
}

/* A device must not reach the page after KVM has counted down for it. */
static void refused_page_is_not_there(void **state)
{
	u32 when;

	for (when = 0; when < 3; when++) {
		setup(NULL);
		in_use();
		refused(1, 1, when);
		assert_int_equal(put(0, B, RW), KVM_TOO_HARD);
		assert_int_equal(kvm_warnings, 1);
		world_check();
		assert_reads(0, 0);
		/* But a device could reach it for a moment. */
		assert_true(when != MODEL_AFTER || shim_dirty(world_tce(B, 0)));
		assert_int_equal(ioas_unregister(&world.ioas, B, REGION), -EBUSY);
		assert_int_equal(put(0, B, RW), KVM_DONE);
		kvm_warnings = 0;
		end();
	}
}

/* The TCE may still be valid, so its page stays pinned until the TCE is really cleared. */
static void refused_removal_stays(void **state)
{
	u32 when;

	for (when = 0; when < 3; when++) {
		setup(NULL);
		in_use();
		refused(1, 2, when);
		assert_int_equal(put(0, 0, 0), KVM_TOO_HARD);
		assert_reads(0, when == MODEL_AFTER ? 0 : A);
		world_check();
		assert_int_equal(world.ioas.regions.unknown, 1);
		assert_int_equal(ioas_unregister(&world.ioas, A, REGION), -EBUSY);
		if (when)
			assert_int_equal(unmap(0, PAGE), 0);
		else
			assert_int_equal(put(0, 0, 0), KVM_DONE);
		assert_reads(0, 0);
		assert_int_equal(world.ioas.regions.unknown, 0);
		kvm_warnings = 0;
		end();
	}
}

/* Write and clear fail: the TCE is unknown, and no page is unpinned before the window is gone. */
static void lost_pages_stay_pinned(void **state)
{
	u32 when;
	u64 start;

	for (when = 0; when < 3; when++) {
		setup(NULL);
		in_use();
		refused(1, 2, when);
		assert_int_equal(put(PAGE, A, RW), KVM_DONE);
		model_fail(NULL);
		world_check();
		assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
		assert_int_equal(unmap(0, 200 * PAGE), 0);
		world_check();
		assert_int_equal(ioas_unregister(&world.ioas, A, REGION), -EBUSY);
		assert_int_equal(ioas_unregister(&world.ioas, B, REGION), -EBUSY);
		assert_int_equal(shim_log_lines(), 1);
		assert_int_equal(ioas_remove(&world.ioas, 0), 0);
		world_check();
		assert_int_equal(model_valid(world.one.hv), 0);
		assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
		assert_int_equal(ioas_unregister(&world.ioas, B, REGION), 0);
		assert_int_equal(ioas_create(&world.ioas, 12, DFLT_SIZE, 1, &start), 0);
		world_give_back();
		let_go();
		world_check_end();
	}
}

/* One of two PEs has the TCE, which could not be taken back: the guest's next call does that. */
static void lost_is_cleared_when_asked(void **state)
{
	struct endpoint *e = second();

	in_use();
	assert_int_equal(ioas_attach(&world.ioas, &e->pe), 0);
	refused(2, 2, MODEL_BEFORE);
	assert_int_equal(put(200 * PAGE, A, RW), KVM_DONE);
	model_fail(NULL);
	assert_reads(200 * PAGE, A);
	world_check();
	assert_int_equal(put(200 * PAGE, 0, 0), KVM_DONE);
	assert_reads(200 * PAGE, 0);
	assert_true(shim_dirty(world_tce(A, 0)));
	world_check();
	ioas_detach(&world.ioas, &e->pe);
	pe_release(&e->pe);
	world_give_back();
	let_go();
	world_check_end();
}

static void busy_is_asked_again(void **state)
{
	in_use();
	model_busy(~0U, 5, PAPR_H_BUSY, 0);
	assert_int_equal(put(0, B, RW), KVM_DONE);
	assert_reads(0, B);
	end();
}

/* --- hostile guests: two processors at one TCE --- */

static struct {
	enum kvm_point at;
	u64 ua;
	u64 perm;
	void (*also)(void);
} other;

static void other_cpu(enum kvm_point at)
{
	if (at != other.at)
		return;
	kvm_pause = NULL;
	/* The other processor is in the kernel, too; the shim allows one such thread at a time. */
	shim_kernel_leave();
	if (other.also)
		other.also();
	else
		put(0, other.ua, other.perm);
	world_check();
	shim_kernel_enter();
}

static void unmap_it(void)
{
	assert_int_equal(unmap(0, PAGE), 0);
}

static void map_it(void)
{
	assert_int_equal(map(0, B, PAGE), 0);
}

static void forget_it(void)
{
	unmap(0, PAGE);
	ioas_unregister(&world.ioas, A, REGION);
}

static void map_and_fail(void)
{
	model_fail(&(struct model_fault){ .nth = 2, .calls = MODEL_CALL(INDIRECT) });
	assert_int_equal(map(0, B, LEAF + 2 * PAGE), -EIO);
	model_fail(NULL);
}

static void at_one_tce(void **state)
{
	void (*const also[])(void) = { NULL, NULL, unmap_it, map_it, forget_it, map_and_fail };
	u32 i, was;

	for (other.at = 0; other.at < KVM_POINTS; other.at++)
		for (i = 0; i < ARRAY_SIZE(also); i++)
			for (was = 0; was < 3; was++) {
				setup(NULL);
				lent(0, 2);
				if (was)
					put(0, was == 1 ? A + PAGE : B + PAGE, RW);
				other.also = also[i];
				other.ua = B;
				other.perm = i ? RW : 0;
				kvm_pause = other_cpu;
				put(0, A, RW);
				kvm_pause = NULL;
				world_check();
				/* Only counts that are too high may remain. */
				put(0, 0, 0);
				assert_int_equal(model_valid(world.one.hv), 0);
				assert_true(counted() <= 2);
				world_check();
				assert_int_equal(ioas_remove(&world.ioas, 0), 0);
				if (world.ioas.regions.count == 2)
					assert_int_equal(ioas_unregister(&world.ioas, A, REGION),
							 0);
				assert_int_equal(ioas_unregister(&world.ioas, B, REGION), 0);
				end();
			}
}

/* A count that nobody counts down holds the memory until the window is removed, but no longer. */
static void lost_slots_are_settled_in_the_end(void **state)
{
	lent(0, 1);
	other.at = KVM_HAS_WRITTEN;
	other.also = NULL;
	other.ua = A + PAGE;
	other.perm = RW;
	kvm_pause = other_cpu;
	assert_int_equal(put(0, A, RW), KVM_DONE);
	assert_int_equal(put(0, 0, 0), KVM_DONE);
	assert_int_equal(counted(), 1);
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), -EBUSY);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
	end();
}

/* --- two containers of one process --- */

static void memory_of_one_in_the_others_table(void **state)
{
	struct endpoint *e = second();
	static struct ioas s;
	struct kvm_table *l;

	lent(0, 1);
	ioas_init(&s, false);
	assert_int_equal(ioas_attach(&s, &e->pe), 0);
	assert_int_equal(ioas_register(&s, A + 8 * MiB, REGION), 0);
	l = kvm_find(&e->kvm[0]);
	/* Memory of the first container, which is not registered in the second. */
	assert_int_equal(kvm_put_tce(l, 0, B, RW), KVM_TOO_HARD);
	assert_int_equal(ioas_map(&s, PAGE, A + 8 * MiB, PAGE, RW), 0);
	assert_int_equal(kvm_put_tce(l, 0, B, RW), KVM_DONE);
	assert_int_equal(ioas_unregister(&world.ioas, B, REGION), -EBUSY);
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
	ioas_detach(&world.ioas, &world.one.pe);
	ioas_kill(&world.ioas);
	assert_true(shim_pinned(world_tce(B, 0)));
	assert_int_equal(model_valid(e->hv), 2);
	ioas_detach(&s, &e->pe);
	ioas_kill(&s);
	shim_lookup_drop(l);
	assert_int_equal(shim_pins(), 0);
	world_give_back();
	let_go();
	world_check_end();
}

/* Another processor of the guest writes the same TCE, and this one's count is lost. */
static void lose_one(enum kvm_point at)
{
	if (at != KVM_HAS_WRITTEN)
		return;
	kvm_pause = NULL;
	shim_kernel_leave();
	put(0, A + PAGE, RW);
	shim_kernel_enter();
}

/* Return: how many were lost. */
static u32 lose(u32 n)
{
	u32 lost = 0;

	while (n--) {
		kvm_pause = lose_one;
		lost += put(0, A, RW) == KVM_DONE;
	}
	kvm_pause = NULL;
	return lost;
}

/* The driver stops lending slots to a guest that loses one count after another. */
static void what_can_be_lost_is_bounded(void **state)
{
	u32 lost;

	lent(0, 1);
	lost = lose(2 * KVM_MAPPED_MOST_LOST);
	assert_in_range(lost, KVM_MAPPED_MOST_LOST / 2, KVM_MAPPED_MOST_LOST + 512);
	assert_in_range(counted(), KVM_MAPPED_MOST_LOST, KVM_MAPPED_MOST_LOST + 512);
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, A, PAGE), 0);
	world_check();
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_unregister(&world.ioas, A, REGION), 0);
	assert_int_equal(ioas_unregister(&world.ioas, B, REGION), 0);
	end();
}

/* Another window does not help such a guest. */
static void what_is_lost_is_remembered(void **state)
{
	struct endpoint *e = second();
	static struct ioas s;
	struct kvm_table *l;
	u64 start;

	/* Another table of the same address space, so that the counts are not dropped. */
	ioas_init(&s, false);
	assert_int_equal(ioas_attach(&s, &e->pe), 0);
	assert_int_equal(ioas_register(&s, A, REGION), 0);
	l = kvm_find(&e->kvm[0]);
	assert_int_equal(kvm_put_tce(l, 0, A, RW), KVM_TOO_HARD);
	assert_int_equal(ioas_map(&s, 0, A, PAGE, RW), 0);
	assert_int_equal(put(0, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(0, A, PAGE), 0);
	lose(KVM_MAPPED_MOST_LOST + 600);
	assert_int_equal(ioas_remove(&world.ioas, 0), 0);
	assert_int_equal(ioas_create(&world.ioas, 12, DFLT_SIZE, 1, &start), 0);
	assert_int_equal(put(start, A, RW), KVM_TOO_HARD);
	assert_int_equal(map(start, A, PAGE), 0);
	assert_int_equal(put(start, A, RW), KVM_TOO_HARD);
	ioas_detach(&s, &e->pe);
	ioas_kill(&s);
	shim_lookup_drop(l);
	world_give_back();
	let_go();
	world_check_end();
}

/* The search for a slot's region takes longer with more regions: it must not hold a spinlock. */
static void slots_are_settled_without_a_lock(void **state)
{
	u64 searches;
	u32 i;

	lent(0, 1);
	for (i = 0; i < 512; i++)
		assert_int_equal(put(i * PAGE, A + i * PAGE, RW), KVM_DONE);
	searches = shim_locked_searches();
	assert_int_equal(unmap(0, LEAF), 0);
	assert_int_equal(counted(), 0);
	assert_int_equal(shim_locked_searches(), searches);
	end();
}


int main(void)
{
	const struct CMUnitTest tests[] = {
		LEND_TEST(first_touch_goes_to_user_space),
		LEND_TEST(short_of_memory_for_slots_nearby),
		LEND_TEST(short_of_locked_memory_for_slots_nearby),
		LEND_TEST(no_memory_goes_to_user_space),
		LEND_TEST(one_call_for_each_write),
		LEND_TEST(overwriting_counts_once),
		LEND_TEST(takes_over_what_the_user_mapped),
		LEND_TEST(user_takes_over_what_kvm_wrote),
		LEND_TEST(written_pages_are_dirty),
		LEND_TEST(odd_bits_do_not_pass),
		LEND_TEST(nothing_is_shown_without_kvm),
		LEND_TEST(found_when_mapped),
		LEND_TEST(all_of_a_map_is_found),
		LEND_TEST(what_cannot_be_shown),
		LEND_TEST(unregister_while_it_is_shown),
		LEND_TEST(the_end_while_it_is_shown),
		LEND_TEST(not_for_another_process),
		LEND_TEST(not_beyond_the_window),
		LEND_TEST(not_for_large_pages),
		LEND_TEST(not_for_loose_pages),
		LEND_TEST(nothing_after_removal),
		LEND_TEST(reused_when_nobody_holds_it),
		LEND_TEST(nothing_after_the_end),
		LEND_TEST(removal_that_fails_leaves_it_to_kvm),
		LEND_TEST(no_grace_period_without_kvm),
		LEND_TEST(every_pe_is_written),
		LEND_TEST(in_the_middle_of_a_map),
		LEND_TEST(in_the_middle_of_an_unmap),
		LEND_TEST(in_the_middle_of_a_removal),
		LEND_TEST(in_the_middle_of_joining),
		LEND_TEST(refused_page_is_not_there),
		LEND_TEST(refused_removal_stays),
		LEND_TEST(lost_pages_stay_pinned),
		LEND_TEST(lost_is_cleared_when_asked),
		LEND_TEST(busy_is_asked_again),
		LEND_TEST(at_one_tce),
		LEND_TEST(lost_slots_are_settled_in_the_end),
		LEND_TEST(what_can_be_lost_is_bounded),
		LEND_TEST(what_is_lost_is_remembered),
		LEND_TEST(slots_are_settled_without_a_lock),
		LEND_TEST(memory_of_one_in_the_others_table),
	};

	return cmocka_run_group_tests_name("lend", tests, NULL, NULL);
}
