// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_nth.c - calls in which each allocation and each copy fails once
 *
 * This takes a kernel with fault injection: /proc/self/fail-nth takes a number N, and the task's
 * Nth allocation, or copy from or to the user, fails. A call that fails for this reason leaves
 * everything as it was, and succeeds when it is made again. A call that succeeds all the same has
 * done its work. A call that ends something never fails. The sweep of a call is over when the call
 * makes fewer than N of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "buffer.h"
#include "kstat.h"
#include "state.h"
#include "tap.h"
#include "tests.h"
#include "world.h"

#define MOST		2000U		/* allocations of one call: far more than any call makes */
#define RUN		(4 * MIB)	/* of 4 KiB pages: two leaves of the module's shadow */
#define MIDDLE		MIB
#define PIECE		(64 * KIB)
#define IO_PAGE		4096ULL
#define ERRNOS		4
#define BARS		(6 * sizeof(uint32_t))

/* What a sweep needs: the first part with a running device, the second without one. */
struct scene {
	struct world w;
	struct state s;
	struct window win;
	uint8_t *more;		/* RUN bytes that are not registered */
	struct vfio v;
	unsigned long type;
	uint8_t bars[BARS];
};

/*
 * @before: prepares the call. @after: checks its effect, and undoes that. @look and @same: record
 * the state, and compare it after a failure. @intact: checks what @same does not check after a
 * failure. @kernels: it is the kernel that takes memory, where it hands a PE to its user by itself;
 * the module, which does so before 6.4, takes none.
 */
struct call {
	const char *name;
	void (*before)(struct scene *s);
	int (*make)(struct scene *s);
	void (*after)(struct scene *s);
	void (*intact)(struct scene *s);
	void (*look)(struct scene *s);
	void (*same)(struct scene *s, const char *after);
	bool never_fails;
	bool kernels;
};

/* The results of a sweep. */
struct tally {
	unsigned int faults;
	unsigned int survived;
	int ret[ERRNOS];
	unsigned int times[ERRNOS];
};

/* --- faults --- */

static int nth_file = -1;

static void open_nth(void)
{
	nth_file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_file < 0)
		tap_fail("/proc/thread-self/fail-nth: %s", strerror(errno));
}

static void arm(unsigned int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(nth_file, text, length, 0) != length)
		tap_fail("arming a fault: %s", strerror(errno));
}

/* Did the fault occur? If it is still armed for the next copy, these calls use it up. */
static bool disarm(void)
{
	char text[16] = "";
	ssize_t got = pread(nth_file, text, sizeof(text) - 1, 0);
	bool met = got > 0 && !atoi(text);

	while (pwrite(nth_file, "0", 1, 0) != 1)
		;
	return met;
}

/* --- a sweep --- */

/* Faults give -ENOMEM, or for a copy -EFAULT. */
static bool may_be(int ret)
{
	return ret == -ENOMEM || ret == -EFAULT;
}

static void count_errno(struct tally *t, int ret)
{
	unsigned int i = 0;

	while (i < ERRNOS - 1 && t->ret[i] && t->ret[i] != ret)
		i++;
	t->ret[i] = ret;
	t->times[i]++;
}

static void failed(struct scene *s, const struct call *c, struct tally *t, int ret, unsigned int n)
{
	char what[64];

	snprintf(what, sizeof(what), "%s, fault %u", c->name, n);
	count_errno(t, ret);
	tap_check(!c->never_fails, "%s: it failed: %s", what, strerror(-ret));
	tap_check(may_be(ret), "%s: %s", what, strerror(-ret));
	c->same(s, what);
	if (c->intact)
		c->intact(s);
	ret = c->make(s);
	tap_check(ret >= 0, "%s, and again without: %s", what, strerror(-ret));
}

/* Makes the call with fault @n armed. Return: true when the call came to that fault. */
static bool meets(struct scene *s, const struct call *c, struct tally *t, unsigned int n)
{
	bool met;
	int ret;

	if (c->before)
		c->before(s);
	c->look(s);
	arm(n);
	ret = c->make(s);
	met = disarm();
	t->faults += met;
	t->survived += met && ret >= 0;
	if (ret < 0 && !met)
		tap_fail("%s without a fault: %s", c->name, strerror(-ret));
	if (ret < 0)
		failed(s, c, t, ret, n);
	if (c->after)
		c->after(s);
	return met;
}

