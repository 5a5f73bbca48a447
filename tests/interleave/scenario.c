// SPDX-License-Identifier: GPL-2.0-only
/*
 * scenario.c - scenarios of KVM, users, the host and the end of all, at the same time.
 *
 * Windows have 16 TCEs and regions have two pages: small ones can be tried in full. For calls
 * that overlap at the border of two leaves, the window has these two leaves.
 */
#include <linux/errno.h>
#include <linux/vfio.h>
#include "compat/vfio_driver.h"
#include "debug/debugfs.h"
#include "kernel.h"
#include "kvm.h"
#include "rcu.h"
#include "scenario.h"
#include "vfio/container.h"
#include "world.h"

#define PAGE	(4 * KiB)
#define REGION	(2 * PAGE_SIZE)
#define A	UA
#define B	(UA + MiB / 2)
#define WINDOW	(16 * PAGE)
#define LEAF	(SHADOW_LEAF_TCES * PAGE)
/* The last entry of the first leaf. */
#define BORDER	(LEAF - PAGE)

bool scenario_faulty;

/* The default window's table that KVM took in the preparation. */
static struct kvm_table *held;

/* The bus address at which KVM writes. */
static u64 base;
/* VFIO's name of a container. */
static void *container, *opened_last;

static struct pe *one(void)
{
	return &world.one.pe;
}

static struct pe *two(void)
{
	return &world.more[0].pe;
}

/* --- what is allowed --- */

static void must(int rc)
{
	if (scenario_faulty && (rc == -EIO || rc == -ENOMEM || rc == -ENOSPC || rc == -EINVAL))
		return;
	assert_int_equal(rc, 0);
}

static void may(int rc, int other)
{
	if (rc != other)
		must(rc);
}

/* KVM gets no slot if it can be preempted. */
static void kvm_must(u64 ioba, u64 ua, u64 perm)
{
	int rc = kvm_put_tce(held, ioba, ua, perm);

	assert_int_equal(rc, rcu_preemptible && perm ? KVM_TOO_HARD : KVM_DONE);
}

/* --- preparations --- */

static void setup_of(u64 size)
{
	static struct model_personality small;

	small = model_qemu;
	small.pe.size = size;
	world_setup_on(&small);
	kvm_warnings = 0;
	held = NULL;
	base = 0;
}

static void setup(void)
{
	setup_of(WINDOW);
}

static void take_two(void)
{
	world_add(0, world.one.pe.dflt.w.size, HIGH);
	must(pe_take(two()));
}

static void registered(void)
{
	setup();
	world_attach();
	must(ioas_register(&world.ioas, A, REGION));
	must(ioas_register(&world.ioas, B, REGION));
}

/* KVM has the table. The user's next MAP will make slots and show memory to KVM. */
static void wanted(void)
{
	registered();
	held = kvm_find(&world.one.kvm[0]);
	kvm_put_tce(held, 0, A, RW);
}

/* KVM has slots and finds all regions, nothing is mapped, and no page is marked dirty yet. */
static void lent(void)
{
	wanted();
	must(ioas_map(&world.ioas, 0, A, PAGE, PAPR_TCE_READ));
	must(ioas_map(&world.ioas, 0, B, PAGE, PAPR_TCE_READ));
	kvm_must(0, 0, 0);
}

static void lent_kvms(void)
{
	lent();
	kvm_must(0, A, RW);
}

static void lent_users(void)
{
	lent();
	must(ioas_map(&world.ioas, 0, A, 2 * PAGE, RW));
}

static void lent_to_join(void)
{
	lent_kvms();
	take_two();
}

static void lent_joined(void)
{
	lent_to_join();
	must(ioas_attach(&world.ioas, two()));
}

/* Opens a container as VFIO does. */
static void *open_container(void)
{
	void *c = kernel_vfio->open(VFIO_SPAPR_TCE_v2_IOMMU);

	assert_false(IS_ERR(c));
	return c;
}

static int container_call(unsigned int cmd, void *arg)
{
	return kernel_vfio->ioctl(container, cmd, (unsigned long)arg);
}

static int attach_container(void *c)
{
	return kernel_vfio->attach_group(c, (struct iommu_group *)one(), VFIO_IOMMU);
}

