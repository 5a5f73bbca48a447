// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_kvm.c - KVM as a second writer
 *
 * KVM handles a guest's H_PUT_TCE in the kernel, in each table of an IOMMU group that KVM was told
 * of. The device shows what the guest has mapped. The test maps the device's own queues, above the
 * addresses that the guest can name.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "machine.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define PAGE		4096ULL
#define PAGES		64U
#define MANY		1024U		/* TCEs: two leaves of the module's shadow */

static void guest_open(struct machine *m, struct world *w, void *memory, uint64_t size)
{
	machine_open(m, memory, size);
	tap_errno(machine_attach(m, w->v.group), 0, "KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE");
	m->v = &w->v;
}

/* The guest's memory is the world's data. */
static void open_both(struct world *w, struct machine *m)
{
	world_open(w);
	world_start(w, WORLD_HIGH);
	guest_open(m, w, w->data, WORLD_DATA);
}

/* The guest has its own memory, of which only the last @registered bytes can be mapped. */
static uint8_t *open_apart(struct world *w, struct machine *m, uint64_t size, uint64_t registered)
{
	uint8_t *memory = buffer_private(size);

	world_open(w);
	world_start(w, WORLD_HIGH);
	vfio_register(&w->v, memory + size - registered, registered);
	guest_open(m, w, memory, size);
	return memory;
}

/* Checks the first and the last of these pages */
static void expect(struct world *w, uint64_t ioba, uint64_t address, unsigned int pages,
		   enum reach want, const char *what)
{
	uint64_t last = (pages - 1) * PAGE;

	world_expect_writes(w, ioba, w->data + address, want, what);
	world_expect_reads(w, ioba, w->data + address, want, what);
	world_expect_writes(w, ioba + last, w->data + address + last, want, what);
	world_expect_reads(w, ioba + last, w->data + address + last, want, what);
}

/*
 * S6a: KVM can be told of a group that is open but in no container, while host drivers use other
 * functions of the PE. The guest clears every TCE that it can name.
 */
static void host_table(void)
{
	struct puts p = { .ioba_step = PAGE, .count = MACHINE_TCES };
	void *memory = buffer_private(MIB);
	struct machine m;
	int group;

	group = vfio_open_group(vfio_group_of(world_bdf));
	if (group < 0)
		tap_fail("cannot open the group");
	machine_open(&m, memory, MIB);
	tap_note("KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE: %d", machine_attach(&m, group));
	tap_note("%u of %u of the guest's calls failed", machine_put(&m, &p), p.count);
	tap_note("%u of them left KVM", m.left);
}

/* The device only reaches what the guest maps; KVM leaves the first call to user space. */
static void map_and_unmap(void)
{
	const bool none = machine_lent_nothing();
	struct machine m;
	struct world w;

	open_both(&w, &m);
	machine_map(&m, 0, MIB, MANY);
	tap_check(m.left == (none ? MANY : 1), "%u of the guest's %u calls left the kernel", m.left,
		  MANY);
	expect(&w, 0, MIB, MANY, REACHED, "mapped by the guest");
	world_expect_writes(&w, MANY * PAGE, w.data, UNTOUCHED, "not mapped by the guest");
	machine_map(&m, 0, 2 * MIB, PAGES);
	expect(&w, 0, 2 * MIB, PAGES, REACHED, "mapped again");
	expect(&w, 0, MIB, PAGES, UNTOUCHED, "mapped before");
	machine_unmap(&m, 0, MANY);
	tap_check(m.left == (none ? MANY + PAGES : 1), "%u calls left the kernel in the end",
		  m.left);
	expect(&w, 0, 2 * MIB, PAGES, UNTOUCHED, "unmapped by the guest");
	expect(&w, 0, MIB, MANY, UNTOUCHED, "unmapped by the guest");
	tap_errno(__vfio_unregister(&w.v, w.memory, w.size), -EBUSY, "UNREGISTER, queues mapped");
	machine_close(&m);
	world_close(&w);
}

/* Memory that the guest has mapped stays registered until the guest has unmapped it. */
static void mapped_is_held(void)
{
	struct machine m;
	struct world w;
	uint8_t *memory = open_apart(&w, &m, WORLD_DATA, WORLD_DATA);

	machine_map(&m, 0, MIB, MANY);
	tap_errno(__vfio_unregister(&w.v, memory, WORLD_DATA), -EBUSY, "UNREGISTER, all mapped");
	machine_unmap(&m, 0, MANY - 1);
	tap_errno(__vfio_unregister(&w.v, memory, WORLD_DATA), -EBUSY, "UNREGISTER, one mapped");
	machine_unmap(&m, (MANY - 1) * PAGE, 1);
	tap_errno(__vfio_unregister(&w.v, memory, WORLD_DATA), 0, "UNREGISTER, nothing mapped");
	machine_close(&m);
	world_close(&w);
}