static void report(const struct call *c, const struct tally *t)
{
	char errors[128] = "";

	for (unsigned int i = 0, at = 0; i < ERRNOS && t->ret[i]; i++)
		at += snprintf(errors + at, sizeof(errors) - at, ", %u %s", t->times[i],
			       strerrorname_np(-t->ret[i]));
	tap_note("nth %s: %u faults, in spite of %u it succeeded%s", c->name, t->faults,
		 t->survived, errors);
}

static void sweep(struct scene *s, const struct call *c)
{
	struct tally t = { 0 };
	unsigned int n = 1;

	while (n < MOST && !tap_failed() && meets(s, c, &t, n))
		n++;
	report(c, &t);
	tap_check(n < MOST, "%s: no end of faults", c->name);
	if (c->kernels && kstat_older(6, 4))
		tap_check(!t.faults, "%s: it takes memory", c->name);
	else
		tap_check(t.faults, "%s: no fault was met", c->name);
}

static void sweep_all(struct scene *s, const struct call *calls, unsigned int n)
{
	open_nth();
	for (unsigned int i = 0; i < n; i++)
		sweep(s, &calls[i]);
}

#define ALL(calls)	(calls), sizeof(calls) / sizeof((calls)[0])

/* --- with a running device --- */

static void look_state(struct scene *s)
{
	state_renew(&s->s);
}

static void same_state(struct scene *s, const char *after)
{
	state_check(&s->s, after);
}

#define WITH_DEVICE	.look = look_state, .same = same_state

static struct vfio *container(struct scene *s)
{
	return &s->w.v;
}

static uint8_t *old_data(struct scene *s)
{
	return s->w.data + MIB;
}

static uint8_t *new_data(struct scene *s)
{
	return s->w.data + MIB + RUN;
}

static void expect(struct scene *s, uint64_t iova, uint8_t *mem, enum reach want, const char *what)
{
	world_expect_writes(&s->w, iova, mem, want, what);
}

static void map_run(struct scene *s)
{
	vfio_map(container(s), 0, old_data(s), RUN, VFIO_DIR_BOTH);
}

static void unmap_run(struct scene *s)
{
	vfio_unmap(container(s), 0, RUN);
	expect(s, 0, old_data(s), UNTOUCHED, "unmapped");
}

static void expect_run(struct scene *s)
{
	expect(s, 0, old_data(s), REACHED, "the first page");
	expect(s, MIDDLE, old_data(s) + MIDDLE, REACHED, "the middle");
	expect(s, RUN - IO_PAGE, old_data(s) + RUN - IO_PAGE, REACHED, "the last page");
}

static void expect_no_run(struct scene *s)
{
	expect(s, 0, old_data(s), UNTOUCHED, "the first page");
	expect(s, MIDDLE, old_data(s) + MIDDLE, UNTOUCHED, "the middle");
	expect(s, RUN - IO_PAGE, old_data(s) + RUN - IO_PAGE, UNTOUCHED, "the last page");
}

static void check_and_unmap_run(struct scene *s)
{
	expect_run(s);
	unmap_run(s);
}

static int get_info(struct scene *s)
{
	struct vfio_iommu_spapr_tce_info info;

	return __vfio_get_info(container(s), &info);
}

static int register_more(struct scene *s)
{
	return __vfio_register(container(s), s->more, RUN);
}

static int unregister_more(struct scene *s)
{
	return __vfio_unregister(container(s), s->more, RUN);
}

static void before_unregister(struct scene *s)
{
	vfio_register(container(s), s->more, RUN);
}

/* The registered memory can be mapped, and unregistered. */
static void after_register(struct scene *s)
{
	vfio_map(container(s), 0, s->more, RUN, VFIO_DIR_BOTH);
	expect(s, RUN - IO_PAGE, s->more + RUN - IO_PAGE, REACHED, "registered memory");
	vfio_unmap(container(s), 0, RUN);
	vfio_unregister(container(s), s->more, RUN);
}