static void opened(void)
{
	struct vfio_iommu_spapr_register_memory reg = {
		.argsz = sizeof(reg), .vaddr = A, .size = REGION,
	};

	setup();
	must(pe_take(one()));
	must(container_driver_register());
	debugfs_start();
	container = open_container();
	must(attach_container(container));
	must(container_call(VFIO_IOMMU_SPAPR_REGISTER_MEMORY, &reg));
}

/* Nothing is registered, a PE is attached. */
static void attached(void)
{
	setup();
	world_attach();
}

/* Another process, with the second PE. */
static void two_users(void)
{
	registered();
	take_two();
	shim_set_mm(&world.other);
	shim_map_user(&world.other, A, REGION, PAGE_SHIFT);
	must(ioas_attach(&world.second, two()));
	must(ioas_register(&world.second, A, REGION));
	shim_set_mm(&world.mm);
}

/* One process has two IOASes, and KVM only has slots in the first. */
static void two_spaces(void)
{
	lent();
	must(ioas_register(&world.second, B, REGION));
	must(ioas_unregister(&world.ioas, B, REGION));
}

/* Both IOASes have registered the same range, and KVM has the first one's table. */
static void wanted_shared(void)
{
	wanted();
	must(ioas_register(&world.second, A, REGION));
}

/* A dynamic window, in which KVM has slots. */
static void lent_dynamic(void)
{
	u64 start;

	registered();
	must(ioas_create(&world.ioas, 12, WINDOW, 1, &start));
	held = kvm_find(&world.one.kvm[1]);
	base = start;
	kvm_put_tce(held, base, A, RW);
	must(ioas_map(&world.ioas, base, B, PAGE, RW));
	must(ioas_map(&world.ioas, base, A, PAGE, RW));
	kvm_must(base, A, RW);
}

/* The older API, whose MAP pins pages. */
static void v1(void)
{
	setup();
	ioas_init(&world.ioas, true);
	world_attach();
	must(ioas_enable(&world.ioas));
	must(ioas_map(&world.ioas, 0, A, 2 * PAGE, RW));
	held = kvm_find(&world.one.kvm[0]);
}

static void mapped(void)
{
	registered();
	must(ioas_map(&world.ioas, 0, A, 2 * PAGE, RW));
}

/* A guest has the window, and has made no request yet. */
static void mapped_and_held(void)
{
	mapped();
	held = kvm_find(&world.one.kvm[0]);
}

/* A window of two leaves. */
static void wide(void)
{
	setup_of(2 * LEAF);
	world_attach();
	must(ioas_register(&world.ioas, A, REGION));
	must(ioas_register(&world.ioas, B, REGION));
}

/* Both leaves exist, and one call's mapping is in both. */
static void wide_mapped(void)
{
	wide();
	must(ioas_map(&world.ioas, BORDER, A, 2 * PAGE, RW));
}

/* Empty flat leaves. */
static void wide_empty(void)
{
	wide();
	must(ioas_map(&world.ioas, BORDER, A, PAGE, RW));
	must(ioas_map(&world.ioas, LEAF, A, PAGE, RW));
	must(ioas_unmap(&world.ioas, BORDER, PAGE));
	must(ioas_unmap(&world.ioas, LEAF, PAGE));
}

static void wide_to_join(void)
{
	wide_mapped();
	take_two();
}

static void wide_joined(void)
{
	wide_to_join();
	must(ioas_attach(&world.ioas, two()));
}

/* KVM has slots in both leaves, and has written to the first one. */
static void wide_lent(void)
{
	wide();
	held = kvm_find(&world.one.kvm[0]);
	kvm_put_tce(held, 0, A, RW);
	must(ioas_map(&world.ioas, BORDER, A, 2 * PAGE, PAPR_TCE_READ));
	must(ioas_map(&world.ioas, 0, B, PAGE, PAPR_TCE_READ));
	kvm_must(0, A, RW);
}

static void wide_lent_to_join(void)
{
	wide_lent();
	take_two();
}

static void wide_lent_joined(void)
{
	wide_lent_to_join();
	must(ioas_attach(&world.ioas, two()));
}

static void taken(void)
{
	setup();
	must(pe_take(one()));
}

/* --- acts --- */

static void kvm(u64 ua, u64 perm)
{
	kvm_put_tce(held, base, ua, perm);
	assert_true(scenario_faulty || !kvm_warnings);
}

static void kvm_a(void)
{
	kvm(A, RW);
}

static void kvm_b(void)
{
	kvm(B, RW);
}

static void kvm_b_and_back(void)
{
	kvm(B, RW);
	kvm(0, 0);
}

