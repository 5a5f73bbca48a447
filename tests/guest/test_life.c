// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_life.c - how a container ends, and who owns it
 *
 * A process may close the container, die or become another program in the middle of any work. After
 * that nothing is mapped or pinned, and the next user starts clean.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "helper.h"
#include "kstat.h"
#include "tap.h"
#include "tests.h"
#include "victim.h"
#include "world.h"

#define KILLS		20
#define KILLED_SIZE	(64 * MIB)
#define KILLED_PAGES	(KILLED_SIZE / NVME_PAGE)

/* The device works for a new user, and reaches nothing of an earlier user's mappings. */
static void expect_clean_start(uint64_t old_iova, void *old_memory, const char *after)
{
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	if (old_memory)
		world_expect_writes(&w, old_iova, old_memory, UNTOUCHED, after);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, MIB - NVME_PAGE, w.data + MIB - NVME_PAGE, REACHED, after);
	world_close(&w);
	tap_check(!kstat_locked(0), "%s: VmLck is %llu kB", after,
		  (unsigned long long)kstat_locked(0));
}

static void close_with_mappings(void)
{
	uint8_t *mem = buffer_private(4 * MIB);
	int64_t pins = kstat_pins();
	struct window ddw;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_register(&w.v, mem, 4 * MIB);
	vfio_create(&w.v, 12, 4 * GIB, &ddw);
	vfio_map(&w.v, ddw.start + GIB, mem, 4 * MIB, VFIO_DIR_BOTH);
	vfio_map(&w.v, 2 * MIB, mem, 4 * MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 2 * MIB, mem, REACHED, "before close");
	nvme_forget(&w.n);
	vfio_close(&w.v);
	tap_check(!kstat_locked(0), "close left VmLck at %llu kB",
		  (unsigned long long)kstat_locked(0));
	tap_check(kstat_wait_pins(pins) == pins, "close left %lld pages pinned",
		  (long long)(kstat_pins() - pins));
	expect_clean_start(2 * MIB, mem, "after close");
}

/* The three file descriptors can be closed in any order. */
static void close_in_any_order(void)
{
	static const char *const orders[] = { "cgd", "cdg", "gcd", "gdc", "dcg", "dgc" };

	for (unsigned int i = 0; i < 6; i++) {
		int64_t pins = kstat_pins();
		struct world w;

		world_open(&w);
		vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
		vfio_open_device(&w.v);
		for (const char *c = orders[i]; *c; c++)
			close(*c == 'c' ? w.v.container : *c == 'g' ? w.v.group : w.v.device);
		tap_check(!kstat_locked(0), "closed as %s: VmLck is %llu kB", orders[i],
			  (unsigned long long)kstat_locked(0));
		tap_check(kstat_wait_pins(pins) == pins, "closed as %s: pages stay pinned",
			  orders[i]);
	}
	expect_clean_start(0, NULL, "after all of them");
}

/* The group leaves the container and comes back, while the container stays open. */
static void group_leaves(void)
{
	struct world w;

	for (unsigned int i = 0; i < 3; i++) {
		world_open(&w);
		vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
		tap_errno(ioctl(w.v.group, VFIO_GROUP_UNSET_CONTAINER), 0, "UNSET_CONTAINER");
		tap_check(__vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH) < 0,
			  "MAP without a group");
		tap_check(!kstat_locked(0), "VmLck without a group is %llu kB",
			  (unsigned long long)kstat_locked(0));
		tap_errno(ioctl(w.v.group, VFIO_GROUP_SET_CONTAINER, &w.v.container), 0,
			  "SET_CONTAINER");
		tap_errno(vfio_ioctl(&w.v, VFIO_SET_IOMMU, (void *)VFIO_SPAPR_TCE_v2_IOMMU), 0,
			  "SET_IOMMU");
		tap_errno(__vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH), -EPERM,
			  "MAP of what was registered before");
		vfio_register(&w.v, w.memory, w.size);
		world_start(&w, WORLD_HIGH);
		world_expect_writes(&w, 0, w.data, UNTOUCHED, "mapped before the group left");
		world_close(&w);
	}
}

