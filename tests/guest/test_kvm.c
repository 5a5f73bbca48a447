// SPDX-License-Identifier: GPL-2.0-only
/*
 * S6a: KVM handles a guest's H_PUT_TCE itself, in whatever table of an IOMMU group it was told of,
 * and it can be told of a group that is only open: in no container, with other functions of the PE
 * in use by host drivers. The guest here is a few instructions in real mode that clear every TCE
 * they can name. It needs KVM for a partition, that is, a machine that allows nested guests.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buffer.h"
#include "tap.h"
#include "tests.h"
#include "vfio.h"
#include "world.h"

#define GUEST_LIOBN	0x71234567U
#define GUEST_TCES	32768U		/* of 4 KiB: less than any default window */
#define GUEST_MEMORY	MIB
#define GUEST_CODE	0x1000
#define H_PUT_TCE	0x20
#define H_UNKNOWN	0xf000		/* no such call: it ends the guest's run */
#define MSR_64BIT_LE	(1ULL << 63 | 1)

/* r10: bus address, r11: calls that failed; ctr: calls to make; r12: the LIOBN */
static const uint32_t guest_code[] = {
	0x38600000 | H_PUT_TCE,		/* li    r3, H_PUT_TCE */
	0x7d846378,			/* mr    r4, r12 */
	0x7d455378,			/* mr    r5, r10 */
	0x38c00000,			/* li    r6, 0 */
	0x44000022,			/* sc    1 */
	0x2c230000,			/* cmpdi r3, 0 */
	0x41820008,			/* beq   + 8 */
	0x396b0001,			/* addi  r11, r11, 1 */
	0x394a1000,			/* addi  r10, r10, 4096 */
	0x4200ffdc,			/* bdnz  - 36 */
	0x3860f000,			/* li    r3, 0xf000, which is negative */
	0x44000022,			/* sc    1 */
};

struct machine {
	int kvm;
	int vm;
	int vcpu;
	struct kvm_run *run;
	uint8_t *memory;
};

static int must(int ret, const char *what)
{
	if (ret < 0)
		tap_fail("%s: %s", what, strerror(errno));
	return ret;
}

static void machine_open(struct machine *m)
{
	struct kvm_userspace_memory_region region = { .memory_size = GUEST_MEMORY };
	struct kvm_enable_cap papr = { .cap = KVM_CAP_PPC_PAPR };

	m->kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	m->vm = must(ioctl(m->kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	m->memory = buffer_private(GUEST_MEMORY);
	region.userspace_addr = (uintptr_t)m->memory;
	must(ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
	m->vcpu = must(ioctl(m->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	must(ioctl(m->vcpu, KVM_ENABLE_CAP, &papr), "KVM_CAP_PPC_PAPR");
	m->run = mmap(NULL, must(ioctl(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "mmap size"),
		      PROT_READ | PROT_WRITE, MAP_SHARED, m->vcpu, 0);
	if (m->run == MAP_FAILED)
		tap_fail("mmap() of the virtual processor");
}

/* The guest's table, tied to the group that is open. What it gives back is KVM's to decide. */
static int attach_table(struct machine *m, int group)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_VFIO };
	struct kvm_create_spapr_tce_64 table = {
		.liobn = GUEST_LIOBN,
		.page_shift = 12,
		.size = GUEST_TCES,
	};
	struct kvm_vfio_spapr_tce pair = { .groupfd = group };
	struct kvm_device_attr attr = {
		.group = KVM_DEV_VFIO_GROUP,
		.attr = KVM_DEV_VFIO_GROUP_ADD,
		.addr = (uintptr_t)&group,
	};

	must(ioctl(m->vm, KVM_CREATE_DEVICE, &device), "KVM_CREATE_DEVICE");
	must(ioctl(device.fd, KVM_SET_DEVICE_ATTR, &attr), "KVM_DEV_VFIO_GROUP_ADD");
	pair.tablefd = must(ioctl(m->vm, KVM_CREATE_SPAPR_TCE_64, &table),
			    "KVM_CREATE_SPAPR_TCE_64");
	attr.attr = KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE;
	attr.addr = (uintptr_t)&pair;
	return ioctl(device.fd, KVM_SET_DEVICE_ATTR, &attr) ? -errno : 0;
}

static void guest_start(struct machine *m)
{
	struct kvm_regs regs;

	memcpy(m->memory + GUEST_CODE, guest_code, sizeof(guest_code));
	must(ioctl(m->vcpu, KVM_GET_REGS, &regs), "KVM_GET_REGS");
	regs.pc = GUEST_CODE;
	regs.msr = MSR_64BIT_LE;
	regs.ctr = GUEST_TCES;
	regs.gpr[10] = 0;
	regs.gpr[11] = 0;
	regs.gpr[12] = GUEST_LIOBN;
	must(ioctl(m->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

/* Runs until the guest's last call, answering what comes before it with an error. */
static void guest_run(struct machine *m)
{
	unsigned int outside = 0;

	for (;;) {
		if (ioctl(m->vcpu, KVM_RUN, 0) && errno != EINTR)
			tap_fail("KVM_RUN: %s", strerror(errno));
		if (m->run->exit_reason != KVM_EXIT_PAPR_HCALL)
			tap_fail("the guest stopped for reason %u", m->run->exit_reason);
		if (m->run->papr_hcall.nr != H_PUT_TCE)
			break;
		outside++;
		m->run->papr_hcall.ret = -1;
	}
	tap_note("%u of %u calls left KVM", outside, GUEST_TCES);
}

static void host_table(void)
{
	struct machine m;
	struct kvm_regs regs;
	int group, ret;

	group = vfio_open_group(vfio_group_of(world_bdf));
	if (group < 0)
		tap_fail("cannot open the group");
	machine_open(&m);
	ret = attach_table(&m, group);
	tap_note("KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE: %d", ret);
	guest_start(&m);
	guest_run(&m);
	must(ioctl(m.vcpu, KVM_GET_REGS, &regs), "KVM_GET_REGS");
	tap_note("%llu of the guest's calls failed", (unsigned long long)regs.gpr[11]);
	tap_check(regs.gpr[10] == GUEST_TCES * 4096ULL, "the guest ended at %#llx",
		  (unsigned long long)regs.gpr[10]);
}

const struct tap_test kvm_tests[] = {
	{ .name = "kvm/S6a-host-table", .run = host_table, .limit = 60 },
	{ }
};