/*
 * KVM finds registered memory only in the kernel's own list. Memory enters that list with the
 * first MAP for a guest. It is pinned once more then, but not charged twice. If KVM is lent
 * nothing, it must find nothing.
 */
static void found_when_asked(void)
{
	const bool none = machine_lent_nothing();
	uint8_t *memory = buffer_private(WORLD_DATA);
	int64_t pins, pages = WORLD_DATA / page_size();
	uint64_t locked;
	struct machine m;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_register(&w.v, memory, WORLD_DATA);
	vfio_map(&w.v, MIB, memory, MIB, VFIO_DIR_BOTH);
	vfio_unmap(&w.v, MIB, MIB);
	pins = kstat_pins();
	locked = kstat_locked(0);
	guest_open(&m, &w, memory, WORLD_DATA);
	machine_map(&m, 0, MIB, PAGES);
	tap_check(m.left == (none ? PAGES : 1), "%u calls left the kernel", m.left);
	tap_check(kstat_pins() == pins + (none ? 0 : pages),
		  "%lld pages were pinned for KVM, of %lld", (long long)(kstat_pins() - pins),
		  (long long)pages);
	tap_check(kstat_locked(0) < locked + WORLD_DATA / KIB / 2, "they are charged twice");
	machine_unmap(&m, 0, PAGES);
	tap_errno(__vfio_unregister(&w.v, memory, WORLD_DATA), 0, "UNREGISTER");
	tap_check(kstat_wait_pins(pins - pages) == pins - pages, "not all of it is unpinned");
	machine_close(&m);
	world_close(&w);
}

/* The same page in every TCE, again and again: each use must be counted. */
static void same_page(void)
{
	struct puts p = { .tce = MIB | MACHINE_BOTH, .ioba_step = PAGE, .count = MACHINE_TCES };
	struct machine m;
	struct world w;
	uint8_t *memory = open_apart(&w, &m, WORLD_DATA, WORLD_DATA);

	for (unsigned int i = 0; i < MIB / MACHINE_TCES; i++)
		tap_check(!machine_put(&m, &p), "round %u: some of the guest's calls failed", i);
	world_expect_writes(&w, 17 * PAGE, memory + MIB, REACHED, "one of the TCEs");
	tap_errno(__vfio_unregister(&w.v, memory, WORLD_DATA), -EBUSY, "UNREGISTER, mapped");
	machine_unmap(&m, 0, MACHINE_TCES);
	tap_errno(__vfio_unregister(&w.v, memory, WORLD_DATA), 0, "UNREGISTER, not mapped");
	tap_note("%u of %llu calls left the kernel", m.left, MIB + MACHINE_TCES);
	machine_close(&m);
	world_close(&w);
}

struct registrar {
	struct vfio *v;
	uint8_t *memory;
	atomic_bool stop;
	unsigned int gone;
	unsigned int busy;
};

static void *register_and_unregister(void *arg)
{
	struct registrar *r = arg;

	while (!r->stop) {
		int ret = __vfio_unregister(r->v, r->memory, MIB);

		if (ret == -EBUSY) {
			r->busy++;
			continue;
		}
		tap_errno(ret, 0, "UNREGISTER");
		r->gone++;
		tap_errno(__vfio_register(r->v, r->memory, MIB), 0, "REGISTER");
	}
	return NULL;
}

/* The guest maps memory while it is being unregistered: the MAP works or not, and nothing leaks. */
static void memory_that_goes(void)
{
	struct puts unmap = { .ioba_step = PAGE, .count = 16 };
	struct puts map = {
		.tce = MIB | MACHINE_BOTH,
		.ioba_step = PAGE,
		.tce_step = PAGE,
		.count = 16,
	};
	unsigned int refused = 0;
	pthread_t thread;
	struct machine m;
	struct world w;
	uint8_t *memory = open_apart(&w, &m, 2 * MIB, MIB);
	struct registrar r = { .v = &w.v, .memory = memory + MIB };

	pthread_create(&thread, NULL, register_and_unregister, &r);
	for (unsigned int i = 0; i < 500; i++) {
		refused += machine_put(&m, &map);
		machine_put(&m, &unmap);
	}
	r.stop = true;
	pthread_join(thread, NULL);
	tap_note("%u calls refused; UNREGISTER: %u times done, %u times refused", refused, r.gone,
		 r.busy);
	tap_check(r.gone && r.busy, "one of the two had it all for itself");
	machine_unmap(&m, 0, 16);
	tap_errno(__vfio_unregister(&w.v, memory + MIB, MIB), 0, "UNREGISTER in the end");
	machine_close(&m);
	world_close(&w);
}

