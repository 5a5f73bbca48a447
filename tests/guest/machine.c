// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - the guest's instructions, and the calls that KVM leaves to user space
 *
 * What KVM does not handle itself comes here as a call that must be answered, as it comes to QEMU.
 * MAP and UNMAP do its work if there is a container for that.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine.h"
#include "tap.h"

#define GUEST_LIOBN	0x71234567U
#define H_PUT_TCE	0x20
#define H_HARDWARE	(-1)
#define H_PARAMETER	(-4)
#define MSR_64BIT_LE	(1ULL << 63 | 1)

/*
 * r18: LIOBN, r16: bus address, r13: TCE, r15 and r14: their steps; r17: failures; ctr: calls.
 * KVM overwrites registers below r13 when a call is answered.
 */
static const uint32_t guest_code[] = {
	0x38600000 | H_PUT_TCE,		/* li    r3, H_PUT_TCE */
	0x7e449378,			/* mr    r4, r18 */
	0x7e058378,			/* mr    r5, r16 */
	0x7da66b78,			/* mr    r6, r13 */
	0x44000022,			/* sc    1 */
	0x2c230000,			/* cmpdi r3, 0 */
	0x41820008,			/* beq   + 8 */
	0x3a310001,			/* addi  r17, r17, 1 */
	0x7e107a14,			/* add   r16, r16, r15 */
	0x7dad7214,			/* add   r13, r13, r14 */
	0x4200ffd8,			/* bdnz  - 40 */
	0x3860f000,			/* li    r3, 0xf000, which is no call: it ends the run */
	0x44000022,			/* sc    1 */
};

static int must(int ret, const char *what)
{
	if (ret < 0)
		tap_fail("%s: %s", what, strerror(errno));
	return ret;
}

static void give_memory(struct machine *m, size_t size)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = size,
		.userspace_addr = (uintptr_t)m->memory,
	};

	must(ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
}