static int create(struct scene *s)
{
	return __vfio_create(container(s), 12, 256 * MIB, &s->win);
}

static void before_remove(struct scene *s)
{
	vfio_create(container(s), 12, 256 * MIB, &s->win);
	vfio_map(container(s), s->win.start, old_data(s), RUN, VFIO_DIR_BOTH);
}

static int remove_window(struct scene *s)
{
	return __vfio_remove(container(s), s->win.start);
}

static void intact_remove(struct scene *s)
{
	expect(s, s->win.start, old_data(s), REACHED, "in the window that was not removed");
}

static void after_create(struct scene *s)
{
	expect(s, s->win.start, old_data(s), UNTOUCHED, "in the new window");
	vfio_map(container(s), s->win.start, old_data(s), RUN, VFIO_DIR_BOTH);
	expect(s, s->win.start, old_data(s), REACHED, "mapped in the new window");
	vfio_remove(container(s), s->win.start);
}

static int map_one(struct scene *s)
{
	return __vfio_map(container(s), MIDDLE, old_data(s) + MIDDLE, IO_PAGE, VFIO_DIR_BOTH);
}

static void after_one(struct scene *s)
{
	expect(s, MIDDLE, old_data(s) + MIDDLE, REACHED, "one page");
	vfio_unmap(container(s), MIDDLE, IO_PAGE);
}

static int map_many(struct scene *s)
{
	return __vfio_map(container(s), 0, old_data(s), RUN, VFIO_DIR_BOTH);
}

static int map_replace(struct scene *s)
{
	return __vfio_map(container(s), MIDDLE, new_data(s), PIECE, VFIO_DIR_BOTH);
}

static void after_replace(struct scene *s)
{
	expect(s, MIDDLE, old_data(s) + MIDDLE, UNTOUCHED, "replaced");
	expect(s, MIDDLE, new_data(s), REACHED, "in its place");
	expect(s, MIDDLE + PIECE, old_data(s) + MIDDLE + PIECE, REACHED, "behind it");
	unmap_run(s);
}

static int unmap_all(struct scene *s)
{
	return __vfio_unmap(container(s), 0, RUN);
}

static int unmap_middle(struct scene *s)
{
	return __vfio_unmap(container(s), MIDDLE, PIECE);
}

static void after_middle(struct scene *s)
{
	expect(s, MIDDLE, old_data(s) + MIDDLE, UNTOUCHED, "unmapped");
	expect(s, MIDDLE - IO_PAGE, old_data(s) + MIDDLE - IO_PAGE, REACHED, "before it");
	expect(s, MIDDLE + PIECE, old_data(s) + MIDDLE + PIECE, REACHED, "behind it");
	unmap_run(s);
}

static const struct call device_calls[] = {
	{ "GET_INFO", NULL, get_info, NULL, NULL, WITH_DEVICE },
	{ "REGISTER", NULL, register_more, after_register, NULL, WITH_DEVICE },
	{ "UNREGISTER", before_unregister, unregister_more, NULL, NULL, WITH_DEVICE },
	{ "CREATE", NULL, create, after_create, NULL, WITH_DEVICE },
	{ "REMOVE", before_remove, remove_window, NULL, intact_remove, WITH_DEVICE },
};

/* For both APIs. */
static const struct call map_calls[] = {
	{ "MAP of a page", NULL, map_one, after_one, expect_no_run, WITH_DEVICE },
	{ "MAP of many", NULL, map_many, check_and_unmap_run, expect_no_run, WITH_DEVICE },
	{ "MAP that replaces", map_run, map_replace, after_replace, expect_run, WITH_DEVICE },
	{ "UNMAP", map_run, unmap_all, expect_no_run, expect_run, WITH_DEVICE },
	{ "UNMAP in the middle", map_run, unmap_middle, after_middle, expect_run, WITH_DEVICE },
};

static void start(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	s->more = buffer_private(RUN);
	memset(s->more, 1, RUN);
}

static void windows_and_memory(void)
{
	struct scene s;

	start(&s);
	world_open(&s.w);
	world_start(&s.w, WORLD_HIGH);
	state_take(&s.s, &s.w);
	sweep_all(&s, ALL(device_calls));
	world_close(&s.w);
}