/* KVM keeps the table of a removed window; a new window in its place has another table. */
static void window_goes_first(void)
{
	struct window high, again;
	struct machine m;
	struct world w;
	unsigned int left;

	world_open(&w);
	vfio_create(&w.v, 12, 4 * GIB, &high);
	world_start(&w, high.start + WORLD_HIGH);
	guest_open(&m, &w, w.data, WORLD_DATA);
	machine_map(&m, 0, MIB, PAGES);
	expect(&w, 0, MIB, PAGES, REACHED, "mapped by the guest");
	vfio_remove(&w.v, 0);
	expect(&w, 0, MIB, PAGES, UNTOUCHED, "in the removed window");
	m.v = NULL;
	machine_put(&m, &(struct puts){ .tce = MIB | MACHINE_BOTH, .count = 1 });
	expect(&w, 0, MIB, PAGES, UNTOUCHED, "mapped after the removal");
	m.v = &w.v;
	vfio_create(&w.v, 12, GIB, &again);
	left = m.left;
	machine_map(&m, again.start, MIB, PAGES);
	tap_check(m.left == left + PAGES, "%u of %u calls left the kernel", m.left - left, PAGES);
	expect(&w, again.start, MIB, PAGES, REACHED, "mapped by user space for the guest");
	tap_errno(machine_attach(&m, w.v.group), 0, "telling KVM of the new window");
	machine_map(&m, again.start, 2 * MIB, PAGES);
	expect(&w, again.start, 2 * MIB, PAGES, REACHED, "mapped in the new window");
	machine_close(&m);
	world_close(&w);
}

enum part { GUEST, TABLE, DEVICE, GROUP, CONTAINER, PARTS };

static const char *const part_name[] = { "guest", "table", "device", "group", "container" };

static void close_part(enum part part, struct world *w, struct machine *m)
{
	switch (part) {
	case GUEST:
		machine_stop(m);
		break;
	case TABLE:
		close(m->table);
		break;
	case DEVICE:
		close(m->device);
		break;
	case GROUP:
		nvme_forget(&w->n);
		close(w->v.device);
		close(w->v.group);
		break;
	default:
		close(w->v.container);
	}
}

/* Closes the parts in this order, with all mappings of the guest, and the device at work */
static void close_in_order(const enum part *order)
{
	int64_t pins = kstat_pins();
	struct machine m;
	struct world w;

	open_both(&w, &m);
	machine_map(&m, 0, MIB, PAGES);
	expect(&w, 0, MIB, PAGES, REACHED, "mapped by the guest");
	for (unsigned int i = 0; i < PARTS; i++)
		close_part(order[i], &w, &m);
	tap_check(kstat_wait_pins(pins) == pins, "%s %s %s %s %s: %lld pages stayed pinned",
		  part_name[order[0]], part_name[order[1]], part_name[order[2]],
		  part_name[order[3]], part_name[order[4]], (long long)(kstat_pins() - pins));
}

/* Makes the nth of all orders */
static void nth_order(enum part *order, unsigned int n)
{
	enum part rest[PARTS] = { GUEST, TABLE, DEVICE, GROUP, CONTAINER };

	for (unsigned int left = PARTS; left; left--) {
		unsigned int at = n % left;

		*order++ = rest[at];
		n /= left;
		for (unsigned int i = at; i + 1 < left; i++)
			rest[i] = rest[i + 1];
	}
}

static void close_in_any_order(void)
{
	for (unsigned int n = 0; n < 120; n++) {
		enum part order[PARTS];

		nth_order(order, n);
		close_in_order(order);
	}
}

const struct tap_test kvm_tests[] = {
	{ .name = "kvm/S6a-host-table", .run = host_table, .limit = 60 },
	{ .name = "kvm/map-and-unmap", .run = map_and_unmap, .limit = 60 },
	{ .name = "kvm/mapped-is-held", .run = mapped_is_held, .limit = 60 },
	{ .name = "kvm/found-when-asked", .run = found_when_asked, .limit = 60 },
	{ .name = "kvm/same-page-a-million-times", .run = same_page, .limit = 1200 },
	{ .name = "kvm/memory-that-goes", .run = memory_that_goes, .limit = 200 },
	{ .name = "kvm/window-goes-first", .run = window_goes_first, .limit = 60 },
	{ .name = "kvm/close-in-any-order", .run = close_in_any_order, .limit = 300 },
	{ }
};