static void kvm_none(void)
{
	kvm(0, 0);
}

/* KVM finds the table by itself, writes, and drops it. */
static void kvm_new(void)
{
	struct kvm_table *l = kvm_find(&world.one.kvm[0]);

	if (!l)
		return;
	kvm_put_tce(l, 0, A, RW);
	shim_lookup_drop(l);
}

static void kvm_new_none(void)
{
	struct kvm_table *l = kvm_find(&world.one.kvm[0]);

	if (!l)
		return;
	kvm_put_tce(l, 0, 0, 0);
	shim_lookup_drop(l);
}

static void map_a(void)
{
	may(ioas_map(&world.ioas, 0, A, 2 * PAGE, RW), -ENODEV);
}

/* Maps memory that may be unregistered already. */
static void map_a_if_there(void)
{
	may(ioas_map(&world.ioas, 0, A, 2 * PAGE, RW), -EINVAL);
}

static void map_b(void)
{
	may(ioas_map(&world.ioas, 0, B, 2 * PAGE, RW), -ENODEV);
}

static void map_page(void)
{
	may(ioas_map(&world.ioas, 0, B, PAGE, RW), -ENODEV);
}

static void unmap_page(void)
{
	may(ioas_unmap(&world.ioas, 0, PAGE), -ENODEV);
}

static void unmap(void)
{
	may(ioas_unmap(&world.ioas, 0, 4 * PAGE), -ENODEV);
}

/* Maps; the window, the whole IOAS or the memory may be gone. */
static int map_at(u64 ioba, u64 ua, u64 size)
{
	int rc = ioas_map(&world.ioas, ioba, ua, size, RW);

	if (rc != -ENXIO && rc != -EINVAL)
		may(rc, -ENODEV);
	return rc;
}

static int unmap_at(u64 ioba, u64 size)
{
	int rc = ioas_unmap(&world.ioas, ioba, size);

	if (rc != -ENXIO)
		may(rc, -ENODEV);
	return rc;
}

/* Results of a scenario's threads. */
static int mapped_over;

static void map_over_a(void)
{
	map_at(BORDER, A, 2 * PAGE);
}

static void map_over_b(void)
{
	mapped_over = map_at(BORDER, B, 2 * PAGE);
}

static void unmap_over(void)
{
	unmap_at(BORDER, 2 * PAGE);
}

static void map_low(void)
{
	map_at(BORDER - PAGE, B, 2 * PAGE);
}

static void map_high(void)
{
	map_at(LEAF, A, 2 * PAGE);
}

/* Maps beside map_low(), in the same leaf. */
static void map_lower(void)
{
	map_at(BORDER - 3 * PAGE, A, 2 * PAGE);
}

static void unmap_low(void)
{
	unmap_at(BORDER - PAGE, 2 * PAGE);
}

static void unmap_high(void)
{
	unmap_at(LEAF, 2 * PAGE);
}

static void map_border_page(void)
{
	map_at(BORDER, A, PAGE);
}

static void map_border_page_b(void)
{
	map_at(BORDER, B, PAGE);
}

/* Maps the region's second run, in the other leaf. */
static void map_high_page(void)
{
	map_at(LEAF, A + PAGE_SIZE, PAGE);
}

static void unmap_border_page(void)
{
	unmap_at(BORDER, PAGE);
}

static void kvm_high(void)
{
	kvm_put_tce(held, LEAF, B, RW);
	assert_true(scenario_faulty || !kvm_warnings);
}

static void kvm_border(void)
{
	kvm_put_tce(held, BORDER, B, RW);
	assert_true(scenario_faulty || !kvm_warnings);
}

static void unregister_a(void)
{
	may(ioas_unregister(&world.ioas, A, REGION), -EBUSY);
}

static void unregister_a_if_there(void)
{
	int rc = ioas_unregister(&world.ioas, A, REGION);

	/* The IOAS has no address space yet, or the memory is not registered yet. */
	if (rc != -EPERM && rc != -ENOENT)
		may(rc, -EBUSY);
}

static void unregister_b(void)
{
	may(ioas_unregister(&world.ioas, B, REGION), -EBUSY);
}

/* Another thread may have registered it, or may be doing so. */
static void register_a(void)
{
	int rc = ioas_register(&world.ioas, A, REGION);

	if (rc != -EBUSY)
		may(rc, -ENODEV);
}