static void mappings(void)
{
	struct scene s;

	start(&s);
	world_open(&s.w);
	world_start(&s.w, WORLD_HIGH);
	state_take(&s.s, &s.w);
	sweep_all(&s, ALL(map_calls));
	world_close(&s.w);
}

static void v1_mappings(void)
{
	struct scene s;

	start(&s);
	world_open_v1(&s.w);
	world_start(&s.w, WORLD_HIGH);
	state_take(&s.s, &s.w);
	sweep_all(&s, ALL(map_calls));
	world_close(&s.w);
}

/* --- without a running device: how a container begins and ends --- */

static void look_counts(struct scene *s)
{
	state_count(&s->s);
}

static void same_counts(struct scene *s, const char *after)
{
	state_check_counts(&s->s, after);
}

#define WITHOUT_DEVICE	.look = look_counts, .same = same_counts

static int result(int ret)
{
	return ret < 0 ? -errno : ret;
}

static void open_files(struct scene *s)
{
	s->v.device = -1;
	s->v.container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	s->v.group = vfio_open_group(vfio_group_of(world_bdf));
	if (s->v.container < 0 || s->v.group < 0)
		tap_fail("the container or the group cannot be opened");
	snprintf(s->v.bdf, sizeof(s->v.bdf), "%s", world_bdf);
}

static void close_all(struct scene *s)
{
	vfio_close(&s->v);
}

static int set_container(struct scene *s)
{
	return result(ioctl(s->v.group, VFIO_GROUP_SET_CONTAINER, &s->v.container));
}

static void before_iommu(struct scene *s)
{
	open_files(s);
	if (set_container(s))
		tap_fail("SET_CONTAINER");
}

static int set_iommu(struct scene *s)
{
	return result(ioctl(s->v.container, VFIO_SET_IOMMU, s->type));
}

/* Opens a container with windows and mappings, for calls that end them. */
static void open_busy(struct scene *s)
{
	before_iommu(s);
	if (set_iommu(s))
		tap_fail("SET_IOMMU");
	vfio_register(&s->v, s->more, RUN);
	vfio_map(&s->v, 0, s->more, RUN, VFIO_DIR_BOTH);
	vfio_create(&s->v, 12, 256 * MIB, &s->win);
	vfio_map(&s->v, s->win.start, s->more, PIECE, VFIO_DIR_BOTH);
}

static void check_unpinned(struct scene *s)
{
	int64_t pins = s->s.pins - RUN / page_size();

	tap_check(kstat_wait_pins(pins) == pins, "pages of a container that is gone are pinned");
	close_all(s);
}

/* Checks that the container works, and closes it. */
static void check_and_close(struct scene *s)
{
	vfio_register(&s->v, s->more, RUN);
	vfio_map(&s->v, 0, s->more, RUN, VFIO_DIR_BOTH);
	close_all(s);
}

static int unset_container(struct scene *s)
{
	return result(ioctl(s->v.group, VFIO_GROUP_UNSET_CONTAINER));
}

static int close_group(struct scene *s)
{
	int ret = result(close(s->v.group));

	s->v.group = -1;
	return ret;
}

static void open_device_less(struct scene *s)
{
	before_iommu(s);
	if (set_iommu(s))
		tap_fail("SET_IOMMU");
}

static int get_device(struct scene *s)
{
	return __vfio_open_device(&s->v);
}

static int open_config(void)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", world_bdf);
	return open(path, O_RDWR | O_CLOEXEC);
}

static void read_bars(uint8_t *bars)
{
	int config = open_config();

	if (pread(config, bars, BARS, PCI_BASE_ADDRESS_0) != BARS)
		tap_fail("reading the BARs: %s", strerror(errno));
	close(config);
}

static void write_bars(const uint8_t *bars)
{
	int config = open_config();

	if (pwrite(config, bars, BARS, PCI_BASE_ADDRESS_0) != BARS)
		tap_fail("writing the BARs: %s", strerror(errno));
	close(config);
}

/*
 * VFIO resets a device that it closes, and then writes what it kept of its config space. If there
 * was no memory to keep it in, 6.1 goes on without, and the BARs are gone.
 */