static void give_processor(struct machine *m)
{
	struct kvm_enable_cap papr = { .cap = KVM_CAP_PPC_PAPR };

	m->vcpu = must(ioctl(m->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	must(ioctl(m->vcpu, KVM_ENABLE_CAP, &papr), "KVM_CAP_PPC_PAPR");
	m->run_size = must(ioctl(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
	m->run = mmap(NULL, m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, m->vcpu, 0);
	if (m->run == MAP_FAILED)
		tap_fail("mmap() of the virtual processor");
}

static void give_table(struct machine *m)
{
	struct kvm_create_spapr_tce_64 table = {
		.liobn = GUEST_LIOBN,
		.page_shift = 12,
		.size = MACHINE_TCES,
	};
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_VFIO };

	m->table = must(ioctl(m->vm, KVM_CREATE_SPAPR_TCE_64, &table), "KVM_CREATE_SPAPR_TCE_64");
	must(ioctl(m->vm, KVM_CREATE_DEVICE, &device), "KVM_CREATE_DEVICE");
	m->device = device.fd;
}

void machine_open(struct machine *m, void *memory, size_t size)
{
	memset(m, 0, sizeof(*m));
	m->memory = memory;
	m->kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	m->vm = must(ioctl(m->kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	give_memory(m, size);
	give_processor(m);
	give_table(m);
	memcpy(m->memory + MACHINE_CODE, guest_code, sizeof(guest_code));
}

int machine_attach(struct machine *m, int group)
{
	struct kvm_vfio_spapr_tce pair = { .groupfd = group, .tablefd = m->table };
	struct kvm_device_attr attr = {
		.group = KVM_DEV_VFIO_GROUP,
		.attr = KVM_DEV_VFIO_GROUP_ADD,
		.addr = (uintptr_t)&group,
	};

	if (ioctl(m->device, KVM_SET_DEVICE_ATTR, &attr) && errno != EEXIST)
		tap_fail("KVM_DEV_VFIO_GROUP_ADD: %s", strerror(errno));
	attr.attr = KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE;
	attr.addr = (uintptr_t)&pair;
	return ioctl(m->device, KVM_SET_DEVICE_ATTR, &attr) ? -errno : 0;
}

void machine_detach(struct machine *m, int group)
{
	struct kvm_device_attr attr = {
		.group = KVM_DEV_VFIO_GROUP,
		.attr = KVM_DEV_VFIO_GROUP_DEL,
		.addr = (uintptr_t)&group,
	};

	must(ioctl(m->device, KVM_SET_DEVICE_ATTR, &attr), "KVM_DEV_VFIO_GROUP_DEL");
}

static void start(struct machine *m, const struct puts *p)
{
	struct kvm_regs regs;

	must(ioctl(m->vcpu, KVM_GET_REGS, &regs), "KVM_GET_REGS");
	regs.pc = MACHINE_CODE;
	regs.msr = MSR_64BIT_LE;
	regs.ctr = p->count;
	regs.gpr[16] = p->ioba;
	regs.gpr[17] = 0;
	regs.gpr[18] = GUEST_LIOBN;
	regs.gpr[13] = p->tce;
	regs.gpr[14] = p->tce_step;
	regs.gpr[15] = p->ioba_step;
	must(ioctl(m->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

bool machine_lent_nothing(void)
{
	const char *preemptible = getenv("PREEMPTIBLE");

	return preemptible && *preemptible;
}

/* Answers a call as QEMU does */
static long answer(struct machine *m, uint64_t ioba, uint64_t tce)
{
	const uint8_t *page = m->memory + (tce & ~(MACHINE_PAGE - 1));
	int ret;

	m->left++;
	if (!m->v)
		return H_HARDWARE;
	if (tce & MACHINE_BOTH)
		ret = __vfio_map(m->v, ioba, page, MACHINE_PAGE, VFIO_DIR_BOTH);
	else
		ret = __vfio_unmap(m->v, ioba, MACHINE_PAGE);
	return ret ? H_PARAMETER : 0;
}

/* Runs until the guest's last call */
static void run(struct machine *m)
{
	for (;;) {
		must(ioctl(m->vcpu, KVM_RUN, 0), "KVM_RUN");
		if (m->run->exit_reason != KVM_EXIT_PAPR_HCALL)
			tap_fail("the guest stopped for reason %u", m->run->exit_reason);
		if (m->run->papr_hcall.nr != H_PUT_TCE)
			return;
		m->run->papr_hcall.ret = answer(m, m->run->papr_hcall.args[1],
						m->run->papr_hcall.args[2]);
	}
}

unsigned int machine_put(struct machine *m, const struct puts *p)
{
	struct kvm_regs regs;

	start(m, p);
	run(m);
	must(ioctl(m->vcpu, KVM_GET_REGS, &regs), "KVM_GET_REGS");
	if (regs.gpr[16] != p->ioba + p->count * p->ioba_step)
		tap_fail("the guest ended at %#llx", (unsigned long long)regs.gpr[16]);
	return regs.gpr[17];
}

static void put_all(struct machine *m, uint64_t ioba, uint64_t tce, uint64_t step,
		    unsigned int pages)
{
	struct puts p = {
		.ioba = ioba,
		.tce = tce,
		.ioba_step = MACHINE_PAGE,
		.tce_step = step,
		.count = pages,
	};
	unsigned int failed = machine_put(m, &p);

	tap_check(!failed, "%u of the guest's %u calls failed", failed, pages);
}

void machine_map(struct machine *m, uint64_t ioba, uint64_t address, unsigned int pages)
{
	put_all(m, ioba, address | MACHINE_BOTH, MACHINE_PAGE, pages);
}

void machine_unmap(struct machine *m, uint64_t ioba, unsigned int pages)
{
	put_all(m, ioba, 0, 0, pages);
}

void machine_stop(struct machine *m)
{
	munmap(m->run, m->run_size);
	close(m->vcpu);
	close(m->vm);
	close(m->kvm);
}

void machine_close(struct machine *m)
{
	machine_stop(m);
	close(m->table);
	close(m->device);
}