static void register_and_map(void)
{
	int rc = ioas_register(&world.ioas, A, REGION);

	may(rc, -ENODEV);
	if (!rc)
		may(ioas_map(&world.ioas, 0, A, PAGE, RW), -ENODEV);
}

/* The older API's MAP; another thread may have disabled it meanwhile. */
static void map_v1(void)
{
	int rc = ioas_map(&world.ioas, 0, B, 2 * PAGE, RW);

	if (rc != -EPERM)
		may(rc, -ENODEV);
}

static void disable_and_enable(void)
{
	int rc = ioas_disable(&world.ioas);

	must(rc);
	if (!rc)
		must(ioas_enable(&world.ioas));
}

static void remove_window(void)
{
	must(ioas_remove(&world.ioas, base));
}

static void replace_window(void)
{
	u64 start;
	int rc = ioas_remove(&world.ioas, 0);

	must(rc);
	if (!rc)
		must(ioas_create(&world.ioas, 12, WINDOW, 1, &start));
}

static void kill_ioas(void)
{
	ioas_kill(&world.ioas);
}

/* Attaches the second PE, which is refused while TCEs are unknown. */
static void join(void)
{
	int rc = ioas_attach(&world.ioas, two());

	if (!scenario_faulty || rc != -EBUSY)
		must(rc);
}

static void leave(void)
{
	ioas_detach(&world.ioas, two());
}

static void leave_first(void)
{
	ioas_detach(&world.ioas, one());
}

static void close_second(void)
{
	ioas_kill(&world.second);
}

/* The second IOAS registers and unregisters the same range. */
static void register_second(void)
{
	int rc = ioas_register(&world.second, A, REGION);

	may(rc, -ENODEV);
	if (!rc)
		may(ioas_unregister(&world.second, A, REGION), -ENODEV);
}

static void look(void)
{
	struct ioas_info info;

	may(ioas_info(&world.ioas, &info), -ENODEV);
}

static void create_and_map(void)
{
	u64 start;
	int rc = ioas_create(&world.ioas, 12, WINDOW, 1, &start);

	must(rc);
	if (!rc)
		must(ioas_map(&world.ioas, start, A, PAGE, RW));
}

static void create_if_alive(void)
{
	u64 start;

	may(ioas_create(&world.ioas, 12, WINDOW, 1, &start), -ENODEV);
}

static void other_creates_and_maps(void)
{
	u64 start;
	int rc;

	shim_set_mm(&world.other);
	rc = ioas_create(&world.second, 12, WINDOW, 1, &start);
	must(rc);
	if (!rc)
		must(ioas_map(&world.second, start, A, PAGE, RW));
	ioas_kill(&world.second);
	pe_release(two());
}

static void close_and_release(void)
{
	ioas_kill(&world.ioas);
	pe_release(one());
}

static void call_map(void)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = A, .iova = 0, .size = PAGE,
	};

	int rc = container_call(VFIO_IOMMU_MAP_DMA, &map);

	/* The PE may have left before the end of the IOAS. */
	if (rc != -ENXIO)
		may(rc, -ENODEV);
}

static void close_container(void)
{
	kernel_vfio->detach_group(container, (struct iommu_group *)one());
	kernel_vfio->release(container);
}

/* Does what main.c's notifier does; with one PE the host's part is only this. */
static void reboot(void)
{
	container_kill_all();
	pe_release(one());
}

/* Opens a new container after VFIO has closed the old one; VFIO holds the PE. */
static void open_another(void)
{
	void *c;
	int rc;

	close_container();
	c = kernel_vfio->open(VFIO_SPAPR_TCE_v2_IOMMU);
	if (IS_ERR(c))
		return;
	rc = attach_container(c);
	may(rc, -ENODEV);
	if (!rc)
		opened_last = c;
	else
		kernel_vfio->release(c);
}

static void take(void)
{
	must(pe_take(one()));
}

static void release(void)
{
	pe_release(one());
}

/* --- what must hold --- */

/* No count of KVM's is lost: unmapped memory can be unregistered. */
static void settled(void)
{
	if (scenario_faulty || world.ioas.dead)
		return;
	if (world.ioas.windows.table[0])
		must(ioas_unmap(&world.ioas, 0, world.one.pe.dflt.w.size));
	assert_int_not_equal(ioas_unregister(&world.ioas, A, REGION), -EBUSY);
	assert_int_not_equal(ioas_unregister(&world.ioas, B, REGION), -EBUSY);
}