static void check_close_and_mend(struct scene *s)
{
	uint8_t bars[BARS];

	check_and_close(s);
	read_bars(bars);
	if (!memcmp(bars, s->bars, BARS))
		return;
	tap_check(kstat_older(6, 4), "the device has lost its BARs");
	write_bars(s->bars);
}

static const struct call container_calls[] = {
	{ "SET_CONTAINER", open_files, set_container, close_all, NULL, WITHOUT_DEVICE,
	  .kernels = true },
	{ "SET_IOMMU", before_iommu, set_iommu, check_and_close, NULL, WITHOUT_DEVICE },
	{ "GET_DEVICE_FD", open_device_less, get_device, check_close_and_mend, NULL,
	  WITHOUT_DEVICE },
	{ "UNSET_CONTAINER", open_busy, unset_container, check_unpinned, NULL, WITHOUT_DEVICE,
	  .never_fails = true },
	{ "close()", open_busy, close_group, check_unpinned, NULL, WITHOUT_DEVICE,
	  .never_fails = true },
};

static void containers(void)
{
	struct scene s;

	start(&s);
	read_bars(s.bars);
	s.type = VFIO_SPAPR_TCE_v2_IOMMU;
	sweep_all(&s, ALL(container_calls));
}

static int enable(struct scene *s)
{
	return vfio_ioctl(&s->v, VFIO_IOMMU_ENABLE, NULL);
}

static int disable(struct scene *s)
{
	return vfio_ioctl(&s->v, VFIO_IOMMU_DISABLE, NULL);
}

static void check_enabled(struct scene *s)
{
	vfio_map(&s->v, 0, s->more, RUN, VFIO_DIR_BOTH);
	close_all(s);
}

static void before_disable(struct scene *s)
{
	open_device_less(s);
	if (enable(s))
		tap_fail("ENABLE");
	vfio_map(&s->v, 0, s->more, RUN, VFIO_DIR_BOTH);
}

static const struct call v1_calls[] = {
	{ "SET_IOMMU of v1", before_iommu, set_iommu, close_all, NULL, WITHOUT_DEVICE },
	{ "ENABLE", open_device_less, enable, check_enabled, NULL, WITHOUT_DEVICE },
	{ "DISABLE", before_disable, disable, check_unpinned, NULL, WITHOUT_DEVICE },
};

static void v1_containers(void)
{
	struct scene s;

	start(&s);
	s.type = VFIO_SPAPR_TCE_IOMMU;
	sweep_all(&s, ALL(v1_calls));
}

/* --- a second PE, and errors of one --- */

static void open_other_group(struct scene *s)
{
	s->v.group = vfio_open_group(vfio_group_of(join_device()));
	if (s->v.group < 0)
		tap_fail("opening the other group: %s", strerror(-s->v.group));
	s->v.container = s->w.v.container;
	map_run(s);
}

static void leave(struct scene *s)
{
	close(s->v.group);
	check_and_unmap_run(s);
}

static int get_state(struct scene *s)
{
	return vfio_eeh(container(s), VFIO_EEH_PE_GET_STATE);
}

static const struct call pe_calls[] = {
	{ "SET_CONTAINER of a second PE", open_other_group, set_container, leave, expect_run,
	  WITH_DEVICE, .kernels = true },
	{ "EEH_PE_OP", NULL, get_state, NULL, NULL, WITH_DEVICE },
};

static void pes(void)
{
	struct scene s;

	start(&s);
	world_open(&s.w);
	world_start(&s.w, WORLD_HIGH);
	state_take(&s.s, &s.w);
	sweep_all(&s, ALL(pe_calls));
	world_close(&s.w);
}

const struct tap_test nth_tests[] = {
	{ .name = "nth/containers", .run = containers, .limit = 400 },
	{ .name = "nth/windows-and-memory", .run = windows_and_memory, .limit = 400 },
	{ .name = "nth/mappings", .run = mappings, .limit = 400 },
	{ .name = "nth/pes", .run = pes, .limit = 400 },
	{ .name = "nth/v1-containers", .run = v1_containers, .limit = 400 },
	{ .name = "nth/v1-mappings", .run = v1_mappings, .limit = 400 },
	{ }
};