/* Maps and unmaps at random, with the device at work in between, until it is killed. */
static void busy_child(unsigned int seed, int ready)
{
	struct window ddw;
	struct world w;

	srand(seed);
	world_open_over(&w, buffer_private(KILLED_SIZE), KILLED_SIZE);
	world_start(&w, WORLD_HIGH);
	vfio_create(&w.v, 12, KILLED_SIZE, &ddw);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;) {
		uint64_t base = rand() % 2 ? ddw.start : 0;
		uint64_t first = rand() % KILLED_PAGES, pages = 1 + rand() % (KILLED_PAGES - first);
		uint64_t at = first * NVME_PAGE, size = pages * NVME_PAGE;

		vfio_map(&w.v, base + at, w.memory + at, size, VFIO_DIR_BOTH);
		if (rand() % 4 == 0)
			nvme_read(&w.n, 0, base + at, NVME_PAGE);
		if (rand() % 2)
			vfio_unmap(&w.v, base + first / 2 * NVME_PAGE, size);
		if (rand() % 16 == 0) {
			vfio_remove(&w.v, ddw.start);
			vfio_create(&w.v, 12, KILLED_SIZE, &ddw);
		}
	}
}

static void kill_in_mid_mapping(void)
{
	int64_t pins = kstat_pins();

	for (unsigned int i = 0; i < KILLS && !tap_failed(); i++) {
		victim_kill(busy_child, i + 1);
		tap_check(kstat_wait_pins(pins) == pins, "kill %u left %lld pages pinned", i,
			  (long long)(kstat_pins() - pins));
	}
	expect_clean_start(0, NULL, "after kills");
}

struct pipes {
	int results[2];
	int until[2];
};

static void open_pipes(struct pipes *p)
{
	if (pipe2(p->results, O_CLOEXEC) || pipe2(p->until, O_CLOEXEC))
		tap_fail("pipe2()");
}

static void read_results(struct pipes *p, struct helper_results *results)
{
	close(p->results[1]);
	if (read(p->results[0], results, sizeof(*results)) != sizeof(*results))
		tap_fail("the other program gave no results");
}

static void expect_eperm(const struct helper_results *results, const char *who)
{
	for (unsigned int i = 0; i < HELPER_CALLS; i++)
		tap_errno(results->ret[i], -EPERM, "%s by %s", helper_call[i], who);
}

/*
 * With close-on-exec, execve() closes the container, of which nothing is left; the process lives.
 */
static void exec_closes(void)
{
	struct helper_results results;
	int64_t pins = kstat_pins();
	struct pipes p;
	struct world w;
	pid_t pid;

	open_pipes(&p);
	pid = fork();
	if (!pid) {
		world_open(&w);
		world_start(&w, WORLD_HIGH);
		vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
		close(p.until[1]);
		helper_exec(-1, p.results[1], p.until[0]);
	}
	read_results(&p, &results);
	tap_check(kstat_wait_pins(pins) == pins, "execve() left %lld pages pinned",
		  (long long)(kstat_pins() - pins));
	tap_check(!kstat_locked(pid), "the new program's VmLck is %llu kB",
		  (unsigned long long)kstat_locked(pid));
	expect_clean_start(0, NULL, "while the new program runs");
	tap_check(!kill(pid, 0) && !waitpid(pid, NULL, WNOHANG), "the new program ended early");
	close(p.until[1]);
	waitpid(pid, NULL, 0);
}

/*
 * The child makes the mappings, so it owns the container. The parent shares the memory.
 */