/* The page that a device finds at @ioba. */
static u64 found_at(u64 ioba)
{
	u64 tce = model_peek(LIOBN, ioba);

	return tce & PAPR_TCE_PERM ? tce & PAGE_MASK : 0;
}

/* The two entries at the border are the result of one call, never of two. */
static void whole(void)
{
	u64 first = found_at(BORDER), second = found_at(LEAF);
	const u64 *u;
	u64 uas[] = { A, B };

	if (world.ioas.dead || !world.ioas.windows.table[0])
		return;
	if (atomic64_read(&world.ioas.windows.table[0]->shadow.unknown))
		return;
	for (u = uas; u < uas + 2; u++)
		if (first == shim_hpa(&world.mm, *u))
			assert_int_equal(second, shim_hpa(&world.mm, *u + PAGE));
	if (!first)
		assert_int_equal(second, 0);
}

/* The result of a MAP of two pages, and of an UNMAP of one page before or after it. */
static void second_is_b(void)
{
	u64 first = found_at(BORDER);

	if (mapped_over)
		return;
	assert_int_equal(found_at(LEAF), shim_hpa(&world.mm, B + PAGE));
	assert_true(!first || first == shim_hpa(&world.mm, B));
}

void scenario_end(void)
{
	if (held)
		shim_lookup_drop(held);
	held = NULL;
}

/* When the machine is down, nobody has a window. */
static void down(void)
{
	assert_false(world.one.host_left);
	assert_int_equal(model_valid(world.one.hv), 0);
	assert_false(world.one.pe.dflt.lent);
	if (opened_last)
		kernel_vfio->release(opened_last);
	opened_last = NULL;
}

