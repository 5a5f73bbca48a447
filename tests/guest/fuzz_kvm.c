// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_kvm.c - what KVM is told of groups, while groups, tables and machines come and go
 *
 * The process has one machine, with the VFIO device and one table. Any thread may remove each of
 * these.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "tap.h"

#define MOST_TCES	(1ULL << 24)	/* more than any memory needs */

/*
 * -1: there is none. A thread takes a descriptor out before it closes it. @given: a table that
 * was told of a group, and is not told again: KVM never drops a second reference to the same
 * table.
 */
static struct {
	atomic_int vm;
	atomic_int device;
	atomic_int table;
	atomic_int given;
} machine = { -1, -1, -1, -1 };

static void put_in(atomic_int *place, int fd)
{
	int old = atomic_exchange(place, fd);

	if (old >= 0)
		close(old);
}

/* The machine's memory begins with memory that is registered, or may be. */
static void give_memory(int vm)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = FUZZ_MEMORY,
		.userspace_addr = (uintptr_t)fuzz_memory,
	};

	ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

static void new_vm(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = note(VM, ioctl(kvm, KVM_CREATE_VM, seldom() ? odd_number() : 0));

	close(kvm);
	if (vm < 0)
		return;
	give_memory(vm);
	put_in(&machine.vm, vm);
	/* The old device belongs to the old machine: close it now or later. */
	if (dice(2))
		put_in(&machine.device, -1);
}

static void new_device(void)
{
	struct kvm_create_device arg = {
		.type = seldom() ? dice(16) : KVM_DEV_TYPE_VFIO,
		.flags = seldom() ? KVM_CREATE_DEVICE_TEST : 0,
	};
	int ret = note(VM_DEVICE, ioctl(machine.vm, KVM_CREATE_DEVICE, &arg));

	if (!ret && !arg.flags)
		put_in(&machine.device, arg.fd);
}

static void new_table(void)
{
	struct kvm_create_spapr_tce_64 arg = {
		.liobn = 0x71234567 + dice(4),
		.page_shift = seldom() ? dice(70) : dice(4) ? 12 : 16,
		.offset = seldom() ? odd_number() : 0,
		.size = seldom() ? odd_number() % MOST_TCES : 1 + dice(0x40000),
		.flags = seldom() ? odd_number() : 0,
	};
	int fd = note(VM_TABLE, ioctl(machine.vm, KVM_CREATE_SPAPR_TCE_64, &arg));

	if (fd >= 0)
		put_in(&machine.table, fd);
}

/* A group's descriptor, most of the time. */
static int32_t some_group(void)
{
	return seldom() ? (int32_t)odd_number() : fuzz_side[!dice(3)].v.group;
}

static int tell(uint64_t attribute, void *arg)
{
	struct kvm_device_attr attr = {
		.group = seldom() ? dice(4) : KVM_DEV_VFIO_GROUP,
		.attr = attribute,
		.addr = seldom() ? odd_number() : (uintptr_t)arg,
		.flags = seldom() ? odd_number() : 0,
	};

	return ioctl(machine.device, seldom() ? KVM_HAS_DEVICE_ATTR : KVM_SET_DEVICE_ATTR, &attr);
}

static void tell_of_group(enum fuzz_kind kind, uint64_t attribute)
{
	int32_t group = some_group();

	note(kind, tell(attribute, &group));
}

static void tell_of_table(void)
{
	int table = atomic_exchange(&machine.table, -1);
	struct kvm_vfio_spapr_tce pair = {
		.groupfd = some_group(),
		.tablefd = seldom() ? (int32_t)odd_number() : table,
	};
	int ret = note(GROUP_TABLE, tell(KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE, &pair));

	put_in(ret ? &machine.table : &machine.given, table);
}

/* Closes a part, in any order: each part holds what it needs of the others. */
static void part_goes(void)
{
	static atomic_int *const parts[] = {
		&machine.vm, &machine.device, &machine.table, &machine.given,
	};

	put_in(parts[dice(4)], -1);
}

void fuzz_kvm_call(void)
{
	unsigned int what = dice(24);

	if (what < 2 || machine.vm < 0)
		new_vm();
	if (what < 4 || machine.device < 0)
		new_device();
	if (what < 6 || machine.table < 0)
		new_table();
	if (what < 13)
		tell_of_group(GROUP_ADD, KVM_DEV_VFIO_GROUP_ADD);
	if (what < 20)
		tell_of_table();
	else if (what < 23)
		tell_of_group(GROUP_DEL, KVM_DEV_VFIO_GROUP_DEL);
	else
		part_goes();
}

static void set_panic_on_warn(const char *value)
{
	int fd = open("/proc/sys/kernel/panic_on_warn", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, 1) != 1)
		tap_fail("panic_on_warn cannot be set to %s", value);
	close(fd);
}

struct told {
	int device;
	int table;
	int32_t group;
};

/* Makes a machine, and tells it of a group. */
static void tell_new(struct told *t)
{
	struct kvm_create_spapr_tce_64 table = { .liobn = 1, .page_shift = 12, .size = 1 };
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_VFIO };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	struct kvm_device_attr attr = {
		.group = KVM_DEV_VFIO_GROUP,
		.attr = KVM_DEV_VFIO_GROUP_ADD,
		.addr = (uintptr_t)&t->group,
	};

	t->group = vfio_open_group(vfio_group_of(fuzz_bdf[0]));
	t->table = ioctl(vm, KVM_CREATE_SPAPR_TCE_64, &table);
	if (vm < 0 || t->table < 0 || ioctl(vm, KVM_CREATE_DEVICE, &device) ||
	    ioctl(device.fd, KVM_SET_DEVICE_ATTR, &attr))
		tap_fail("KVM cannot be told of a group: %s", strerror(errno));
	t->device = device.fd;
}

static void tell_of_one_table(struct told *t)
{
	struct kvm_vfio_spapr_tce pair = { .groupfd = t->group, .tablefd = t->table };
	struct kvm_device_attr attr = {
		.group = KVM_DEV_VFIO_GROUP,
		.attr = KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE,
		.addr = (uintptr_t)&pair,
	};

	ioctl(t->device, KVM_SET_DEVICE_ATTR, &attr);
}

/* Tells KVM of a table after the group has lost its device; KVM warns, and the process ends. */
static void warn(void)
{
	struct told t;

	tell_new(&t);
	if (fuzz_unbind())
		tap_fail("the device cannot be unbound");
	tell_of_one_table(&t);
	_exit(0);
}

void fuzz_kvm_setup(void)
{
	pid_t pid;

	set_panic_on_warn("0");
	pid = fork();
	if (!pid)
		warn();
	waitpid(pid, NULL, 0);
	set_panic_on_warn("1");
	if (fuzz_bind(fuzz_bdf[0]))
		tap_fail("the device cannot be bound again");
}