static void owning_child(struct world *w, struct pipes *p, int ready, int go)
{
	char byte;

	vfio_register(&w->v, w->memory, w->size);
	vfio_map(&w->v, WORLD_HIGH, w->memory, WORLD_BASE_SIZE, VFIO_DIR_BOTH);
	vfio_map(&w->v, 0, w->data, MIB, VFIO_DIR_BOTH);
	close(p->until[1]);
	if (write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
		_exit(1);
	helper_exec(w->v.container, p->results[1], p->until[0]);
}

static pid_t start_owner(struct world *w, struct pipes *p, int *go)
{
	int ready[2], start[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) || pipe2(start, O_CLOEXEC))
		tap_fail("pipe2()");
	open_pipes(p);
	pid = fork();
	if (!pid)
		owning_child(w, p, ready[1], start[0]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		tap_fail("the owner did not start");
	*go = start[1];
	return pid;
}

/* Without close-on-exec mappings stay until close, and nobody can change them any more. */
static void exec_keeps(void)
{
	uint64_t size = WORLD_BASE_SIZE + MIB;
	struct helper_results results;
	int64_t pins = kstat_pins();
	struct pipes p;
	struct world w;
	pid_t pid;
	int go;

	world_open_only(&w, buffer_shared(size), size);
	pid = start_owner(&w, &p, &go);
	world_start_mapped(&w, WORLD_HIGH);
	world_expect_writes(&w, 0, w.data, REACHED, "mapped by another process");
	helper_try(&w.v, &results);
	expect_eperm(&results, "a process that does not own the container");
	if (write(go, "", 1) != 1)
		tap_fail("the owner is gone");
	read_results(&p, &results);
	expect_eperm(&results, "the program that came by execve()");
	world_expect_writes(&w, 0, w.data, REACHED, "after the owner's execve()");
	close(p.until[1]);
	waitpid(pid, NULL, 0);
	world_expect_writes(&w, 0, w.data, REACHED, "after the owner's exit");
	tap_check(kstat_pins() > pins, "nothing is pinned although it is mapped");
	world_close(&w);
	tap_check(kstat_wait_pins(pins) == pins, "close left %lld pages pinned",
		  (long long)(kstat_pins() - pins));
	expect_clean_start(0, NULL, "after close by another process");
}

static void forked_child(void)
{
	struct helper_results results;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	if (!fork()) {
		helper_try(&w.v, &results);
		expect_eperm(&results, "a forked child");
		_exit(0);
	}
	wait(NULL);
	world_expect_writes(&w, 0, w.data, REACHED, "after the child's tries");
	vfio_unmap(&w.v, 0, MIB);
	world_close(&w);
}

/* A group cannot enter a container while a host driver has another function of the PE. */
static void not_viable(void)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int container = open("/dev/vfio/vfio", O_RDWR);
	int group = vfio_open_group(vfio_group_of(world_bdf));

	if (container < 0 || group < 0)
		tap_fail("cannot open the group");
	tap_errno(ioctl(group, VFIO_GROUP_GET_STATUS, &status), 0, "GET_STATUS");
	tap_check(!(status.flags & VFIO_GROUP_FLAGS_VIABLE), "the group passes for viable");
	tap_check(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) && errno == EPERM,
		  "SET_CONTAINER of a group that is in use does not give -EPERM");
}

static void find_another_function(char *bdf, size_t size)
{
	char path[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%d/devices",
		 vfio_group_of(world_bdf));
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, world_bdf))
			break;
	if (!dir || !entry)
		tap_fail("the PE has no other function");
	snprintf(bdf, size, "%.15s", entry->d_name);
	closedir(dir);
}

/* A user has all functions of the PE, and can open another one of them, too. */
static void all_functions(void)
{
	struct vfio other;
	struct world w;

	world_open(&w);
	world_start(&w, WORLD_HIGH);
	other = w.v;
	find_another_function(other.bdf, sizeof(other.bdf));
	tap_errno(__vfio_open_device(&other), 0, "GET_DEVICE_FD of the other function");
	vfio_map(&w.v, 0, w.data, MIB, VFIO_DIR_BOTH);
	world_expect_writes(&w, 0, w.data, REACHED, "with two functions open");
	close(other.device);
	world_expect_writes(&w, 0, w.data, REACHED, "with the other function closed");
	world_close(&w);
}

const struct tap_test life_tests[] = {
	{ .name = "life/close-with-mappings", .run = close_with_mappings },
	{ .name = "life/close-in-any-order", .run = close_in_any_order },
	{ .name = "life/group-leaves", .run = group_leaves },
	{ .name = "life/forked-child", .run = forked_child },
	{ .name = "life/exec-closes", .run = exec_closes },
	{ .name = "life/exec-keeps", .run = exec_keeps },
	{ .name = "life/kill-in-mid-mapping", .run = kill_in_mid_mapping, .limit = 120 },
	{ }
};

const struct tap_test host_tests[] = {
	{ .name = "host/not-viable", .run = not_viable },
	{ .name = "host/all-functions", .run = all_functions },
	{ }
};