const struct scenario scenarios[] = {
	/* This scenario takes longest, so it comes first. */
	{ "call_close_reboot", opened, { call_map, close_container, reboot }, down },
	{ "kvm_first", wanted, { kvm_a, map_a }, settled },
	{ "kvm_show_unregister", wanted, { kvm_a, map_a_if_there, unregister_a }, settled },
	{ "kvm_show_close", wanted, { kvm_a, map_a, kill_ioas }, NULL },
	{ "kvm_show_both", wanted, { map_a_if_there, map_a_if_there, unregister_a }, NULL },
	{ "kvm_show_shared", wanted_shared, { kvm_a, map_a, close_second }, settled },
	{ "kvm_map", lent, { kvm_a, map_b }, settled },
	{ "kvm_replace", lent_users, { kvm_b, map_b }, settled },
	{ "kvm_map_over_kvms", lent_kvms, { kvm_b_and_back, map_b }, settled },
	{ "kvm_unmap", lent_kvms, { kvm_b, unmap }, settled },
	{ "kvm_unmap_users", lent_users, { kvm_b_and_back, unmap }, settled },
	{ "kvm_unmap_page", mapped, { kvm_new_none, unmap_page, map_page }, settled },
	{ "kvm_unmap_page_held", mapped_and_held, { kvm_none, unmap_page, map_page }, settled },
	{ "kvm_first_page", mapped_and_held, { kvm_a, unmap_page, map_page }, settled },
	{ "page_page_close", mapped, { map_page, unmap_page, kill_ioas }, NULL },
	{ "kvm_unmap_loose", v1, { kvm_none, unmap }, NULL },
	{ "kvm_unregister", lent_kvms, { kvm_b_and_back, unregister_a, unregister_b }, settled },
	{ "kvm_unregister_users", lent_users, { kvm_b_and_back, unmap, unregister_a }, settled },
	{ "kvm_remove", lent_kvms, { kvm_b, remove_window }, settled },
	{ "kvm_remove_dynamic", lent_dynamic, { kvm_b, remove_window, unmap }, settled },
	{ "kvm_remove_create", lent_kvms, { kvm_new, replace_window }, settled },
	{ "kvm_close", lent_kvms, { kvm_b_and_back, kill_ioas }, NULL },
	{ "kvm_find_close", lent_users, { kvm_new, kill_ioas }, NULL },
	{ "kvm_join", lent_to_join, { kvm_b_and_back, join }, settled },
	{ "kvm_leave", lent_joined, { kvm_b_and_back, leave }, settled },
	{ "kvm_leave_first", lent_joined, { kvm_b_and_back, leave_first }, settled },
	{ "kvm_kvm", lent, { kvm_a, kvm_b, unmap }, NULL },
	{ "kvm_kvm_unregister", lent_kvms, { kvm_none, kvm_b, unregister_a }, NULL },
	{ "kvm_kvm_close", lent_kvms, { kvm_none, kvm_b, kill_ioas }, NULL },
	{ "kvm_two_spaces", two_spaces, { kvm_b, close_second, remove_window }, NULL },
	{ "map_unmap_close", mapped, { map_b, unmap, kill_ioas }, NULL },
	{ "map_unregister", registered, { map_a_if_there, unregister_a }, NULL },
	{ "register_register", attached, { register_a, register_a, unregister_a_if_there }, NULL },
	{ "register_shared", registered, { register_second, unregister_a, close_second }, NULL },
	{ "register_close", attached, { register_and_map, kill_ioas }, NULL },
	{ "loose_map_close", v1, { map_v1, kill_ioas, unmap }, NULL },
	{ "loose_map_disable", v1, { map_v1, disable_and_enable }, NULL },
	{ "loose_kvm_map", v1, { kvm_none, map_v1 }, NULL },
	{ "two_leaves", wide, { map_low, map_high }, NULL },
	{ "two_leaves_unmap", wide_mapped, { unmap_low, unmap_high }, NULL },
	{ "two_leaves_both", wide_mapped, { map_low, unmap_high }, NULL },
	{ "one_leaf", wide, { map_low, map_lower }, NULL },
	{ "one_leaf_unmap", wide_mapped, { unmap_low, map_lower }, NULL },
	{ "over_over", wide, { map_over_a, map_over_b }, whole },
	{ "over_replace", wide_mapped, { map_over_a, map_over_b }, whole },
	{ "over_unmap", wide_mapped, { map_over_b, unmap_over }, whole },
	{ "over_three", wide_mapped, { map_over_a, map_over_b, unmap_over }, whole },
	{ "over_low", wide_mapped, { map_over_b, map_low }, NULL },
	{ "over_low_high", wide_mapped, { map_over_b, map_low, unmap_high }, NULL },
	{ "over_page", wide_mapped, { map_over_b, unmap_border_page }, second_is_b },
	{ "over_page_empty", wide_empty, { map_over_a, map_border_page_b }, NULL },
	{ "unmap_page", wide_empty, { unmap_over, map_border_page_b, map_border_page }, NULL },
	{ "unmap_unmap_page", wide_mapped, { unmap_over, unmap_border_page, map_border_page },
	  NULL },
	{ "page_page", wide_empty, { map_border_page, map_border_page_b }, NULL },
	{ "page_page_runs", wide_empty, { map_border_page, map_high_page }, NULL },
	{ "page_page_unmap", wide_empty, { map_border_page, map_border_page_b, unmap_border_page },
	  NULL },
	{ "over_unregister", wide_mapped, { map_over_a, unmap_over, unregister_a }, NULL },
	{ "leaves_remove", wide_mapped, { map_low, unmap_high, remove_window }, NULL },
	{ "leaves_close", wide_mapped, { map_low, unmap_high, kill_ioas }, NULL },
	{ "leaves_join", wide_to_join, { map_low, unmap_high, join }, NULL },
	{ "leaves_leave", wide_joined, { map_low, unmap_high, leave }, NULL },
	{ "kvm_leaves", wide_lent, { kvm_none, kvm_high }, settled },
	{ "kvm_leaves_map", wide_lent, { kvm_border, map_high, kvm_high }, NULL },
	{ "kvm_leaves_over", wide_lent, { kvm_high, map_over_b }, NULL },
	{ "kvm_leaves_unmap", wide_lent, { kvm_high, unmap_over, kvm_border }, NULL },
	{ "kvm_leaves_join", wide_lent_to_join, { kvm_none, kvm_high, join }, NULL },
	{ "kvm_leaves_leave", wide_lent_joined, { kvm_none, kvm_high, leave }, NULL },
	{ "create_look_close", registered, { create_if_alive, look, kill_ioas }, NULL },
	{ "two_users", two_users, { create_and_map, other_creates_and_maps }, NULL },
	{ "two_users_close", two_users, { close_and_release, other_creates_and_maps }, NULL },
	{ "take_take_release", taken, { take, release, take }, NULL },
	{ "open_reboot", opened, { open_another, reboot }, down },
	{ "read_map_close", opened, { kernel_read_files, call_map, close_container }, NULL },
	{ .name = NULL }
};
